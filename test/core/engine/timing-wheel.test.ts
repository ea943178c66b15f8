import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimingWheel } from '../../../src/core/engine/timing-wheel.ts';

const SLOT_MS = 10;

it('whatever is put in, moved and taken out: each comes once, in time, and at most a slot late', () => {
  const action = fc.oneof(
    fc.record({
      do: fc.constant('set' as const),
      index: fc.nat(40),
      inMs: fc.integer({ min: -50, max: 120_000 }),
    }),
    fc.record({ do: fc.constant('remove' as const), index: fc.nat(40) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 100_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const wheel = new TimingWheel();
      const expected = new Map<number, number>();
      let now = 5_000;
      const take = () => {
        for (const { index, dueAt } of wheel.takeDue(now)) {
          expect(dueAt).toBe(expected.get(index));
          expect(dueAt).toBeLessThanOrEqual(now);
          expected.delete(index);
        }
        for (const dueAt of expected.values()) expect(dueAt).toBeGreaterThan(now - SLOT_MS);
      };
      for (const step of actions) {
        if (step.do === 'set') {
          wheel.set(step.index, now + step.inMs);
          expected.set(step.index, now + step.inMs);
        } else if (step.do === 'remove') {
          wheel.remove(step.index);
          expected.delete(step.index);
        } else {
          now += step.ms;
          take();
        }
      }
      // Nobody is forgotten, even by one who only wakes up when the wheel says so.
      while (expected.size > 0) {
        const at = wheel.nextAt();
        expect(at).toBeLessThan(Number.POSITIVE_INFINITY);
        now = Math.max(now, at);
        take();
      }
      expect(wheel.nextAt()).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});

it('of one slot the first come are the first out', () => {
  const wheel = new TimingWheel();
  for (const index of [3, 1, 2]) wheel.set(index, 105 + index / 10);
  expect(wheel.takeDue(110).map(({ index }) => index)).toEqual([3, 1, 2]);
});

it('wakes nobody for what is due in an hour more often than once a turn', () => {
  const wheel = new TimingWheel();
  wheel.set(0, 3_600_000);
  let wakes = 0;
  for (let at = wheel.nextAt(); at < 3_600_000; at = wheel.nextAt()) {
    expect(wheel.takeDue(at)).toEqual([]);
    wakes++;
  }
  expect(wakes).toBeLessThan(90);
  expect(wheel.takeDue(3_600_000)).toHaveLength(1);
});
