import type { Clock } from '../engine/clock.ts';

type Timer = { readonly at: number; readonly order: number; run: (() => void) | null };

/**
 * The clock of a replay: it stands still until it is moved, and moves from one timer to the next. The wall clock can leap
 * where a log has nothing; durations know nothing of that, as if the machine had slept.
 */
export class ReplayClock implements Clock {
  #monoMs = 0;
  #wallOffset: number;
  #order = 0;
  /** A binary heap; the first is the next. Timers that were cleared stay until their time comes. */
  readonly #heap: Timer[] = [];

  constructor(startAt: number) {
    this.#wallOffset = startAt;
  }

  now = () => this.#monoMs + this.#wallOffset;
  monoMs = () => this.#monoMs;

  setTimer(run: () => void, delayMs: number): Timer {
    const timer: Timer = { at: this.#monoMs + Math.max(0, delayMs), order: this.#order++, run };
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!isBefore(timer, heap[above]!)) break;
      heap[index] = heap[above]!;
      index = above;
    }
    heap[index] = timer;
    return timer;
  }

  clearTimer(timer: unknown): void {
    (timer as Timer).run = null;
  }

  /** Wall time of the next timer; Infinity where there is none. */
  nextTimerAt(): number {
    while (this.#heap[0]?.run === null) this.#takeFirst();
    return (this.#heap[0]?.at ?? Number.POSITIVE_INFINITY) + this.#wallOffset;
  }

  /** Runs the next timer. */
  runTimer(): void {
    const run = this.#heap[0]?.run;
    this.#takeFirst();
    run?.();
  }

  /** Moves on to a wall time, where it is not there yet. */
  advanceTo(wallTime: number): void {
    this.#monoMs = Math.max(this.#monoMs, wallTime - this.#wallOffset);
  }

  /** The wall clock is at `wallTime` now, and no time has passed. */
  leapTo(wallTime: number): void {
    this.#wallOffset = wallTime - this.#monoMs;
  }

  #takeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[index] = heap[below]!;
      index = below;
    }
    heap[index] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
