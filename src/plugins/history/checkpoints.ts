import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A few megabytes of what was written, some seconds of a large fleet. */
const ROWS_BETWEEN = 50_000;

/**
 * What is written goes to the write-ahead log first, and from time to time from there into the database. That waits for
 * the disk, up to a second where it is slow or busy: a thread of its own does it, so that no probe waits. A small fleet
 * never has enough rows for one.
 */
export class Checkpoints {
  readonly #path: string;
  #worker: Worker | null = null;
  #rows = 0;
  #busy = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Tells of rows that were written. */
  wrote(rows: number): void {
    this.#rows += rows;
    if (this.#busy || this.#rows < ROWS_BETWEEN) return;
    this.#rows = 0;
    this.#busy = true;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  /**
   * Resolves when the thread has let go of the database: it would take the log of a new one for its own.
   */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('end');
    await ended;
  }

  #start(): Worker {
    const file = new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: this.#path });
    worker.on('message', () => {
      this.#busy = false;
    });
    // Without the thread the writer does it, once its log is long.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#worker = null;
    });
    worker.unref();
    return worker;
  }
}
