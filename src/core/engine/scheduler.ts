import { createHistogram } from 'node:perf_hooks';
import type { FleetSnapshot } from '../plugin.ts';
import type { Clock } from './clock.ts';
import { TimingWheel } from './timing-wheel.ts';

/** Regular checks are shifted by up to this share of their interval, so that they do not march in step. */
const JITTER = 0.05;
/** The first round goes out at this many checks a second: a small fleet has its picture at once. */
const FIRST_ROUND_PER_SECOND = 200;

/** Runs one check; answers how long after its due time the next one is due. `jitter` only on regular intervals. */
export type RunCheck = (
  id: string,
  dueMonoMs: number,
) => Promise<Readonly<{ delayMs: number; jitter: boolean }>>;

/** What the engine needs of whoever decides when devices are checked. */
export type CheckScheduler = Pick<
  Scheduler,
  'add' | 'remove' | 'start' | 'stop' | 'checkNow' | 'lateness' | 'overdueMs'
>;

type Entry = { readonly id: string; readonly index: number; running: Promise<void> | null };

/**
 * Decides when each device is checked: spread over the interval, never two checks of one device at a time, on the
 * monotonic clock. A late check is run once, not as often as it was missed.
 */
export class Scheduler {
  readonly #clock: Clock;
  readonly #run: RunCheck;
  readonly #random: () => number;
  readonly #entries = new Map<string, Entry>();
  /** The entries by their number in the wheel; numbers of removed ones are given again. */
  readonly #byIndex: (Entry | null)[] = [];
  readonly #free: number[] = [];
  readonly #wheel = new TimingWheel();
  readonly #late = createHistogram();
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
    const index = this.#free.pop() ?? this.#byIndex.length;
    const entry: Entry = { id, index, running: null };
    this.#byIndex[index] = entry;
    this.#entries.set(id, entry);
    // A fleet too large for that is spread over the interval by its ids: evenly, and the same after each restart.
    const soonMs = (this.#added++ / FIRST_ROUND_PER_SECOND) * 1_000;
    this.#schedule(entry, this.#clock.monoMs() + (soonMs < intervalMs ? soonMs : phaseOf(id) * intervalMs));
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#wheel.remove(entry.index);
    this.#entries.delete(id);
    this.#byIndex[entry.index] = null;
    this.#free.push(entry.index);
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
    return entry.running ?? this.#begin(entry, this.#clock.monoMs());
  }

  /** How late checks began since the start, milliseconds. */
  lateness(): FleetSnapshot['lateness'] {
    if (this.#late.count === 0) return { p50Ms: 0, p99Ms: 0, longestMs: 0 };
    return {
      p50Ms: this.#late.percentile(50),
      p99Ms: this.#late.percentile(99),
      longestMs: this.#late.max,
    };
  }

  /** How much later than due the next check is already; 0 while none is to begin. */
  overdueMs(): number {
    return this.#running ? Math.max(0, this.#clock.monoMs() - this.#wheel.nextAt()) : 0;
  }

  #begin(entry: Entry, dueAt: number): Promise<void> {
    this.#wheel.remove(entry.index);
    const begunAt = this.#clock.monoMs();
    const running = this.#run(entry.id, dueAt).then(({ delayMs, jitter }) => {
      entry.running = null;
      if (this.#byIndex[entry.index] !== entry) return;
      const shift = jitter ? delayMs * JITTER * (2 * this.#random() - 1) : 0;
      // Counted from when it was due, so that the period does not drift; but what was missed is not made up for.
      const from = begunAt - dueAt > delayMs ? begunAt : dueAt;
      this.#schedule(entry, Math.max(from + delayMs + shift, this.#clock.monoMs()));
    });
    entry.running = running;
    return running;
  }

  #schedule({ index }: Entry, dueAt: number): void {
    this.#wheel.set(index, dueAt);
    this.#arm();
  }

  #arm(): void {
    const at = this.#wheel.nextAt();
    if (!this.#running || at >= this.#timerAt) return;
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(() => this.#tick(), Math.max(0, at - this.#clock.monoMs()));
  }

  #tick(): void {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monoMs();
    for (const { index, dueAt } of this.#wheel.takeDue(now)) {
      const entry = this.#byIndex[index];
      // A check of the same tick may have removed it or begun it.
      if (!entry || entry.running !== null) continue;
      this.#late.record(Math.max(1, Math.round(now - dueAt)));
      void this.#begin(entry, dueAt);
    }
    this.#arm();
  }
}

/** A number from 0 to 1 that is the same for the same id (FNV-1a). */
function phaseOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  // Ids that differ in their last letter only differ in the low bits: those go to the top.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
