import { type ProbeRequest, type ProbeResult, Slots } from 'netheal/plugin';
import { cancelled, localError, windowOf } from './answers.ts';

export type LaneLimits = Readonly<{
  /** What runs at once of the targets that answered last time. */
  quick: number;
  /** What waits at once for those that did not. */
  silent: number;
  /** What is counted, for the message: "connects". */
  noun: string;
  /**
   * After this time without an answer a look gives its quick place away and waits on without one: an idle socket costs
   * nothing, and a hundred hosts that die at once hold the living ones up for no longer than this.
   */
  handOverMs?: number;
}>;
/** What a look may use: the time it has left, and the signal that ends it. */
export type Deadline = Readonly<{ leftMs: () => number; signal: AbortSignal }>;

/** Caps how many looks run at once, in two lanes, so that silent targets never hold up those that answer. */
export class Lanes {
  readonly #quick: Slots;
  readonly #silent: Slots;
  readonly #limits: LaneLimits;
  /** Targets that did not answer last time; bounded by the config. */
  readonly #silentTargets = new Set<string>();

  constructor(limits: LaneLimits) {
    this.#quick = new Slots(limits.quick);
    this.#silent = new Slots(limits.silent);
    this.#limits = limits;
  }

  /** Runs `work` when there is a place for `target`; half of the time may pass in waiting for one. */
  async look(
    target: string,
    { timeoutMs, signal }: Pick<ProbeRequest, 'timeoutMs' | 'signal'>,
    work: (deadline: Deadline) => Promise<ProbeResult>,
  ): Promise<ProbeResult> {
    const { leftMs } = windowOf(timeoutMs);
    const { noun, handOverMs } = this.#limits;
    const lane = this.#silentTargets.has(target) ? this.#silent : this.#quick;
    const release = await lane.take({ slow: false, waitMs: leftMs() / 2, signal });
    if (!release) return signal.aborted ? cancelled() : localError(`too many ${noun} at once`);
    const handOver =
      handOverMs === undefined || lane === this.#silent ? undefined : setTimeout(release, handOverMs);
    try {
      if (signal.aborted) return cancelled();
      const result = await work({ leftMs, signal });
      this.#remember(target, result);
      return result;
    } finally {
      clearTimeout(handOver);
      release();
    }
  }

  #remember(target: string, { ok, ...rest }: ProbeResult): void {
    const isSilent =
      ok === false && 'reason' in rest && (rest.reason === 'timeout' || rest.reason === 'unreachable');
    if (isSilent) this.#silentTargets.add(target);
    else if (ok !== 'unknown') this.#silentTargets.delete(target);
  }
}
