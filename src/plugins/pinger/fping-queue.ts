import type { ProbeResult } from 'netheal/plugin';
import { type PingRequest, replyWindowMs } from './engine.ts';

/** A check that waits for a child. */
export type Waiting = Readonly<{
  request: PingRequest;
  sinceMonoMs: number;
  resolve: (result: ProbeResult) => void;
}>;

/**
 * Every child is handed a copy of every reply to any of them, so a fleet with silent devices is cheaper in few large
 * children: 10,000 addresses cost 280 ms of CPU a thousand in children of 200, and 120 in these. With 20 packets each
 * they use a third of the 65,536 sequence numbers in ten seconds at which fping gives up.
 */
const MOST_TARGETS = 1_000;

/** The checks that can share a command line, first come first served. */
export class FpingQueue {
  /** How long an answer of the network is waited for, of which waiting here takes its part. */
  readonly windowMs: number;
  readonly #sendMsPerTarget: number;
  readonly #mostTargets: number;
  #waiting: Waiting[] = [];

  constructor(request: PingRequest, intervalMs: number) {
    this.windowMs = replyWindowMs(request.timeoutMs);
    this.#sendMsPerTarget = request.packets * intervalMs;
    const inAQuarter = Math.floor(this.windowMs / 4 / this.#sendMsPerTarget);
    this.#mostTargets = Math.max(1, Math.min(MOST_TARGETS, inAQuarter));
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#mostTargets;
  }

  /** Since when the first in line waits. */
  get sinceMonoMs(): number {
    return this.#waiting[0]?.sinceMonoMs ?? Number.POSITIVE_INFINITY;
  }

  push(one: Waiting): void {
    this.#waiting.push(one);
  }

  /** How long a child needs to send to so many targets. */
  sendingMs(targets: number): number {
    return targets * this.#sendMsPerTarget;
  }

  /**
   * The load of the next child, and whoever has waited for too long: at least half of the time must be left for the
   * reply, or a queue of our own would look like silence.
   */
  take(nowMonoMs: number): Readonly<{ load: readonly Waiting[]; late: readonly Waiting[] }> {
    const sendingMs = this.sendingMs(Math.min(this.#waiting.length, this.#mostTargets));
    const mayWaitMs = Math.max(0, this.windowMs / 2 - sendingMs);
    const isLate = ({ sinceMonoMs }: Waiting) => nowMonoMs - sinceMonoMs > mayWaitMs;
    const firstInTime = this.#waiting.findIndex((one) => !isLate(one));
    const late = this.#waiting.splice(0, firstInTime < 0 ? this.#waiting.length : firstInTime);
    return { load: this.#waiting.splice(0, this.#mostTargets), late };
  }

  /** Empties the queue. */
  drain(): Waiting[] {
    return this.#waiting.splice(0);
  }
}
