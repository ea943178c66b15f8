import { getSystemErrorName } from 'node:util';
import { type ProbeResult, wordsOfSystemError } from 'netheal/plugin';
import { CANCELLED, type Family, localError, replied } from '../engine.ts';
import { EAGAIN } from './layout.ts';
import { OUTCOME, type Outcome, type PacketSink } from './outcome.ts';
import { isTooLarge, unreachableWords } from './unreachable-words.ts';

/** One check: collects what became of its packets and answers when all are settled. */
export class IcmpCheck implements PacketSink {
  readonly #family: Family;
  readonly #packets: number;
  readonly #timeoutMs: number;
  readonly #resolve: (result: ProbeResult) => void;
  #left: number;
  #rttsMs: (number | undefined)[] | undefined;
  #replies = 0;
  /** Packets that say nothing about the device. */
  #unknown = 0;
  #unreachable = -1;
  #unknownOutcome: Outcome = OUTCOME.stopped;
  #unknownDetail = 0;

  constructor(family: Family, packets: number, timeoutMs: number, resolve: (result: ProbeResult) => void) {
    this.#family = family;
    this.#packets = packets;
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
    this.#left = packets;
  }

  /** The token of a packet is its number within the check. */
  settled(token: number, outcome: Outcome, rttMs: number, detail: number): void {
    // Fast path: one packet, and it was replied to.
    if (this.#packets === 1 && outcome === OUTCOME.replied) {
      this.#resolve(replied([rttMs], 1));
      return;
    }
    this.#count(token, outcome, rttMs, detail);
    this.#left -= 1;
    if (this.#left === 0) this.#resolve(this.#verdict());
  }

  #count(token: number, outcome: Outcome, rttMs: number, detail: number): void {
    if (outcome === OUTCOME.replied) {
      this.#replies += 1;
      this.#rttsMs ??= new Array(this.#packets).fill(undefined);
      this.#rttsMs[token] = rttMs;
    } else if (outcome === OUTCOME.unreachable && !isTooLarge(this.#family, detail)) {
      this.#unreachable = detail;
    } else if (outcome !== OUTCOME.silent) {
      this.#unknown += 1;
      this.#unknownOutcome = outcome;
      this.#unknownDetail = detail;
    }
  }

  #verdict(): ProbeResult {
    // Jitter is between successive packets, whatever order their replies came in.
    if (this.#replies > 0) {
      const rttsMs = (this.#rttsMs ?? []).filter((rtt) => rtt !== undefined);
      return replied(rttsMs, this.#packets - this.#unknown);
    }
    if (this.#unreachable >= 0) {
      const message = unreachableWords(this.#family, this.#unreachable);
      return { ok: false, reason: 'unreachable', message };
    }
    if (this.#unknown > 0) return this.#unknownVerdict();
    return { ok: false, reason: 'timeout', message: `no answer within ${Math.round(this.#timeoutMs)} ms` };
  }

  #unknownVerdict(): ProbeResult {
    switch (this.#unknownOutcome) {
      case OUTCOME.stopped:
        return CANCELLED;
      case OUTCOME.unsendable:
        return localError(`the ping cannot be sent: ${errnoWords(this.#unknownDetail)}`);
      case OUTCOME.late:
        return localError('the ping was not sent in time');
      case OUTCOME.overflow:
        return localError('replies were lost in the receive buffer of this machine');
      case OUTCOME.full:
        return localError('too many pings at once');
      default:
        return localError(unreachableWords(this.#family, this.#unknownDetail));
    }
  }
}

function errnoWords(errno: number): string {
  // For other calls this code means that there are no processes left.
  if (errno === EAGAIN) return 'the send buffer is full (EAGAIN)';
  const code = getSystemErrorName(-errno);
  return wordsOfSystemError(Object.assign(new Error(code), { code }));
}
