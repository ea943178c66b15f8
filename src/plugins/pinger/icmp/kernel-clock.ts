import { CLOCK_REALTIME } from './layout.ts';
import type { Libc } from './libc.ts';

/** Between two looks at the same clock; longer, and this process was not running in between. */
const CLOSE_MS = 0.02;
const TRIES = 3;
/** What two clocks that nobody sets may differ by between two looks: slewing is 0.05 % at most. */
const TOLERANCE_MS = 0.05;

/**
 * Brings the kernel's receive timestamps, which are wall clock, to the monotonic clock that probes are sent by. The
 * wall clock may be set at any time, so the difference of the two is measured again whenever packets came.
 */
export class KernelClock {
  readonly #libc: Libc;
  readonly #baseSeconds: number;
  readonly #monoMs: () => number;
  readonly #time = new Uint32Array(4);
  readonly #address: number;
  /** Wall clock minus monotonic clock: now, and at the look before. */
  #offsetMs: number;
  #formerOffsetMs: number;

  constructor(libc: Libc, baseSeconds: number, monoMs: () => number) {
    this.#libc = libc;
    this.#baseSeconds = baseSeconds;
    this.#monoMs = monoMs;
    this.#address = libc.addressOf(this.#time.buffer);
    this.#offsetMs = this.#measure();
    this.#formerOffsetMs = this.#offsetMs;
  }

  /** Looks at both clocks. Call it after packets were received and before their stamps are asked for. */
  look(): void {
    this.#formerOffsetMs = this.#offsetMs;
    this.#offsetMs = this.#measure();
  }

  #measure(): number {
    let best = Number.POSITIVE_INFINITY;
    let offsetMs = 0;
    for (let i = 0; i < TRIES && best > CLOSE_MS; i++) {
      const beforeMs = this.#monoMs();
      this.#libc.clock_gettime(CLOCK_REALTIME, this.#address);
      const tookMs = this.#monoMs() - beforeMs;
      if (tookMs >= best) continue;
      best = tookMs;
      const wallMs =
        ((this.#time[0] as number) - this.#baseSeconds) * 1_000 + (this.#time[2] as number) / 1e6;
      offsetMs = wallMs - beforeMs - tookMs / 2;
    }
    return offsetMs;
  }

  /**
   * The monotonic time of a stamp. It must lie between the sending and now; where the wall clock was set meanwhile,
   * the difference from before is tried, and a stamp that makes no sense at all counts as "now".
   */
  toMonoMs(stampMs: number, sentMonoMs: number, nowMonoMs: number): number {
    const receivedMs = stampMs - this.#offsetMs;
    if (isBetween(receivedMs, sentMonoMs, nowMonoMs)) return receivedMs;
    const formerMs = stampMs - this.#formerOffsetMs;
    if (isBetween(formerMs, sentMonoMs, nowMonoMs)) return formerMs;
    return nowMonoMs;
  }
}

function isBetween(value: number, from: number, to: number): boolean {
  return value >= from - TOLERANCE_MS && value <= to + TOLERANCE_MS;
}
