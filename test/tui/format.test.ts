import { describe, expect, it } from 'vitest';
import {
  coarseDuration,
  countdown,
  counted,
  duration,
  loss,
  p95,
  rtt,
  uptime,
} from '../../src/tui/format.ts';

const S = 1_000;

describe('numbers on the screen', () => {
  it.each([
    [0, '0s'],
    [47 * S, '40s'],
    [131 * S, '2m'],
    [3_600 * S, '1h'],
    [47 * 3_600 * S, '47h'],
    [72 * 3_600 * S, '3d'],
    [-5, '0s'],
  ])('coarse: %i ms is %s', (ms, words) => expect(coarseDuration(ms)).toBe(words));

  it.each([
    [9 * S, '9s'],
    [131 * S, '2m 11s'],
    [120 * S, '2m'],
    [3 * 86_400 * S + 4 * 3_600 * S, '3d 4h'],
  ])('exact: %i ms is %s', (ms, words) => expect(duration(ms)).toBe(words));

  it('never rounds trouble away', () => {
    expect(uptime(99.9999)).toBe('99.99');
    expect(uptime(100)).toBe('100');
    expect(uptime(null)).toBe('-');
    expect(loss(0.2)).toBe('1%');
    expect(loss(0)).toBe('0%');
  });

  it('gives an RTT three figures', () => {
    expect([0.84, 21.44, 310.2, null].map(rtt)).toEqual(['0.84', '21.4', '310', '-']);
  });

  it('counts', () => {
    expect(counted(1, 'incident')).toBe('1 incident');
    expect(counted(0, 'incident')).toBe('0 incidents');
    expect(countdown(271 * S)).toBe('4:31');
    expect(p95([])).toBeNull();
    expect(p95(Array.from({ length: 100 }, (_, index) => index + 1))).toBe(95);
  });
});
