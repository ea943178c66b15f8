import type { Clock } from './clock.ts';

const BEAT_MS = 100;
/** Beats later than this are remembered. */
const STALL_MS = 150;
/** How far wall and monotonic clock may drift apart in one beat before we assume that the machine slept. */
const SLEEP_MS = 2_000;
const KEPT = 32;

/**
 * Notices when this process did not run: a blocked event loop, SIGSTOP, a suspended machine. A check that spans such a
 * gap says nothing about its device, because the answer may have come while nobody was there to take the time.
 */
export class StallWatch {
  readonly #clock: Clock;
  readonly #onStall: (gapMs: number) => void;
  #gaps: { from: number; to: number; lengthMs: number }[] = [];
  #lastMono = 0;
  #lastWall = 0;
  #timer: unknown = null;

  constructor(clock: Clock, onStall: (gapMs: number) => void) {
    this.#clock = clock;
    this.#onStall = onStall;
  }

  start(): void {
    this.#lastMono = this.#clock.monoMs();
    this.#lastWall = this.#clock.now();
    this.#timer = this.#clock.setTimer(() => this.#beat(), BEAT_MS);
  }

  stop(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  /** The longest gap that overlaps the time since `sinceMonoMs`, in milliseconds; 0 where there was none. */
  longestSince(sinceMonoMs: number): number {
    // Timers of a check may fire before the beat does: the gap that ends just now counts too.
    let longest = this.#timer === null ? 0 : this.#currentGap().lengthMs;
    for (const gap of this.#gaps) {
      if (gap.to >= sinceMonoMs) longest = Math.max(longest, gap.lengthMs);
    }
    return longest;
  }

  #beat(): void {
    const gap = this.#currentGap();
    if (gap.lengthMs > 0) {
      this.#gaps = [...this.#gaps.slice(-KEPT + 1), gap];
      this.#onStall(gap.lengthMs);
    }
    this.start();
  }

  #currentGap() {
    const mono = this.#clock.monoMs();
    const lateMs = mono - this.#lastMono - BEAT_MS;
    // The monotonic clock stands still while the machine sleeps; the wall clock does not. A backward or forward step
    // of the wall clock looks the same and only costs a repeated check.
    const sleptMs = Math.abs(this.#clock.now() - this.#lastWall - (mono - this.#lastMono));
    const lengthMs = Math.max(lateMs > STALL_MS ? lateMs : 0, sleptMs > SLEEP_MS ? sleptMs : 0);
    return { from: this.#lastMono, to: mono, lengthMs };
  }
}
