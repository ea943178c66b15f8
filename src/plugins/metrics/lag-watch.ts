/** A stall shorter than this spoils no round-trip time that matters. */
const EVERY_MS = 100;

/** Watches how late the event loop is: a monitor that is late itself sees late devices. */
export class LagWatch {
  readonly #monoMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #last: number;
  #longestMs = 0;

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
    this.#last = monoMs();
    this.#timer = setInterval(() => this.#look(), EVERY_MS).unref();
  }

  /** The longest delay since the last time someone asked, milliseconds. */
  takeLongestMs(): number {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = this.#monoMs();
    this.#longestMs = Math.max(this.#longestMs, now - this.#last - EVERY_MS);
    this.#last = now;
  }
}
