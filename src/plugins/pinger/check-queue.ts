import { type ProbeResult, Slots, sendFault } from 'netheal/plugin';
import { CANCELLED, localError, type PingRequest, replyWindowMs } from './engine.ts';

/** One check once it has its place: answers within `leftMs`, and at once when the signal aborts. */
type Look = (leftMs: number, signal: AbortSignal) => Promise<ProbeResult>;

/**
 * For engines that hold a process or sockets for each check: how many run at once, who waits, and what a silence means
 * that may be our own.
 */
export class CheckQueue {
  readonly #noun: string;
  readonly #slots: Slots;
  /** Addresses that were silent at their last check: they wait in the slow lane. */
  readonly #silent = new Set<string>();
  readonly #stopped = new AbortController();

  /** `noun` is what there may be too many of, for the message. */
  constructor(limit: number, noun: string) {
    this.#slots = new Slots(limit);
    this.#noun = noun;
  }

  /** Runs the check when there is a place for it; half of its time may pass in waiting for one. */
  async run(request: PingRequest, look: Look): Promise<ProbeResult> {
    const windowMs = replyWindowMs(request.timeoutMs);
    const signal = AbortSignal.any([request.signal, this.#stopped.signal]);
    const slow = this.#silent.has(request.address);
    const askedMonoMs = performance.now();
    const release = await this.#slots.take({ slow, waitMs: windowMs / 2, signal });
    if (!release) return localError(`too many ${this.#noun} at once`);
    try {
      if (signal.aborted) return CANCELLED;
      const leftMs = windowMs - (performance.now() - askedMonoMs);
      const result = await unlessNotSent(request, await look(leftMs, signal));
      if (result.ok === true) this.#silent.delete(request.address);
      else if (result.ok === false) this.#silent.add(request.address);
      return result;
    } finally {
      release();
    }
  }

  /** Gives up what runs and what waits. */
  stop(): void {
    this.#stopped.abort();
  }
}

/** What the local firewall drops looks like silence: iputils counts the packet as sent, a connect is repeated. */
async function unlessNotSent({ address, family }: PingRequest, result: ProbeResult): Promise<ProbeResult> {
  if (result.ok !== false || result.reason !== 'timeout') return result;
  const fault = await sendFault(address, family);
  return fault === undefined ? result : localError(fault);
}
