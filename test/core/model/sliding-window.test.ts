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
  const window = [0, 0, 0];
  expect(slide(window, 0, 3)).toBe(window);
  expect(slide([0, 0], 0, 3)).toEqual([0, 0, 0]);
});
