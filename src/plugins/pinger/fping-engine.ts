import type { ProbeResult } from 'netheal/plugin';
import { type Engine, type PingRequest, replyWindowMs } from './engine.ts';
import { type BatchPlan, runFpingBatch } from './fping-batch.ts';

type Waiting = Readonly<{
  request: PingRequest;
  sinceMonoMs: number;
  resolve: (result: ProbeResult) => void;
}>;

/**
 * Checks that fall due within a tick share one fping child. (A long-lived child cannot answer: in loop mode its list
 * is fixed at start and it pings on its own schedule, so a check would get a sample that is older than itself.)
 */
const TICK_MS = 10;
const LONGEST_TICK_MS = 200;
/** fping dies at 65,536 packets in ten seconds, and a burst must fit the socket's receive buffer. */
const MOST_PACKETS_A_CHILD = 500;
/** Children wait for silent targets; every one of them is handed a copy of every reply, so they must stay few. */
const MOST_CHILDREN = 48;

export class FpingEngine implements Engine {
  readonly name = 'fping';
  readonly #intervalMs: number;
  readonly #onFault: (fault: string | undefined) => void;
  readonly #kills = new Set<() => void>();
  #waiting: Waiting[] = [];
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
      resolve({ ok: 'unknown', reason: 'skipped', message: 'the pinger was stopped' });
    }
    for (const kill of [...this.#kills]) kill();
  }

  /** The more children run, the longer the next one collects: silent devices must not multiply children. */
  #tickMs(): number {
    return Math.min(LONGEST_TICK_MS, TICK_MS * (1 + this.#kills.size));
  }

  #flush(): void {
    this.#timer = undefined;
    const waiting = this.#waiting.filter(({ request, resolve }) => {
      if (!request.signal.aborted) return true;
      resolve({ ok: 'unknown', reason: 'skipped', message: 'the check was cancelled' });
      return false;
    });
    this.#waiting = [];
    for (const group of groupsOf(waiting)) {
      if (this.#kills.size < MOST_CHILDREN) this.#start(group);
      else this.#waiting.push(...group);
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#flush(), this.#tickMs());
  }

  #start(group: readonly Waiting[]): void {
    const first = group[0]?.request;
    if (!first) return;
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

/** Requests that can share a command line, in portions that one child can carry. */
function groupsOf(waiting: readonly Waiting[]): Waiting[][] {
  const alike = Map.groupBy(waiting, ({ request }) =>
    [request.family, request.packets, request.sizeBytes, request.timeoutMs].join(),
  );
  return [...alike.values()].flatMap((group) => {
    const portion = Math.max(1, Math.floor(MOST_PACKETS_A_CHILD / (group[0]?.request.packets ?? 1)));
    const portions: Waiting[][] = [];
    for (let at = 0; at < group.length; at += portion) portions.push(group.slice(at, at + portion));
    return portions;
  });
}
