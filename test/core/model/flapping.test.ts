import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FLAP_HISTORY, flapPercent, isFlapping } from '../../../src/core/model/flapping.ts';

/** Nagios's own loop (base/flapping.c), over a history padded at its old end with its oldest result. */
function nagiosPercent(history: readonly boolean[]): number {
  const full = [...Array(21 - history.length).fill(history[0] ?? true), ...history];
  let curved = 0;
  for (let x = 1; x < 21; x++) {
    if (full[x] !== full[x - 1]) curved += ((x - 1) * (1.25 - 0.75)) / (21 - 2) + 0.75;
  }
  return (curved * 100) / 20;
}

describe('the percentage of change', () => {
  test('is that of Nagios for every history', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: FLAP_HISTORY }), (history) => {
        expect(flapPercent(history)).toBeCloseTo(nagiosPercent(history), 9);
      }),
    );
  });

  test('is 0 for a device that never changed and 100 for one that always did', () => {
    expect(flapPercent([])).toBe(0);
    expect(flapPercent(Array(21).fill(false))).toBe(0);
    expect(flapPercent(Array.from({ length: 21 }, (_, i) => i % 2 === 0))).toBeCloseTo(100, 9);
  });

  test('weighs the newest change 1.25 and the oldest 0.75', () => {
    expect(flapPercent([...Array(20).fill(true), false])).toBeCloseTo(6.25, 9);
    expect(flapPercent([false, ...Array(20).fill(true)])).toBeCloseTo(3.75, 9);
  });

  test('of a short history is that of its newest end', () => {
    expect(flapPercent([true, false])).toBeCloseTo(6.25, 9);
  });
});

test.each([
  { before: false, percent: 29.9, after: false },
  { before: false, percent: 30, after: true },
  { before: true, percent: 20.1, after: true },
  { before: true, percent: 20, after: false },
])('with $percent % a device that flapped before ($before) flaps now: $after', (row) => {
  expect(isFlapping(row.before, row.percent)).toBe(row.after);
});
