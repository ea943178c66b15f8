/** A burst of this many milliseconds' worth may leave at once. */
const BURST_MS = 50;

/** A token bucket for packets. */
export class RateLimit {
  readonly #perMs: number;
  readonly #most: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perMs = perSecond / 1_000;
    this.#most = Math.max(1, this.#perMs * BURST_MS);
    this.#tokens = this.#most;
    this.#atMs = nowMs;
  }

  /** How many packets may leave now. */
  available(nowMs: number): number {
    this.#tokens = Math.min(this.#most, this.#tokens + Math.max(0, nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    return Math.floor(this.#tokens);
  }

  spend(packets: number): void {
    this.#tokens -= packets;
  }
}
