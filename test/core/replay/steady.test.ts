import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initialState, transition } from '../../../src/core/model/state.ts';
import type { CheckOutcome, CheckPolicy, DeviceState, Surroundings } from '../../../src/core/model/types.ts';

const POLICY: CheckPolicy = {
  failureThreshold: 3,
  successThreshold: 2,
  degraded: { lossPercent: 20, rttMs: 500 },
  minHealthyPeriodMs: 300_000,
  healsDegraded: true,
};

const answered = (monoMs: number, rttMs: number | null): CheckOutcome => ({
  verdict: 'ok',
  at: monoMs,
  monoMs,
  rttMs,
  lossPercent: 0,
});
const silent = (monoMs: number): CheckOutcome => ({
  verdict: 'failed',
  at: monoMs,
  monoMs,
  failure: { kind: 'timeout', probe: 'icmp', message: 'no answer' },
  failing: ['icmp'],
  rttMs: null,
  lossPercent: 100,
});
const around = fc.record<Surroundings>({
  parents: fc.constantFrom('reachable', 'blocked', null),
  selfOffline: fc.boolean(),
  failuresIgnored: fc.boolean(),
});
const withinLimits = fc.option(fc.double({ min: 0, max: 500, noNaN: true }));
/** Good and bad checks in any order, then a time of good ones. */
const history = fc
  .tuple(fc.array(fc.constantFrom(2, 2, 2, 900, Number.NaN), { maxLength: 40 }), fc.nat(60))
  .map(([past, calm]) => [...past, ...new Array<number>(calm).fill(2)]);

// What `Player` relies on where it does not ask the engine about a check that changes nothing.
test('a device that is up without an incident, and that a good check leaves as it was, is left so by every good check', () => {
  let found = 0;
  fc.assert(
    fc.property(history, around, withinLimits, fc.nat(1e9), (past, surroundings, rttMs, laterMs) => {
      const calm: Surroundings = { parents: null, selfOffline: false, failuresIgnored: false };
      let state: DeviceState = initialState(0, 0);
      let monoMs = 0;
      for (const rtt of past) {
        monoMs += 30_000;
        const outcome = Number.isNaN(rtt) ? silent(monoMs) : answered(monoMs, rtt);
        state = transition(state, outcome, POLICY, calm).state;
      }
      const settled = transition(state, answered(monoMs + 1, 2), POLICY, calm);
      if (settled.state !== state || state.reachability !== 'up' || state.incident !== null) return;
      found++;
      const next = transition(state, answered(monoMs + 2 + laterMs, rttMs), POLICY, surroundings);
      expect(next.facts).toEqual([]);
      expect(next.state).toBe(state);
    }),
    { numRuns: 2_000 },
  );
  expect(found).toBeGreaterThan(100);
});
