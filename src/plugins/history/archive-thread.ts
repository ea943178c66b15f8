import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Answered, KeptUp } from './archive-files.ts';
import type { Answer, Ask, QuestionName } from './archive-questions.ts';
import type { Retention } from './retention.ts';

/** How often what was written is added up. */
const KEEP_UP_MS = 60_000;

/** What the thread is started with. */
export type ArchiveSettings = Readonly<{ path: string; retention: Retention }>;

/** What the thread is told. */
export type ArchiveOrder =
  | Readonly<{ type: 'ask'; id: number; name: QuestionName; ask: Ask<QuestionName>; now: number }>
  | Readonly<{ type: 'keep-up'; now: number }>
  | Readonly<{ type: 'end' }>;

/** What the thread tells. */
export type ArchiveReport =
  | Readonly<{ type: 'answer'; id: number; answered: Answered }>
  | Readonly<{ type: 'kept-up'; kept: KeptUp }>;

export type ArchiveTellers = Readonly<{
  /** Broken roll-ups were put aside. */
  quarantined: (path: string) => void;
  /** The history itself is broken. */
  corrupt: () => void;
  /** Once, until it works again: checks could not be added up. */
  failed: (error: string) => void;
}>;

/** Questions to the history, answered in a thread of its own, which also adds up what was written. */
export class ArchiveThread {
  readonly #settings: ArchiveSettings;
  readonly #now: () => number;
  readonly #tellers: ArchiveTellers;
  #worker: Worker | null = null;
  #asked = 0;
  readonly #waiting = new Map<number, (answered: Answered) => void>();
  #keptUpAt: number;
  #isKeepingUp = false;
  #hasFailed = false;

  constructor(settings: ArchiveSettings, now: () => number, tellers: ArchiveTellers) {
    this.#settings = settings;
    this.#now = now;
    this.#tellers = tellers;
    this.#keptUpAt = now();
  }

  /** @throws where the thread ends before it has answered, or cannot read the history. */
  async ask<N extends QuestionName>(name: N, ask: Ask<N>): Promise<Answer<N> | Missing> {
    const answered = await new Promise<Answered>((resolve) => {
      const id = this.#asked++;
      this.#waiting.set(id, resolve);
      this.#tell({ type: 'ask', id, name, ask, now: this.#now() });
      // Whoever waits for an answer is not done.
      this.#worker?.ref();
    });
    if ('missing' in answered) return MISSING;
    if ('answer' in answered) return answered.answer as Answer<N>;
    if (answered.corrupt) this.#tellers.corrupt();
    throw new Error(`${this.#settings.path}: ${answered.error}`);
  }

  /** Tells that rows were written: once a minute they are added up. A clock that was set back delays nothing. */
  wrote(): void {
    const now = this.#now();
    if (this.#isKeepingUp || Math.abs(now - this.#keptUpAt) < KEEP_UP_MS) return;
    this.#keptUpAt = now;
    this.#isKeepingUp = true;
    this.#tell({ type: 'keep-up', now });
  }

  /** Resolves when the thread has let go of the files. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage({ type: 'end' } satisfies ArchiveOrder);
    await ended;
  }

  #tell(order: ArchiveOrder): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(order);
  }

  #start(): Worker {
    const file = new URL(`./archive-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: this.#settings });
    let error = 'the thread of the history has ended';
    worker.on('message', (report: ArchiveReport) => this.#hear(report));
    worker.on('error', (thrown) => {
      error = thrown instanceof Error ? thrown.message : String(thrown);
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null;
      this.#isKeepingUp = false;
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const answer of waiting) answer({ error, corrupt: false });
    });
    worker.unref();
    return worker;
  }

  #hear(report: ArchiveReport): void {
    if (report.type === 'answer') {
      this.#waiting.get(report.id)?.(report.answered);
      this.#waiting.delete(report.id);
      if (this.#waiting.size === 0) this.#worker?.unref();
      return;
    }
    const { more, quarantined, error, corrupt } = report.kept;
    this.#isKeepingUp = more;
    if (quarantined !== null) this.#tellers.quarantined(quarantined);
    if (corrupt) this.#tellers.corrupt();
    else if (error !== null && !this.#hasFailed) this.#tellers.failed(error);
    this.#hasFailed = error !== null;
  }
}

/** Nothing was recorded yet. */
export const MISSING = Symbol('nothing was recorded yet');
export type Missing = typeof MISSING;
