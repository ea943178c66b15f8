import type { Clock } from './clock.ts';
import { DueQueue } from './due-queue.ts';

/** Regular checks are shifted by up to this share of their interval, so that they do not march in step. */
const JITTER = 0.05;
/** The first round goes out at this many checks a second: a small fleet has its picture at once. */
const FIRST_ROUND_PER_SECOND = 200;

/** Runs one check; answers how long after its due time the next one is due. `jitter` only on regular intervals. */
export type RunCheck = (
  id: string,
  dueMonoMs: number,
) => Promise<Readonly<{ delayMs: number; jitter: boolean }>>;

type Entry = {
  /** Only the queue entry with this due time counts; older ones are passed over. */
  dueAt: number;
  running: Promise<void> | null;
};

/**
 * Decides when each device is checked: spread over the interval, never two checks of one device at a time, on the
 * monotonic clock. A late check is run once, not as often as it was missed.
 */
export class Scheduler {
  readonly #clock: Clock;
  readonly #run: RunCheck;
  readonly #random: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new DueQueue();
  #timer: unknown = null;
  #timerAt = Number.POSITIVE_INFINITY;
  #running = false;
  #added = 0;

  constructor(options: { clock: Clock; run: RunCheck; random: () => number }) {
    this.#clock = options.clock;
    this.#run = options.run;
    this.#random = options.random;
  }

  add(id: string, intervalMs: number): void {
    const spreadMs = Math.min(intervalMs, (this.#added++ / FIRST_ROUND_PER_SECOND) * 1_000);
    this.#entries.set(id, { dueAt: Number.NaN, running: null });
    this.#schedule(id, this.#clock.monoMs() + spreadMs);
  }

  remove(id: string): void {
    this.#entries.delete(id);
  }

  start(): void {
    this.#running = true;
    this.#arm();
  }

  /** Starts no further check and waits for those that run. */
  async stop(): Promise<void> {
    this.#running = false;
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    await Promise.all([...this.#entries.values()].map((entry) => entry.running));
  }

  /** Checks now, or waits for the check that runs; its regular turn moves accordingly. */
  checkNow(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return Promise.resolve();
    return entry.running ?? this.#begin(id, entry, this.#clock.monoMs());
  }

  #begin(id: string, entry: Entry, dueAt: number): Promise<void> {
    entry.dueAt = Number.NaN;
    const begunAt = this.#clock.monoMs();
    const running = this.#run(id, dueAt).then(({ delayMs, jitter }) => {
      entry.running = null;
      if (this.#entries.get(id) !== entry) return;
      const shift = jitter ? delayMs * JITTER * (2 * this.#random() - 1) : 0;
      // Counted from when it was due, so that the period does not drift; but what was missed is not made up for.
      const from = begunAt - dueAt > delayMs ? begunAt : dueAt;
      this.#schedule(id, Math.max(from + delayMs + shift, this.#clock.monoMs()));
    });
    entry.running = running;
    return running;
  }

  #schedule(id: string, at: number): void {
    this.#entries.get(id)!.dueAt = at;
    this.#queue.add(id, at);
    this.#arm();
  }

  #arm(): void {
    const at = this.#queue.nextAt();
    if (!this.#running || at >= this.#timerAt) return;
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(() => this.#tick(), Math.max(0, at - this.#clock.monoMs()));
  }

  #tick(): void {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monoMs();
    while (this.#running && this.#queue.nextAt() <= now) {
      const { id, at } = this.#queue.take()!;
      const entry = this.#entries.get(id);
      if (entry && entry.running === null && entry.dueAt === at) void this.#begin(id, entry, at);
    }
    this.#arm();
  }
}
