import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSinkQueue, queueCapacity, type SinkQueueOptions } from '../../../src/core/engine/sinks.ts';
import type { Sink, SinkRecord } from '../../../src/core/plugin.ts';

const check = (at: number): SinkRecord => ({
  type: 'check',
  record: {
    at,
    device: { id: 'a', address: '10.0.0.1', label: 'A', group: 'default', tags: {}, parents: [] },
    ok: true,
    rttMs: 1,
    lossPercent: 0,
    failure: null,
    reachability: 'up',
    excluded: false,
  },
});
const event = (seq: number): SinkRecord => ({
  type: 'event',
  event: { seq, at: '2026-01-01T00:00:00.000Z', type: 'notice', level: 'info', message: 'hello' },
});
const ats = (batch: readonly SinkRecord[]) =>
  batch.flatMap((item) =>
    item.type === 'check' ? item.record.at : item.type === 'event' ? item.event.seq : [],
  );

/** A queue before a sink that keeps what it is given, and whose failures the test decides. */
function setUp(options: Partial<SinkQueueOptions> & Partial<Sink> = {}) {
  const batches: number[][] = [];
  const lost: number[] = [];
  const faults: string[] = [];
  const behaviour = { error: null as Error | null, tries: [] as number[][] };
  const sink: Sink = {
    name: 'test',
    accepts: options.accepts,
    close: options.close,
    write: (batch) => {
      behaviour.tries.push(ats(batch));
      if (behaviour.error) throw behaviour.error;
      batches.push(ats(batch));
    },
    ...(options.write && { write: options.write }),
  };
  const queue = createSinkQueue(sink, {
    capacity: options.capacity,
    onLost: (count) => lost.push(count),
    onFault: (error) => faults.push(error.message),
  });
  return { queue, batches, lost, faults, behaviour };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('batches', () => {
  it('writes what came within 200 ms as one batch, and nothing during the push', async () => {
    const { queue, behaviour } = setUp();
    queue.push(check(1));
    await pass(150);
    queue.push(check(2));
    expect(behaviour.tries).toEqual([]);
    await pass(50);
    expect(behaviour.tries).toEqual([[1, 2]]);
    expect(queue.stats()).toMatchObject({ waiting: 0, written: 2, lost: 0 });
  });

  it('does not wait once 1,000 records are there, and never writes more at once', async () => {
    const { queue, batches } = setUp();
    for (let at = 0; at < 2_500; at++) queue.push(check(at));
    expect(batches).toEqual([]);
    await pass(1);
    expect(batches.map((batch) => batch.length)).toEqual([1_000, 1_000]);
    await pass(200);
    expect(batches.flat()).toEqual(Array.from({ length: 2_500 }, (_, at) => at));
  });

  it('keeps out what the sink does not accept', async () => {
    const { queue, batches } = setUp({ accepts: ['check'] });
    queue.push(event(7));
    queue.push(check(1));
    await pass(200);
    expect(batches).toEqual([[1]]);
  });

  it('has one write in flight, however long it takes', async () => {
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    const { queue } = setUp({
      write: async (batch) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        seen.push(...ats(batch));
        running--;
      },
    });
    for (let at = 0; at < 20; at++) {
      queue.push(check(at));
      await pass(200);
    }
    await pass(10_000);
    expect(most).toBe(1);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });
});

describe('a sink that fails', () => {
  it('gets the same batch again after 1, 2, 4, 5, 5 seconds, before anything newer', async () => {
    const { queue, batches, behaviour } = setUp();
    behaviour.error = new Error('ENOSPC');
    queue.push(check(1));
    await pass(200);
    queue.push(check(2));
    for (const [waitMs, tries] of [
      [1_000, 2],
      [2_000, 3],
      [4_000, 4],
      [5_000, 5],
      [5_000, 6],
    ] as const) {
      await pass(waitMs - 1);
      expect(behaviour.tries).toHaveLength(tries - 1);
      await pass(1);
      expect(behaviour.tries).toHaveLength(tries);
    }
    behaviour.error = null;
    await pass(5_200);
    expect(new Set(behaviour.tries.slice(0, 7).map(String))).toEqual(new Set(['1']));
    expect(batches).toEqual([[1], [2]]);
  });

  it('is told of once an episode, and again in the next one', async () => {
    const { queue, faults, behaviour } = setUp();
    for (const message of ['first', 'second']) {
      behaviour.error = new Error(message);
      queue.push(check(1));
      await pass(9_000);
      expect(queue.stats()).toMatchObject({ lastError: message });
      behaviour.error = null;
      await pass(5_000);
      expect(queue.stats()).toMatchObject({ lastError: null, failures: 0, waiting: 0 });
    }
    expect(faults).toEqual(['first', 'second']);
  });

  it('loses the oldest waiting rows when the queue is full, which is told once, when it has recovered', async () => {
    const { queue, batches, lost, faults, behaviour } = setUp({ capacity: 5 });
    behaviour.error = new Error('EROFS');
    queue.push(check(1));
    await pass(200);
    for (let at = 2; at <= 8; at++) queue.push(check(at));
    expect(queue.stats()).toMatchObject({ waiting: 5, lost: 3 });
    await pass(20_000);
    expect(lost).toEqual([]);
    behaviour.error = null;
    await pass(5_200);
    expect(batches.flat()).toEqual([1, 5, 6, 7, 8]);
    expect(lost).toEqual([3]);
    expect(faults).toEqual(['EROFS']);
    queue.push(check(9));
    await pass(200);
    expect(lost).toEqual([3]);
  });

  it('keeps no more than its capacity of a large fleet, the newest rows, and writes them when it can', async () => {
    const { queue, batches, lost, behaviour } = setUp({ capacity: 20_000 });
    behaviour.error = new Error('ENOSPC');
    for (let at = 0; at < 100_000; at++) queue.push(check(at));
    await pass(30_000);
    for (let at = 100_000; at < 200_000; at++) queue.push(check(at));
    expect(queue.stats()).toMatchObject({ waiting: 20_000, lost: 180_000 });
    behaviour.error = null;
    await pass(10_000);
    const written = batches.flat();
    expect(written).toHaveLength(20_000);
    expect(written.slice(-19_000)).toEqual(Array.from({ length: 19_000 }, (_, i) => 181_000 + i));
    expect(lost).toEqual([180_000]);
  });

  it('treats a rejection like a throw', async () => {
    let tries = 0;
    const { queue, faults } = setUp({
      write: async () => {
        if (tries++ === 0) throw new Error('nope');
      },
    });
    queue.push(check(1));
    await pass(1_200);
    expect(faults).toEqual(['nope']);
    expect(queue.stats()).toMatchObject({ written: 1, waiting: 0 });
  });
});

it('says at once that a sink which only hangs loses rows', async () => {
  const { queue, faults } = setUp({ capacity: 2, write: () => new Promise(() => undefined) });
  for (let at = 1; at <= 2; at++) queue.push(check(at));
  await pass(200);
  for (let at = 3; at <= 9; at++) queue.push(check(at));
  expect(faults).toEqual(['is too slow: its queue is full, the oldest rows are dropped']);
  expect(queue.stats()).toMatchObject({ lost: 7 });
});

describe('flush and close', () => {
  it('flush writes at once, even where the sink was waiting for its next try', async () => {
    const { queue, batches, behaviour } = setUp();
    behaviour.error = new Error('ENOSPC');
    queue.push(check(1));
    await pass(4_000);
    behaviour.error = null;
    queue.push(check(2));
    const flushed = queue.flush();
    await pass(1);
    await flushed;
    expect(batches).toEqual([[1], [2]]);
  });

  it('flush of an empty queue resolves at once', async () => {
    await setUp().queue.flush();
  });

  it('close writes what waits, then closes the sink, then takes nothing more', async () => {
    const close = vi.fn();
    const { queue, batches, lost } = setUp({ close });
    queue.push(check(1));
    const closing = queue.close(1_000);
    await pass(1);
    await closing;
    queue.push(check(2));
    await pass(1_000);
    expect(batches).toEqual([[1]]);
    expect(lost).toEqual([]);
    expect(close).toHaveBeenCalledOnce();
  });

  it('close gives up on a failing sink after its time and counts what is left as lost', async () => {
    const { queue, lost, behaviour } = setUp();
    behaviour.error = new Error('ENOSPC');
    queue.push(check(1));
    queue.push(check(2));
    const closing = queue.close(3_000);
    await pass(3_000);
    await closing;
    expect(lost).toEqual([2]);
    const tries = behaviour.tries.length;
    await pass(20_000);
    expect(behaviour.tries).toHaveLength(tries);
  });

  it('close is not held up by a sink whose own close hangs or fails', async () => {
    const hanging = setUp({ close: () => new Promise(() => undefined) }).queue.close(500);
    await pass(500);
    await hanging;
    const failing = setUp({ close: () => Promise.reject(new Error('no')) });
    const closing = failing.queue.close(500);
    await pass(0);
    await closing;
    expect(failing.faults).toEqual(['no']);
  });
});

describe('the room for rows that wait', () => {
  const fleet = (devices: number, intervalMs: number) => new Array<number>(devices).fill(intervalMs);

  it.each([
    [10, 30_000, 10_000],
    [1_000, 1_000, 30_000],
    [100_000, 30_000, 100_000],
    [10_000, 1_000, 200_000],
  ])('for %i devices, each every %i ms, is %i: half a minute, within bounds', (devices, intervalMs, rows) => {
    expect(queueCapacity(fleet(devices, intervalMs))).toBe(rows);
  });
});
