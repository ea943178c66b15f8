/** Random courses of checks for the property tests, and a player that keeps every step. */
import fc from 'fast-check';
import { initialState, transition, withIncident } from '../../../src/core/model/state.ts';
import type {
  CheckOutcome,
  CheckPolicy,
  DeviceState,
  Fact,
  Surroundings,
} from '../../../src/core/model/types.ts';

export type Check = Readonly<{ outcome: CheckOutcome; surroundings: Surroundings }>;
export type Course = Readonly<{ policy: CheckPolicy; checks: readonly Check[] }>;
export type Step = Check & Readonly<{ before: DeviceState; after: DeviceState; facts: readonly Fact[] }>;

const policy: fc.Arbitrary<CheckPolicy> = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 5 }),
  successThreshold: fc.integer({ min: 1, max: 4 }),
  degraded: fc.record({ lossPercent: fc.integer({ min: 1, max: 101 }), rttMs: fc.constant(500) }),
  minHealthyPeriodMs: fc.constantFrom(0, 30_000, 300_000),
});

const surroundings: fc.Arbitrary<Surroundings> = fc.record({
  parents: fc.constantFrom('reachable' as const, 'reachable' as const, 'blocked' as const, null),
  selfOffline: fc.nat(9).map((n) => n === 0),
  failuresIgnored: fc.nat(9).map((n) => n === 0),
});

const verdict = fc.constantFrom('ok', 'ok', 'ok', 'slow', 'failed', 'failed', 'failed', 'unknown');

// A verdict comes as a run of equal ones: wholly random checks would hardly ever confirm anything.
const run = fc.record({
  verdict,
  surroundings,
  length: fc.integer({ min: 1, max: 8 }),
  gapMs: fc.constantFrom(1000, 30_000, 200_000),
});

/** A policy, and checks with growing times. */
export const course: fc.Arbitrary<Course> = fc
  .record({ policy, runs: fc.array(run, { maxLength: 40 }) })
  .map(({ policy, runs }) => {
    let monoMs = 0;
    const checks = runs.flatMap(({ verdict, surroundings, length, gapMs }) =>
      Array.from({ length }, () => {
        monoMs += gapMs;
        return { outcome: outcome(verdict, monoMs), surroundings };
      }),
    );
    return { policy, checks };
  });

function outcome(verdict: string, monoMs: number): CheckOutcome {
  const times = { at: 1_700_000_000_000 + monoMs, monoMs };
  if (verdict === 'unknown') return { verdict: 'unknown', ...times, reason: 'spawn failed' };
  if (verdict === 'failed') {
    const failure = { kind: 'timeout' as const, probe: 'icmp', message: 'no answer' };
    return { verdict: 'failed', ...times, failure, failing: ['icmp'], rttMs: null, lossPercent: 100 };
  }
  return { verdict: 'ok', ...times, rttMs: verdict === 'slow' ? 900 : 5, lossPercent: 0 };
}

/** Plays a course as the engine would; every state is frozen to the bottom before it is handed over. */
export function play({ policy, checks }: Course): Step[] {
  let state = deepFreeze(initialState(0, 0));
  let incidents = 0;
  return checks.map((check) => {
    const before = state;
    const { state: after, facts } = transition(before, deepFreeze(check.outcome), policy, check.surroundings);
    const opened = facts.some((fact) => fact.type === 'threshold-reached');
    state = deepFreeze(opened ? withIncident(after, `incident-${++incidents}`) : after);
    return { ...check, before, after, facts };
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
