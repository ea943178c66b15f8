/** Gives back a slot; calling it twice does no harm. */
export type Release = () => void;

type Waiter = { slow: boolean; grant: (release: Release) => void };

/**
 * A cap on what runs at the same time, first come first served, in two lanes. Work that is expected to wait for a
 * silent device is "slow" and gets at most half of the slots, so dead devices never keep healthy ones from being looked at.
 */
export class Slots {
  readonly #limit: number;
  readonly #waiting: Waiter[] = [];
  #taken = 0;
  #slowTaken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a slot, or answers `undefined` when none was free in time or the signal aborted. */
  take(request: { slow: boolean; waitMs: number; signal: AbortSignal }): Promise<Release | undefined> {
    const { slow, waitMs, signal } = request;
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.#isFree(slow)) return Promise.resolve(this.#grant(slow));
    return new Promise((resolve) => {
      const settle = (release: Release | undefined) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        resolve(release);
      };
      const waiter: Waiter = { slow, grant: settle };
      const giveUp = () => {
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        settle(undefined);
      };
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #isFree(slow: boolean): boolean {
    return this.#taken < this.#limit && !(slow && this.#slowTaken >= Math.max(1, this.#limit / 2));
  }

  #grant(slow: boolean): Release {
    this.#taken += 1;
    if (slow) this.#slowTaken += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#taken -= 1;
      if (slow) this.#slowTaken -= 1;
      this.#serveNext();
    };
  }

  #serveNext(): void {
    const next = this.#waiting.findIndex((waiter) => this.#isFree(waiter.slow));
    if (next < 0) return;
    const [waiter] = this.#waiting.splice(next, 1);
    if (waiter) waiter.grant(this.#grant(waiter.slow));
  }
}
