import type { ProbeResult } from 'netheal/plugin';
import { CANCELLED, type Engine, type PingRequest, replyWindowMs } from './engine.ts';
import { type BatchPlan, runFpingBatch } from './fping-batch.ts';

type Waiting = Readonly<{
  request: PingRequest;
  sinceMonoMs: number;
  resolve: (result: ProbeResult) => void;
}>;

/**
 * Checks that fall due within a tick share one fping child. (A long-lived child cannot answer: in loop mode its list
 * is fixed at start and it pings on its own schedule, so a check would get a sample that is older than itself.)
 * A start costs 2-3 ms of CPU, so under load the tick grows with the children: about ten starts a second.
 */
const TICK_MS = 10;
const LONGEST_TICK_MS = 200;
/** Between children that are full: time to send, so that no two bursts meet. */
const FULL_TICK_MS = 25;
/**
 * Every child is handed a copy of every reply to any of them, and its receive buffer holds some 250. With ten
 * children of 100 at once, 0.7 % of loopback's replies were lost; one after the other, none of 10,000.
 */
const MOST_TARGETS_A_CHILD = 200;
const MOST_CHILDREN = 48;

export class FpingEngine implements Engine {
  readonly name = 'fping';
  readonly #intervalMs: number;
  readonly #onFault: (fault: string | undefined) => void;
  readonly #kills = new Set<() => void>();
  #waiting: Waiting[] = [];
  /** When the children of the last second were started. */
  #starts: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `onFault` is told how each child ended: a fault in words, or `undefined`. */
  constructor(options: { intervalMs: number; onFault?: (fault: string | undefined) => void }) {
    this.#intervalMs = options.intervalMs;
    this.#onFault = options.onFault ?? (() => undefined);
  }

  ping(request: PingRequest): Promise<ProbeResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ request, sinceMonoMs: performance.now(), resolve });
      this.#timer ??= setTimeout(() => this.#flush(), this.#tickMs());
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const { resolve } of this.#waiting.splice(0)) {
      resolve(CANCELLED);
    }
    for (const kill of [...this.#kills]) kill();
  }

  #tickMs(): number {
    if (this.#waiting.length >= MOST_TARGETS_A_CHILD) return FULL_TICK_MS;
    const since = performance.now() - 1_000;
    this.#starts = this.#starts.filter((startedMonoMs) => startedMonoMs > since);
    return Math.min(LONGEST_TICK_MS, TICK_MS * (1 + Math.max(this.#starts.length, this.#kills.size)));
  }

  /** Starts one child, for the checks that are like the first in line. */
  #flush(): void {
    this.#timer = undefined;
    const waiting = this.#waiting.filter(({ request, resolve }) => {
      if (!request.signal.aborted) return true;
      resolve(CANCELLED);
      return false;
    });
    this.#waiting = waiting;
    if (this.#kills.size < MOST_CHILDREN) {
      const group = groupOfTheFirst(waiting);
      const taken = new Set(group);
      this.#waiting = waiting.filter((one) => !taken.has(one));
      this.#start(group);
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#flush(), this.#tickMs());
  }

  #start(group: readonly Waiting[]): void {
    const first = group[0]?.request;
    if (!first) return;
    this.#starts.push(performance.now());
    const longestWaitMs = performance.now() - Math.min(...group.map(({ sinceMonoMs }) => sinceMonoMs));
    const plan: BatchPlan = {
      family: first.family,
      packets: first.packets,
      sizeBytes: first.sizeBytes,
      windowMs: Math.max(1, Math.floor(replyWindowMs(first.timeoutMs) - longestWaitMs)),
      intervalMs: this.#intervalMs,
    };
    // Two devices may have the same address; fping would print its lines twice.
    const byAddress = Map.groupBy(group, ({ request }) => request.address);
    const kill = runFpingBatch(
      plan,
      [...byAddress.keys()],
      (address, result) => {
        for (const { resolve } of byAddress.get(address) ?? []) resolve(result);
      },
      (fault) => {
        this.#kills.delete(kill);
        this.#onFault(fault);
      },
    );
    this.#kills.add(kill);
  }
}

/** The checks that can share a command line with the one that waits longest, as many as a child can carry. */
function groupOfTheFirst(waiting: readonly Waiting[]): Waiting[] {
  const first = waiting[0]?.request;
  if (!first) return [];
  const alike = waiting.filter(
    ({ request }) =>
      request.family === first.family &&
      request.packets === first.packets &&
      request.sizeBytes === first.sizeBytes &&
      request.timeoutMs === first.timeoutMs,
  );
  return alike.slice(0, MOST_TARGETS_A_CHILD);
}
