import { describe, expect, test } from 'vitest';
import {
  initialState,
  transition,
  withIncident,
  withoutSoftFailures,
} from '../../../src/core/model/state.ts';
import type { CheckOutcome, CheckPolicy, DeviceState, Surroundings } from '../../../src/core/model/types.ts';

const policy: CheckPolicy = {
  failureThreshold: 3,
  successThreshold: 2,
  degraded: { lossPercent: 20, rttMs: 500 },
  minHealthyPeriodMs: 300_000,
};
const alone: Surroundings = { parents: null, selfOffline: false, failuresIgnored: false };

const ok = (monoMs: number, rttMs = 10, probe?: string): CheckOutcome => ({
  verdict: 'ok',
  at: 1000 + monoMs,
  monoMs,
  rttMs,
  lossPercent: 0,
  probe,
});
const failed = (monoMs: number): CheckOutcome => ({
  verdict: 'failed',
  at: 1000 + monoMs,
  monoMs,
  failure: { kind: 'refused', probe: 'tcp:22', message: 'connection refused' },
  failing: ['tcp:22', 'http'],
  rttMs: 3,
  lossPercent: 0,
});

function stateAfter(state: DeviceState, ...outcomes: CheckOutcome[]): DeviceState {
  return outcomes.reduce((held, outcome) => transition(held, outcome, policy, alone).state, state);
}

describe('a device state', () => {
  test('begins unknown, with nothing held against the device', () => {
    expect(initialState(5000, 70)).toMatchObject({
      reachability: 'unknown',
      since: 5000,
      sinceMonoMs: 70,
      failure: null,
      incident: null,
      flapping: false,
    });
  });

  test('keeps what failed last: the first failure and all failing probes', () => {
    const state = stateAfter(initialState(0, 0), ok(1), failed(2));
    expect(state).toMatchObject({ failing: ['tcp:22', 'http'] });
    expect(state.failure).toMatchObject({ kind: 'refused', probe: 'tcp:22' });
  });

  test('forgets failures that are not confirmed, where our own uplink was to blame, and keeps an outage', () => {
    const soft = stateAfter(initialState(0, 0), ok(1), failed(2), failed(3));
    expect(stateAfter(withoutSoftFailures(soft), failed(4)).reachability).toBe('up');
    const down = stateAfter(soft, failed(4));
    expect(withoutSoftFailures(down)).toBe(down);
    const well = stateAfter(initialState(0, 0), ok(1));
    expect(withoutSoftFailures(well)).toBe(well);
  });

  test('remembers the failure of an outage until the recovery is confirmed', () => {
    const down = stateAfter(initialState(0, 0), failed(1), failed(2), failed(3));
    const answering = stateAfter(down, ok(4));
    expect(answering.failure).toEqual(down.failure);
    expect(answering.failing).toEqual([]);
    expect(stateAfter(answering, ok(5)).failure).toBeNull();
  });

  test('names the limit, the measured value and the primary probe of a degradation', () => {
    const slow = stateAfter(initialState(0, 0), ok(1), ok(2, 612.34, 'tcp:443'));
    expect(slow.failure).toEqual({
      kind: 'rtt',
      probe: 'tcp:443',
      message: 'answered in 612.3 ms, the limit is 500 ms',
    });
  });

  test('shares the windows of a healthy device from check to check', () => {
    const checks = Array.from({ length: 30 }, (_, i) => ok(i));
    const state = stateAfter(initialState(0, 0), ...checks);
    const next = stateAfter(state, ok(31));
    expect(next.lossWindow).toBe(state.lossWindow);
    expect(next.flapHistory).toBe(state.flapHistory);
  });

  test('restored with an open incident continues that incident when the device still fails', () => {
    const restored = withIncident(initialState(0, 0), 'incident-7');
    const state = stateAfter(restored, failed(1), failed(2));
    const third = transition(state, failed(3), policy, alone);
    expect(third.facts.map((fact) => fact.type)).toEqual(['status-change', 'relapse']);
    expect(third.state.incident).toBe('incident-7');
  });

  test('restored with an open incident tells the recovery when the device answers', () => {
    const restored = withIncident(initialState(0, 0), 'incident-7');
    const first = transition(restored, ok(1), policy, alone);
    expect(first.facts.map((fact) => fact.type)).toEqual(['status-change', 'incident-recovered']);
  });

  test('with an incident opened for a degradation recovers when it is up again', () => {
    const degraded = stateAfter(initialState(0, 0), ok(1), ok(2, 900), ok(3, 900), ok(4, 900));
    expect(degraded.reachability).toBe('degraded');
    const healed = transition(stateAfter(withIncident(degraded, 'incident-1'), ok(5)), ok(6), policy, alone);
    expect(healed.facts.map((fact) => fact.type)).toEqual(['status-change', 'incident-recovered']);
  });

  test('with an incident opened by hand does not recover by becoming slow', () => {
    const slow = stateAfter(initialState(0, 0), ok(1), ok(2, 900), ok(3, 900));
    const degraded = transition(withIncident(slow, 'incident-1'), ok(4, 900), policy, alone);
    expect(degraded.facts.map((fact) => fact.type)).toEqual(['status-change']);
    expect(degraded.state.incidentRecovered).toBe(false);
  });

  test('of a down device without an incident of its own is unreachable once its parents are blocked', () => {
    const down = stateAfter(initialState(0, 0), failed(1), failed(2), failed(3));
    const { state, facts } = transition(down, failed(4), policy, { ...alone, parents: 'blocked' });
    expect(state).toMatchObject({ reachability: 'unreachable', hardness: 'hard' });
    expect(facts.map((fact) => fact.type)).toEqual(['status-change']);
  });

  test('keeps the failure of a degradation until it is confirmed to be over', () => {
    const degraded = stateAfter(initialState(0, 0), ok(1), ok(2, 900), ok(3, 900), ok(4, 900));
    expect(stateAfter(degraded, ok(5)).failure).toEqual(degraded.failure);
    expect(stateAfter(degraded, ok(5), ok(6)).failure).toBeNull();
  });

  test('records hard results for flapping: soft and unreachable ones are left out', () => {
    const down = stateAfter(initialState(0, 0), ok(1), failed(2), failed(3), failed(4), ok(5));
    expect(down.flapHistory).toEqual([true, false]);
    const blocked = { ...alone, parents: 'blocked' } as const;
    const { state } = transition(down, failed(6), policy, blocked);
    expect(state.reachability).toBe('unreachable');
    expect(state.flapHistory).toEqual([true, false]);
  });
});
