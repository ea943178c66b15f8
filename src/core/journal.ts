import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { readEntry } from './engine/journal-schema.ts';
import {
  compactJournal,
  EMPTY_JOURNAL,
  type JournalEntry,
  type JournalState,
  reduceJournal,
} from './engine/journal-state.ts';
import { messageOf } from './errors.ts';

/** How far the file may grow before it is rewritten to its compact form. */
const MOST_APPENDED_BYTES = 4 * 1024 * 1024;
/** Incidents wait this long for the disk, together. */
const SYNC_AFTER_MS = 50;
const NO_FILE = -1;

/**
 * What must survive `kill -9`: one JSON object a line, with the system before `append` returns and on the disk (fsync),
 * so that a power cut does not lose it either. Incidents alone may reach the disk a moment later: thousands of devices
 * can fail in one second, and an incident that a power cut forgets is found anew by the next checks.
 * Opening it rewrites it to its compact form, and so does its growth.
 */
export class Journal {
  /** Null: it is kept in memory alone. */
  readonly #path: string | null;
  readonly #now: () => number;
  #fd: number;
  #state: JournalState;
  #appendedBytes = 0;
  #syncTimer: NodeJS.Timeout | null = null;
  readonly #warn: (message: string) => void;
  /** The disk has refused an entry: what it holds is older than the state. */
  #behind = false;

  private constructor(
    path: string | null,
    now: () => number,
    state: JournalState,
    warn: (message: string) => void,
  ) {
    this.#path = path;
    this.#now = now;
    this.#warn = warn;
    this.#state = compactJournal(state, now());
    this.#fd = path === null ? NO_FILE : rewrite(path, this.#state);
  }

  /** Never fails for what is in the file: bad lines are kept in a copy beside it and told through `warn`. */
  static open(path: string, now: () => number, warn: (message: string) => void): Journal {
    const { state, badLines } = readJournal(path);
    if (badLines > 0) {
      const copy = `${path}.corrupt-${now()}`;
      copyFileSync(path, copy);
      warn(`the journal had ${badLines} unreadable line(s); the rest is used, a copy is kept as ${copy}`);
    }
    return new Journal(path, now, state, warn);
  }

  /** For what must leave nothing behind: a replay. */
  static inMemory(now: () => number): Journal {
    return new Journal(null, now, EMPTY_JOURNAL, () => undefined);
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
      this.#write(missing + line(entry), entry.type !== 'incident');
      this.#behind = false;
    } catch (thrown) {
      if (entry.type === 'attempt') throw thrown;
      if (!this.#behind) this.#warn(`the journal cannot be written, no heal runs: ${messageOf(thrown)}`);
      this.#behind = true;
    }
    this.#state = reduceJournal(this.#state, entry);
    if (this.#appendedBytes > MOST_APPENDED_BYTES && !this.#behind) this.#compact();
  }

  #compact(): void {
    this.#appendedBytes = 0;
    this.#state = compactJournal(this.#state, this.#now());
    if (this.#path === null) return;
    try {
      const fd = rewrite(this.#path, this.#state);
      closeSync(this.#fd);
      this.#fd = fd;
    } catch (thrown) {
      this.#warn(`the journal cannot be made compact, it goes on growing: ${messageOf(thrown)}`);
    }
  }

  #write(text: string, now: boolean): void {
    const bytes = Buffer.from(text);
    if (this.#path === null) {
      this.#appendedBytes += bytes.length;
      return;
    }
    const { size } = fstatSync(this.#fd);
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
      if (now) fsyncSync(this.#fd);
      else this.#syncSoon();
      this.#appendedBytes += bytes.length;
    } catch (thrown) {
      // Half a line would swallow the next one.
      ftruncateSync(this.#fd, size);
      throw thrown;
    }
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = null;
      const fd = this.#fd;
      // Not waited for: the loop has probes to serve.
      fsync(fd, (error) => {
        if (error && fd === this.#fd) this.#warn(`the journal does not reach the disk: ${messageOf(error)}`);
      });
    }, SYNC_AFTER_MS).unref();
  }

  close(): void {
    if (this.#path === null) return;
    if (this.#syncTimer) {
      clearTimeout(this.#syncTimer);
      fsyncSync(this.#fd);
    }
    closeSync(this.#fd);
    this.#fd = -1;
  }

  get path(): string | null {
    return this.#path;
  }
}

/** Puts a state in the place of a journal, wholly or not at all; answers a descriptor to append to. */
function rewrite(path: string, state: JournalState): number {
  const draft = `${path}.new`;
  writeFileSync(draft, line({ type: 'state', state }), { mode: 0o600, flush: true });
  renameSync(draft, path);
  syncFolder(dirname(path));
  return openSync(path, 'a');
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
      const { entry, isWhole } = readEntry(text);
      state = reduceJournal(state, entry);
      if (!isWhole) badLines++;
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
