import { expect, test } from 'vitest';
import { averageLossPercent, limitFailure } from '../../../src/core/model/limits.ts';
import type { CheckPolicy } from '../../../src/core/model/types.ts';

const policy: CheckPolicy = {
  failureThreshold: 3,
  successThreshold: 2,
  degraded: { lossPercent: 20, rttMs: 500 },
  minHealthyPeriodMs: 0,
};
const answer = (rttMs: number | null) =>
  ({ verdict: 'ok', at: 0, monoMs: 0, rttMs, lossPercent: 0, probe: 'tcp:443' }) as const;

test('average loss is that of the checks there are', () => {
  expect(averageLossPercent([])).toBe(0);
  expect(averageLossPercent([0, 100, 50, 50])).toBe(50);
});

test('loss at its limit is over it, the checks to come of a young window counting as answered', () => {
  expect(limitFailure(answer(1), [0, 0, 0, 100], policy)).toBeNull();
  expect(limitFailure(answer(1), [100, 100, 100, 99], policy)).toBeNull();
  expect(limitFailure(answer(1), [0, 100, 100, 100, 100], policy)).toEqual({
    kind: 'loss',
    probe: 'tcp:443',
    message: '20 % loss over the last 20 checks, the limit is 20 %',
  });
});

test('an RTT at its limit is within it, and one that is not known is too', () => {
  expect(limitFailure(answer(500), [0], policy)).toBeNull();
  expect(limitFailure(answer(null), [0], policy)).toBeNull();
  expect(limitFailure(answer(500.1), [0], policy)).toMatchObject({ kind: 'rtt', probe: 'tcp:443' });
});
