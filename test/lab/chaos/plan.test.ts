import { describe, expect, test } from 'vitest';
import { isSwitch, layOut, parentOf } from './fleet.ts';
import { KINDS, planChaos } from './plan.ts';

const IDS = layOut(12).map(({ id }) => id);
const TEN_MINUTES = 600_000;

describe('a plan of random faults', () => {
  test('is the same for the same seed, and another one for another', () => {
    expect(planChaos(7, IDS, TEN_MINUTES)).toEqual(planChaos(7, IDS, TEN_MINUTES));
    expect(planChaos(7, IDS, TEN_MINUTES)).not.toEqual(planChaos(8, IDS, TEN_MINUTES));
  });

  test.each([1, 2, 3])('has every kind of fault within ten minutes, and many at a time (seed %d)', (seed) => {
    const plan = planChaos(seed, IDS, TEN_MINUTES);
    const missing = Object.keys(KINDS).filter((kind) => !plan.some((episode) => episode.kind === kind));
    // A mass outage needs most of the fleet to be well when its turn comes.
    expect(missing.filter((kind) => kind !== 'mass outage')).toEqual([]);
    const atOnce = plan.map(({ fromMs }) =>
      plan.filter((other) => other.fromMs <= fromMs && other.toMs > fromMs),
    );
    expect(Math.max(...atOnce.map(({ length }) => length))).toBeGreaterThan(5);
  });

  test.each([1, 2, 3])('never does two things to the same part of a device at once (seed %d)', (seed) => {
    const until = new Map<string, number>();
    for (const { kind, devices, fromMs, toMs } of planChaos(seed, IDS, TEN_MINUTES)) {
      for (const id of devices) {
        const part = `${id} ${KINDS[kind].part}`;
        expect(until.get(part) ?? 0, `${part}: ${kind}`).toBeLessThanOrEqual(fromMs);
        until.set(part, toMs);
        if (KINDS[kind].on === 'switch') expect(isSwitch(id), kind).toBe(true);
        if (KINDS[kind].on === 'child') expect(parentOf(id), kind).not.toBeNull();
      }
    }
  });
});
