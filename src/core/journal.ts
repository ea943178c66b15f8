import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  compactJournal,
  EMPTY_JOURNAL,
  type JournalEntry,
  type JournalState,
  reduceJournal,
} from './engine/journal-state.ts';
import { messageOf } from './errors.ts';

/**
 * What must survive `kill -9`: one JSON object a line, each on the disk (fsync) before `append` returns.
 * Opening it rewrites it to its compact form.
 */
export class Journal {
  readonly #path: string;
  #fd: number;
  #state: JournalState;
  readonly #warn: (message: string) => void;
  /** The disk has refused an entry: what it holds is older than the state. */
  #behind = false;

  private constructor(path: string, fd: number, state: JournalState, warn: (message: string) => void) {
    this.#path = path;
    this.#fd = fd;
    this.#state = state;
    this.#warn = warn;
  }

  /** Never fails for what is in the file: bad lines are kept in a copy beside it and told through `warn`. */
  static open(path: string, now: number, warn: (message: string) => void): Journal {
    const { state, badLines } = readJournal(path);
    if (badLines > 0) {
      const copy = `${path}.corrupt-${now}`;
      copyFileSync(path, copy);
      warn(`the journal had ${badLines} unreadable line(s); the rest is used, a copy is kept as ${copy}`);
    }
    const compact = compactJournal(state, now);
    const draft = `${path}.new`;
    writeFileSync(draft, line({ type: 'state', state: compact }), { mode: 0o600, flush: true });
    renameSync(draft, path);
    syncFolder(dirname(path));
    return new Journal(path, openSync(path, 'a'), compact, warn);
  }

  get state(): JournalState {
    return this.#state;
  }

  /**
   * Where the disk refuses, the entry counts in memory and the whole state is written with the next one: monitoring goes
   * on, and a pause holds.
   *
   * @throws the error of the disk for an attempt: without its entry it must not run
   */
  append(entry: JournalEntry): void {
    const missing = this.#behind ? line({ type: 'state', state: this.#state }) : '';
    try {
      this.#write(missing + line(entry));
      this.#behind = false;
    } catch (thrown) {
      if (entry.type === 'attempt') throw thrown;
      if (!this.#behind) this.#warn(`the journal cannot be written, no heal runs: ${messageOf(thrown)}`);
      this.#behind = true;
    }
    this.#state = reduceJournal(this.#state, entry);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    const { size } = fstatSync(this.#fd);
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
      fsyncSync(this.#fd);
    } catch (thrown) {
      // Half a line would swallow the next one.
      ftruncateSync(this.#fd, size);
      throw thrown;
    }
  }

  close(): void {
    closeSync(this.#fd);
    this.#fd = -1;
  }

  get path(): string {
    return this.#path;
  }
}

function line(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function readJournal(path: string): { state: JournalState; badLines: number } {
  if (!existsSync(path)) return { state: EMPTY_JOURNAL, badLines: 0 };
  const lines = readFileSync(path, 'utf8').split('\n');
  // What follows the last newline is an entry whose write was cut off: it was never acknowledged.
  lines.pop();
  let state = EMPTY_JOURNAL;
  let badLines = 0;
  for (const text of lines) {
    if (text === '') continue;
    try {
      state = reduceJournal(state, JSON.parse(text));
    } catch {
      badLines++;
    }
  }
  return { state, badLines };
}

/** A rename is only durable when its folder is. */
function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
