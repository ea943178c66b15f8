import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slide } from '../../../src/core/model/sliding-window.ts';

test('a window holds the last values, oldest first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2)), fc.integer({ min: 1, max: 6 }), (values, size) => {
      const window = values.reduce<readonly number[]>((held, value) => slide(held, value, size), []);
      expect(window).toEqual(values.slice(-size));
    }),
  );
});

test('a full window of equal values is not copied for one more', () => {
  const window = [7, 7, 7];
  expect(slide(window, 7, 3)).toBe(window);
  expect(slide([7, 7], 7, 3)).toEqual([7, 7, 7]);
});

test('the windows of all devices that only ever answered are one and the same', () => {
  const grown = (size: number) =>
    Array.from({ length: 100 }).reduce<readonly number[]>((held) => slide(held, 0, size), []);
  expect(grown(20)).toBe(grown(20));
  expect(grown(20)).toHaveLength(20);
  expect(slide(slide(grown(20), 100, 20), 0, 20)).toEqual([...Array(18).fill(0), 100, 0]);
  expect(grown(50)).toHaveLength(50);
});
