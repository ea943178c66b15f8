import { expect, test } from 'vitest';
import { FpingQueue } from '../../../src/plugins/pinger/fping-queue.ts';
import { pingOf } from './fixtures.ts';

function queueOf(count: number, more: Parameters<typeof pingOf>[1] = {}, intervalMs = 0.1) {
  const request = pingOf('127.0.0.1', { timeoutMs: 2_000, ...more });
  const queue = new FpingQueue(request, intervalMs);
  for (let i = 0; i < count; i++) queue.push({ request, sinceMonoMs: i, resolve: () => undefined });
  return queue;
}

test('a load is a thousand at most, in the order of asking', () => {
  const queue = queueOf(1_500, { timeoutMs: 10_000 });
  expect(queue.isFull).toBe(true);
  const { load, late } = queue.take(1_500);
  expect(load.map(({ sinceMonoMs }) => sinceMonoMs)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  expect(late).toEqual([]);
  expect(queue.isFull).toBe(false);
  expect(queue.take(1_500).load).toHaveLength(500);
  expect(queue.isEmpty).toBe(true);
});

test('sending to a load takes a quarter of the time at most', () => {
  const slow = queueOf(1_000, { timeoutMs: 1_000 }, 1);
  const { load } = slow.take(0);
  expect(load.length).toBeGreaterThan(100);
  expect(slow.sendingMs(load.length)).toBeLessThanOrEqual(slow.windowMs / 4);
  const several = queueOf(1_000, { timeoutMs: 1_000, packets: 5 });
  expect(several.sendingMs(several.take(0).load.length)).toBeLessThanOrEqual(several.windowMs / 4);
});

test('what has waited so long that half of its time is gone is not sent: its silence would be our own doing', () => {
  const queue = queueOf(100);
  const { load, late } = queue.take(queue.windowMs / 2 + 40);
  expect(late.length).toBeGreaterThan(40);
  expect(load).toHaveLength(100 - late.length);
  expect(queueOf(3).take(60_000)).toMatchObject({ load: [], late: [{}, {}, {}] });
});
