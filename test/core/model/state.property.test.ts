import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/core/model/types.ts';
import { course, play, type Step } from './arbitrary-checks.ts';

/** Failed checks that count, in a row, up to and with each step; what says nothing is passed over. */
function failuresInARow(steps: readonly Step[]): number[] {
  let count = 0;
  return steps.map(({ outcome, surroundings }) => {
    if (outcome.verdict === 'unknown' || surroundings.selfOffline) return count;
    if (outcome.verdict === 'ok') count = 0;
    else if (!surroundings.failuresIgnored) count++;
    return count;
  });
}

/** Of those, the ones that the device itself can be blamed for: what fails behind dead parents proves nothing. */
function ownFailuresInARow(steps: readonly Step[]): number[] {
  let count = 0;
  const all = failuresInARow(steps);
  return steps.map(({ outcome, surroundings }, i) => {
    if (outcome.verdict === 'unknown' || surroundings.selfOffline) return count;
    if (all[i] === 0 || (surroundings.parents === 'blocked' && !surroundings.failuresIgnored)) count = 0;
    else if (outcome.verdict === 'failed' && !surroundings.failuresIgnored) count++;
    return count;
  });
}

const has = (step: Step, type: Fact['type']) => step.facts.some((fact) => fact.type === type);

function holds(check: (steps: Step[], policy: Parameters<typeof play>[0]['policy']) => void): void {
  fc.assert(
    fc.property(course, (given) => check(play(given), given.policy)),
    { numRuns: 400 },
  );
}

describe('whatever happens', () => {
  test('no device becomes down or unreachable by fewer failures in a row than the threshold', () => {
    holds((steps, policy) => {
      const counts = failuresInARow(steps);
      steps.forEach(({ before, after }, i) => {
        const silent = after.reachability === 'down' || after.reachability === 'unreachable';
        const wasAnswering = before.reachability !== 'down' && before.reachability !== 'unreachable';
        if (silent && (wasAnswering || (after.reachability === 'down' && before.reachability !== 'down'))) {
          expect(counts[i]).toBeGreaterThanOrEqual(policy.failureThreshold);
        }
      });
    });
  });

  test('an answering device with reachable parents that fails as often as the threshold is down', () => {
    holds((steps, policy) => {
      const counts = ownFailuresInARow(steps);
      steps.forEach(({ outcome, surroundings, before, after }, i) => {
        const counted =
          outcome.verdict === 'failed' && !surroundings.selfOffline && !surroundings.failuresIgnored;
        if (counted && surroundings.parents !== 'blocked' && counts[i]! >= policy.failureThreshold) {
          expect(after.reachability).toBe('down');
          if (before.reachability !== 'down') expect(after.failure).toEqual(outcome.failure);
        }
      });
    });
  });

  test('nothing is blamed on a device behind blocked parents, or while we are offline', () => {
    holds((steps) => {
      for (const step of steps) {
        if (!has(step, 'threshold-reached') && !has(step, 'relapse')) continue;
        expect(step.surroundings.parents).not.toBe('blocked');
        expect(step.surroundings.selfOffline).toBe(false);
        expect(step.surroundings.failuresIgnored).toBe(false);
        expect(step.outcome.verdict).toBe('failed');
      }
    });
  });

  test('a check that says nothing leaves the very same state and tells nothing', () => {
    holds((steps) => {
      for (const { outcome, surroundings, before, after, facts } of steps) {
        const ignored = outcome.verdict === 'failed' && surroundings.failuresIgnored;
        if (outcome.verdict !== 'unknown' && !surroundings.selfOffline && !ignored) continue;
        expect(after).toBe(before);
        expect(facts).toEqual([]);
      }
    });
  });

  test('an incident opens, recovers and relapses in turn, and closes once', () => {
    const allowed: Record<string, readonly string[]> = {
      closed: ['threshold-reached'],
      'threshold-reached': ['incident-recovered'],
      'incident-recovered': ['relapse', 'incident-closed'],
      relapse: ['incident-recovered'],
      'incident-closed': ['threshold-reached'],
    };
    const told = new Set(Object.keys(allowed));
    holds((steps) => {
      let last = 'closed';
      for (const { facts, after } of steps) {
        for (const { type } of facts) {
          if (!told.has(type)) continue;
          expect(allowed[last]).toContain(type);
          last = type;
        }
        // The engine gives the id after the check that opens the incident.
        const open = last !== 'closed' && last !== 'incident-closed' && last !== 'threshold-reached';
        if (open) expect(after.incident).not.toBeNull();
        expect(after.incidentRecovered).toBe(last === 'incident-recovered');
      }
    });
  });

  test('an incident is closed only by a device that was hard up for the whole healthy period', () => {
    holds((steps, policy) => {
      steps.forEach((step, i) => {
        if (!has(step, 'incident-closed')) return;
        let from = i;
        while (from > 0 && isHardUp(steps[from - 1]!)) from--;
        expect(isHardUp(step)).toBe(true);
        const healthyMs = step.outcome.monoMs - steps[from]!.outcome.monoMs;
        expect(healthyMs).toBeGreaterThanOrEqual(policy.minHealthyPeriodMs);
      });
    });
    function isHardUp({ after }: Step): boolean {
      return after.reachability === 'up' && after.hardness === 'hard';
    }
  });

  test('a status change is told exactly when reachability changes, and dates it', () => {
    holds((steps) => {
      for (const { before, after, facts, outcome } of steps) {
        const changes = facts.filter((fact) => fact.type === 'status-change');
        const changed = before.reachability !== after.reachability;
        expect(changes).toHaveLength(changed ? 1 : 0);
        if (changed) expect(changes[0]).toMatchObject({ from: before.reachability, to: after.reachability });
        expect(after.since).toBe(changed ? outcome.at : before.since);
        expect(after.sinceMonoMs).toBe(changed ? outcome.monoMs : before.sinceMonoMs);
        if (changed) expect(after.hardness).toBe('hard');
      }
    });
  });

  test('flapping is told once each way and its percentage stays within its bounds', () => {
    holds((steps) => {
      let flapping = false;
      for (const { facts, after } of steps) {
        for (const fact of facts) {
          if (fact.type !== 'flapping-started' && fact.type !== 'flapping-stopped') continue;
          const started = fact.type === 'flapping-started';
          expect(started).toBe(!flapping);
          flapping = started;
          expect(fact.percent).toBeGreaterThanOrEqual(started ? 30 : 0);
          expect(fact.percent).toBeLessThanOrEqual(started ? 100 : 20);
        }
        expect(after.flapping).toBe(flapping);
      }
    });
  });

  test('a device that is hard up has no failure, and one that is not healthy has no healthy time', () => {
    holds((steps) => {
      for (const { after } of steps) {
        const hardUp = after.reachability === 'up' && after.hardness === 'hard';
        if (hardUp) expect([after.failure, after.failing, after.consecutiveFailures]).toEqual([null, [], 0]);
        expect(after.healthySinceMonoMs !== null).toBe(hardUp);
        expect(after.lossWindow.length).toBeLessThanOrEqual(20);
        expect(after.flapHistory.length).toBeLessThanOrEqual(21);
      }
    });
  });

  test('the same course twice gives the same states and facts, and changes no state it was given', () => {
    fc.assert(
      fc.property(course, (given) => {
        // The player deep-freezes every state and outcome: a write to one would throw.
        expect(play(given)).toEqual(play(given));
      }),
      { numRuns: 200 },
    );
  });
});
