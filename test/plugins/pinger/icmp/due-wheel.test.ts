import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueWheel } from '../../../../src/plugins/pinger/icmp/due-wheel.ts';

const SLOTS = 50;

function taken(wheel: DueWheel, nowMs: number): number[] {
  const due: number[] = [];
  wheel.takeDue(nowMs, due);
  return due.sort((a, b) => a - b);
}

test('what is due is taken once, what was removed is not', () => {
  const wheel = new DueWheel(SLOTS, 1_000);
  wheel.add(1, 1_010);
  wheel.add(2, 1_010);
  wheel.add(3, 1_020);
  wheel.remove(2);
  expect(taken(wheel, 1_009)).toEqual([]);
  expect(taken(wheel, 1_012)).toEqual([1]);
  expect(taken(wheel, 1_100)).toEqual([3]);
  expect(taken(wheel, 99_999)).toEqual([]);
});

test('what lies rounds ahead waits for its round', () => {
  const wheel = new DueWheel(SLOTS, 0);
  wheel.add(1, 60_000);
  for (let nowMs = 0; nowMs < 60_000; nowMs += 500) expect(taken(wheel, nowMs)).toEqual([]);
  expect(taken(wheel, 60_001)).toEqual([1]);
});

test('after a stall longer than a round everything due is found', () => {
  const wheel = new DueWheel(SLOTS, 0);
  for (let slot = 0; slot < SLOTS; slot++) wheel.add(slot, slot * 400);
  expect(taken(wheel, 100_000)).toHaveLength(SLOTS);
});

test('whatever is added and removed, in whatever order, it is due when it should be', () => {
  const step = fc.oneof(
    fc.record({ add: fc.nat(SLOTS - 1), inMs: fc.double({ min: -100, max: 40_000, noNaN: true }) }),
    fc.record({ remove: fc.nat(SLOTS - 1) }),
    fc.record({ passMs: fc.double({ min: 0, max: 20_000, noNaN: true }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.boolean(), (steps, grows) => {
      let nowMs = 5_000;
      const wheel = new DueWheel(grows ? 10 : SLOTS, nowMs);
      if (grows) wheel.grow(SLOTS);
      const expected = new Map<number, number>();
      for (const one of steps) {
        if ('add' in one && !expected.has(one.add)) {
          wheel.add(one.add, nowMs + one.inMs);
          expected.set(one.add, nowMs + Math.max(0, one.inMs));
        } else if ('remove' in one) {
          wheel.remove(one.remove);
          expected.delete(one.remove);
        } else if ('passMs' in one) {
          nowMs += one.passMs;
          for (const slot of taken(wheel, nowMs)) {
            expect(expected.get(slot)).toBeLessThanOrEqual(nowMs);
            expected.delete(slot);
          }
          // At most one bucket late.
          for (const dueMs of expected.values()) expect(dueMs).toBeGreaterThan(nowMs - 4);
        }
      }
    }),
  );
});
