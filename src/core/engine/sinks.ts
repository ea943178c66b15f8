import { messageOf } from '../errors.ts';
import type { Sink, SinkRecord } from '../plugin.ts';
import { type Clock, realClock } from './clock.ts';
import { Fifo } from './fifo.ts';

const BATCH_SIZE = 1_000;
const BATCH_WAIT_MS = 200;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 5_000;

export type SinkQueueOptions = Readonly<{
  /** Rows that may wait, those of the running batch included; default 10,000. */
  capacity?: number;
  clock?: Pick<Clock, 'setTimer' | 'clearTimer'>;
  /** Once a loss episode, when the sink has caught up (or is closed): how many rows never got there. */
  onLost: (count: number, sinkName: string) => void;
  /** Once a failing episode, at its first failure; not again for each retry. */
  onFault: (error: Error, sinkName: string) => void;
}>;

export type SinkStats = Readonly<{
  waiting: number;
  written: number;
  /** Rows dropped since the start. */
  lost: number;
  /** Failed writes in a row. */
  failures: number;
  /** What the last write said, while the sink fails. */
  lastError: string | null;
}>;

const LEAST_ROWS = 10_000;
/** Some 40 MB. */
const MOST_ROWS = 200_000;
const KEPT_MS = 30_000;

/** How many rows may wait for a sink that is stuck: what devices checked so often give in half a minute. */
export function queueCapacity(intervalsMs: Iterable<number>): number {
  let rows = 0;
  for (const intervalMs of intervalsMs) rows += KEPT_MS / intervalMs;
  return Math.round(Math.min(MOST_ROWS, Math.max(LEAST_ROWS, rows)));
}

/** A bounded queue before one sink, so that a slow or failing sink never delays a probe. */
export type SinkQueue = Readonly<{
  /** Queues a record the sink accepts; never waits, never throws. */
  push(record: SinkRecord): void;
  /** Writes at once; resolves when nothing waits any more. */
  flush(): Promise<void>;
  /** Flushes for at most this long, counts what is left as lost, and closes the sink. */
  close(timeoutMs: number): Promise<void>;
  stats(): SinkStats;
}>;

/**
 * Puts a queue before a sink: batches of up to 1,000 records or 200 ms, one write in flight, a failed batch tried
 * again after 1, 2, 4, 5, 5... seconds before anything behind it, the oldest waiting row dropped when full.
 */
export function createSinkQueue(sink: Sink, options: SinkQueueOptions): SinkQueue {
  const { capacity = 10_000, clock = realClock } = options;
  const waiting = new Fifo<SinkRecord>();
  /** The batch that is being written or will be tried again: kept whole, so that a sink can tell a repetition. */
  let batch: SinkRecord[] = [];
  let writing = false;
  let closed = false;
  let timer: { handle: unknown; dueNow: boolean } | null = null;
  let idle: (() => void)[] = [];
  let written = 0;
  let lost = 0;
  /** Rows lost in the episode that was not told yet. */
  let untold = 0;
  let failures = 0;
  let lastError: string | null = null;

  function push(record: SinkRecord): void {
    if (closed || (sink.accepts && !sink.accepts.includes(record.type))) return;
    waiting.push(record);
    if (waiting.length + batch.length > capacity) {
      waiting.take(1);
      lose(1);
    }
    // Writing from here would make the probe that pushes wait for the disk.
    if (failures === 0) schedule(waiting.length >= BATCH_SIZE ? 0 : BATCH_WAIT_MS);
  }

  function lose(rows: number): void {
    if (rows === 0) return;
    // A failing sink has already been told of; a slow one is told of here.
    if (untold === 0 && failures === 0 && !closed) {
      options.onFault(new Error('is too slow: its queue is full, the oldest rows are dropped'), sink.name);
    }
    lost += rows;
    untold += rows;
  }

  function tellLost(): void {
    if (untold === 0) return;
    const count = untold;
    untold = 0;
    options.onLost(count, sink.name);
  }

  function schedule(delayMs: number): void {
    if (writing || (timer && (timer.dueNow || delayMs > 0))) return;
    unschedule();
    const handle = clock.setTimer(() => {
      timer = null;
      void writeBatch();
    }, delayMs);
    timer = { handle, dueNow: delayMs === 0 };
  }

  function unschedule(): void {
    if (timer) clock.clearTimer(timer.handle);
    timer = null;
  }

  async function writeBatch(): Promise<void> {
    if (writing) return;
    if (batch.length === 0) batch = waiting.take(BATCH_SIZE);
    if (batch.length === 0) return settle();
    writing = true;
    try {
      await sink.write(batch);
      succeeded();
    } catch (thrown) {
      failed(thrown);
    }
  }

  function succeeded(): void {
    written += batch.length;
    batch = [];
    writing = false;
    failures = 0;
    lastError = null;
    // Well below the brim: the episode is over. At the brim the next row would open a new one at once.
    if (waiting.length <= capacity / 2) tellLost();
    if (waiting.length === 0) settle();
    else schedule(waiting.length >= BATCH_SIZE || idle.length > 0 ? 0 : BATCH_WAIT_MS);
  }

  function failed(thrown: unknown): void {
    writing = false;
    failures++;
    lastError = messageOf(thrown);
    if (failures === 1) {
      options.onFault(asError(thrown), sink.name);
    }
    if (!closed) schedule(Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS));
  }

  function settle(): void {
    for (const resolve of idle) resolve();
    idle = [];
  }

  function flush(): Promise<void> {
    if (batch.length + waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      idle.push(resolve);
      schedule(0);
    });
  }

  async function close(timeoutMs: number): Promise<void> {
    if (closed) return;
    await atMost(timeoutMs, flush());
    closed = true;
    unschedule();
    lose(waiting.length + batch.length);
    waiting.take(waiting.length);
    tellLost();
    settle();
    await atMost(timeoutMs, closeSink());
  }

  async function closeSink(): Promise<void> {
    try {
      await sink.close?.();
    } catch (thrown) {
      options.onFault(asError(thrown), sink.name);
    }
  }

  async function atMost(timeoutMs: number, work: Promise<void>): Promise<void> {
    let deadline: unknown;
    const late = new Promise<void>((resolve) => {
      deadline = clock.setTimer(resolve, timeoutMs);
    });
    await Promise.race([work, late]);
    clock.clearTimer(deadline);
  }

  return {
    push,
    flush,
    close,
    stats: () => ({ waiting: waiting.length + batch.length, written, lost, failures, lastError }),
  };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}
