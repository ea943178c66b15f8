/** Above this many packets in a window, packets are collected for whole ticks: wake-ups cost more than packets do. */
const BUSY_PACKETS = 50;
const WINDOW_MS = 100;
const SHORTEST_MS = 1;
const LONGEST_MS = 10;

/** How long to wait until the next tick: soon after a lone packet, rarely under load and while nothing comes. */
export class TickPace {
  isBusy = false;
  #delayMs = SHORTEST_MS;
  #windowFromMs = 0;
  #inWindow = 0;

  /** `sent` packets left and `received` came in this tick. */
  next(nowMs: number, sent: number, received: number): number {
    if (nowMs - this.#windowFromMs >= WINDOW_MS) {
      // A window that ended long ago says nothing about now.
      this.isBusy = this.#inWindow > BUSY_PACKETS && nowMs - this.#windowFromMs < 2 * WINDOW_MS;
      this.#windowFromMs = nowMs;
      this.#inWindow = 0;
    }
    this.#inWindow += sent;
    if (this.#inWindow > BUSY_PACKETS) this.isBusy = true;
    if (this.isBusy) this.#delayMs = LONGEST_MS;
    else if (sent + received > 0) this.#delayMs = SHORTEST_MS;
    else this.#delayMs = Math.min(LONGEST_MS, this.#delayMs * 2);
    return this.#delayMs;
  }
}
