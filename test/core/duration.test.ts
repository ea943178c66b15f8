import { expect, it } from 'vitest';
import { durationMs, parseDuration } from '../../src/core/duration.ts';

it.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['90d', 90 * 86_400_000],
  ['0s', 0],
])('%s is %d milliseconds', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
  expect(durationMs.parse(text)).toBe(expected);
});

it.each(['', '30', 's', '-5s', '5 s', '1h 30m', '5S', '1e3s', '5m!'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeNull();
  expect(() => durationMs.parse(text)).toThrow('write it like');
});
