import { expect, test } from 'vitest';
import { Slots } from '../../../src/core/net/slots.ts';

const signal = new AbortController().signal;
const fast = { slow: false, waitMs: 10_000, signal };
const slow = { slow: true, waitMs: 10_000, signal };

test('a slot that is given back goes to the first that waits', async () => {
  const slots = new Slots(1);
  const first = await slots.take(fast);
  const order: number[] = [];
  const waiting = [1, 2].map((n) =>
    slots.take(fast).then((release) => {
      order.push(n);
      release!();
    }),
  );
  first!();
  first!();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2]);
});

test('slow work gets half of the slots at most, so fast work passes it', async () => {
  const slots = new Slots(2);
  await slots.take(slow);
  const second = slots.take({ ...slow, waitMs: 20 });
  expect(await slots.take(fast)).toBeTypeOf('function');
  expect(await second).toBeUndefined();
});

test('who waits too long or is cancelled gets none, and leaves the queue', async () => {
  const slots = new Slots(1);
  const held = await slots.take(fast);
  const controller = new AbortController();
  const cancelled = slots.take({ ...fast, signal: controller.signal });
  controller.abort();
  expect(await cancelled).toBeUndefined();
  expect(await slots.take({ ...fast, waitMs: 5 })).toBeUndefined();
  held!();
  expect(await slots.take(fast)).toBeTypeOf('function');
});
