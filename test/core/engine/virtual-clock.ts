import type { Clock } from '../../../src/core/engine/clock.ts';

type Timer = { at: number; order: number; run: () => void };

/** A clock that only moves when told to: timers run in their order, and promises settle in between. */
export class VirtualClock implements Clock {
  #mono = 1_000;
  #wallOffset = Date.UTC(2026, 10, 23) - 1_000;
  #order = 0;
  readonly #timers = new Set<Timer>();

  now = () => this.#mono + this.#wallOffset;
  monoMs = () => this.#mono;

  setTimer(run: () => void, delayMs: number): Timer {
    const timer = { at: this.#mono + Math.max(0, delayMs), order: this.#order++, run };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /** The wall clock is set; the monotonic one knows nothing of it. */
  stepWall(byMs: number): void {
    this.#wallOffset += byMs;
  }

  /** Time passes while nothing of this process runs: timers are late by all of it. */
  stall(byMs: number): void {
    this.#mono += byMs;
  }

  /** Time passes as it should. */
  async advance(byMs: number): Promise<void> {
    const end = this.#mono + byMs;
    await settled();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#mono = Math.max(this.#mono, next.at);
      next.run();
      await settled();
    }
    this.#mono = Math.max(this.#mono, end);
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Lets everything run that waits for no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
