import { StringDecoder } from 'node:string_decoder';

/** How much output of a command is kept. */
export const KEPT_BYTES = 64 * 1024;
// A line is cut here, not split: a secret across the split would escape its mask.
const MAX_LINE_CHARS = 8 * 1024;
// Discarded output is read at 10 MB/s at most: a command that says `yes` for ever must not slow the probes down.
const BREATH_BYTES = 1024 * 1024;
/** So long a source pauses then. */
export const BREATH_MS = 100;

type Pausable = Readonly<{ pause(): unknown; resume(): unknown }>;
type Source = Pausable & Readonly<{ on(event: 'data', listener: (chunk: Buffer) => void): unknown }>;

/** Turns the output of one command into lines, keeps 64 KB of it and counts the rest. */
export class Output {
  #keptBytes = 0;
  #cutBytes = 0;
  readonly #breath = new Breath();
  readonly #flushes: (() => void)[] = [];
  #lastDataAt = 0;

  /** Bytes that were not shown. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  /** Monotonic time of the last data. */
  get lastDataAt(): number {
    return this.#lastDataAt;
  }

  /** Reads a stream to its end, line by line. */
  attach(source: Source, onLine: (line: string) => void): void {
    const decoder = new StringDecoder('utf8');
    let line = '';
    const flush = () => {
      if (line !== '') onLine(line);
      line = '';
    };
    this.#flushes.push(flush);
    source.on('data', (chunk) => {
      this.#lastDataAt = performance.now();
      const kept = chunk.subarray(0, Math.max(0, KEPT_BYTES - this.#keptBytes));
      this.#keptBytes += kept.length;
      if (kept.length < chunk.length) this.#discard(source, chunk.length - kept.length);
      const parts = decoder.write(kept).split('\n');
      for (const [index, part] of parts.entries()) {
        if (index > 0) {
          onLine(line.replace(/\r$/, ''));
          line = '';
        }
        line += part.slice(0, MAX_LINE_CHARS - line.length);
      }
      // The line at the cut would be half a line, and half a secret.
      if (this.#cutBytes > 0) line = '';
    });
  }

  /** Emits what came without a newline, and lets go of the streams. */
  end(): void {
    for (const flush of this.#flushes) flush();
    this.#breath.end();
  }

  #discard(source: Source, bytes: number): void {
    this.#cutBytes += bytes;
    this.#breath.discarded(source, bytes);
  }
}

/** Pauses a source now and then while what it says is thrown away. */
export class Breath {
  #bytes = 0;
  readonly #resumes = new Map<NodeJS.Timeout, Pausable>();

  /** What is quiet now is so because it was told to be. */
  get holds(): boolean {
    return this.#resumes.size > 0;
  }

  /** So many bytes more were thrown away. */
  discarded(source: Pausable, bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < BREATH_BYTES) return;
    this.#bytes = 0;
    source.pause();
    const timer = setTimeout(() => {
      this.#resumes.delete(timer);
      source.resume();
    }, BREATH_MS);
    this.#resumes.set(timer, source);
  }

  /** Lets go of every source. */
  end(): void {
    for (const [timer, source] of this.#resumes) {
      clearTimeout(timer);
      source.resume();
    }
    this.#resumes.clear();
  }
}
