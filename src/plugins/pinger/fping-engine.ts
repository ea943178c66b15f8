import type { ProbeResult } from 'netheal/plugin';
import { CANCELLED, type Engine, localError, type PingRequest } from './engine.ts';
import { runFpingBatch } from './fping-batch.ts';
import { FpingQueue, type Waiting } from './fping-queue.ts';
import { refusalOfFping } from './fping-version.ts';

/** Checks that fall due within this time share one child. */
const TICK_MS = 10;
/**
 * Node starts a child by fork, which costs this thread 3 ms in a small process and 15 in one of 500 MB. So after a start
 * this many times its cost is waited (2 % of a core), as long as the checks in line can spare the time.
 */
const REST_PER_START = 50;
const LONGEST_REST_MS = 250;

/**
 * Pings with fping children, one for all checks that fall due together. (A long-lived child cannot serve checks: in
 * loop mode its list is fixed at start and it pings on its own schedule, so a sample would be older than its check.)
 */
export class FpingEngine implements Engine {
  readonly name = 'fping';
  readonly #intervalMs: number;
  readonly #onFault: (fault: string | undefined) => void;
  readonly #kills = new Set<() => void>();
  /** By what a command line holds. */
  readonly #queues = new Map<string, FpingQueue>();
  #refusal: Promise<string | undefined> | undefined;
  #isStopped = false;
  /** While a child sends, no other one starts: the replies to two bursts at once overflow the receive buffers. */
  #sendsUntilMonoMs = 0;
  #restsUntilMonoMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `onFault` is told how each child ended: a fault in words, or `undefined`. */
  constructor(options: { intervalMs: number; onFault?: (fault: string | undefined) => void }) {
    this.#intervalMs = options.intervalMs;
    this.#onFault = options.onFault ?? (() => undefined);
  }

  async ping(request: PingRequest): Promise<ProbeResult> {
    this.#refusal ??= refusalOfFping();
    const refusal = await this.#refusal;
    if (refusal !== undefined) return localError(refusal);
    if (this.#isStopped) return CANCELLED;
    return await new Promise((resolve) => {
      const queue = this.#queueFor(request);
      const wasFull = queue.isFull;
      queue.push({ request, sinceMonoMs: performance.now(), resolve });
      // A load that is just full need not wait for the timer.
      if (!this.#timer || (queue.isFull && !wasFull)) this.#schedule();
    });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const queue of this.#queues.values()) answerAll(queue.drain(), CANCELLED);
    for (const kill of [...this.#kills]) kill();
  }

  #queueFor(request: PingRequest): FpingQueue {
    const key = `${request.family} ${request.packets} ${request.sizeBytes} ${request.timeoutMs}`;
    const known = this.#queues.get(key);
    if (known) return known;
    const queue = new FpingQueue(request, this.#intervalMs);
    this.#queues.set(key, queue);
    return queue;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [key, queue] of this.#queues) if (queue.isEmpty) this.#queues.delete(key);
    if (this.#queues.size === 0) return;
    const startsMonoMs = Math.min(...[...this.#queues.values()].map((queue) => this.#startOf(queue)));
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, startsMonoMs - performance.now()));
  }

  /** When a child for the queue may start. */
  #startOf(queue: FpingQueue): number {
    const spareMonoMs = queue.sinceMonoMs + queue.windowMs / 4;
    const restsMonoMs = queue.isFull ? 0 : Math.min(this.#restsUntilMonoMs, spareMonoMs);
    return Math.max(queue.sinceMonoMs + TICK_MS, this.#sendsUntilMonoMs, restsMonoMs);
  }

  /** Starts a child for the queue whose turn it is. */
  #flush(): void {
    const [next] = [...this.#queues.values()].sort((a, b) => this.#startOf(a) - this.#startOf(b));
    if (next) {
      const { load, late } = next.take(performance.now());
      answerAll(late, localError('more is to be pinged than fping children can'));
      this.#start(next, load);
    }
    this.#schedule();
  }

  #start(queue: FpingQueue, load: readonly Waiting[]): void {
    const isWanted = ({ request }: Waiting) => !request.signal.aborted;
    answerAll(
      load.filter((one) => !isWanted(one)),
      CANCELLED,
    );
    const wanted = load.filter(isWanted);
    const first = wanted[0];
    if (!first) return;
    const { family, packets, sizeBytes } = first.request;
    const startMonoMs = performance.now();
    // Two devices may have the same address; fping would print its lines twice.
    const byAddress = Map.groupBy(wanted, ({ request }) => request.address);
    const sendingMs = queue.sendingMs(byAddress.size);
    const windowMs = Math.floor(queue.windowMs - (startMonoMs - first.sinceMonoMs) - sendingMs);
    const kill = runFpingBatch(
      { family, packets, sizeBytes, windowMs: Math.max(1, windowMs), intervalMs: this.#intervalMs },
      [...byAddress.keys()],
      (address, result) => answerAll(byAddress.get(address) ?? [], result),
      (fault) => {
        this.#kills.delete(kill);
        this.#onFault(fault);
      },
    );
    this.#kills.add(kill);
    const nowMonoMs = performance.now();
    this.#sendsUntilMonoMs = nowMonoMs + sendingMs;
    this.#restsUntilMonoMs =
      nowMonoMs + Math.min(LONGEST_REST_MS, REST_PER_START * (nowMonoMs - startMonoMs));
  }
}

function answerAll(checks: readonly Waiting[], result: ProbeResult): void {
  for (const { resolve } of checks) resolve(result);
}
