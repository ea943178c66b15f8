import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** O_RDWR because the end of a file that is already there must be read; O_NOFOLLOW because we may run as root. */
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
const MODE = 0o640;
/** A row is never longer than this, so the last line begins within it. */
const TAIL_BYTES = 16_384;
const NEWLINE = 0x0a;

/** What to do with a last line that has no newline: a crash has torn it, or it only lacks its newline. */
export type LastLine = 'torn' | 'whole';

/**
 * A text file of rows that is only ever appended to, one batch of whole rows at a time. Synchronous on purpose: when
 * `append` returns, the rows are in the kernel's hands and survive `kill -9`. A stream would still hold them.
 *
 * Others may move or truncate the file (log rotation), the disk may fill up and become free again.
 */
export class RowFile {
  readonly path: string;
  readonly #header: string;
  readonly #judge: (lastLine: string) => LastLine;
  #fd: number | null = null;
  /** Where our last append ended: another size means that somebody else was here. */
  #size = -1;

  /**
   * @param header first line of a new file, without its newline
   * @param judge says whether a last line without a newline is whole
   */
  constructor(path: string, header: string, judge: (lastLine: string) => LastLine) {
    this.path = path;
    this.#header = header;
    this.#judge = judge;
  }

  /**
   * Appends whole rows (text that ends in a newline), all of them or none.
   * @throws Error naming the path, after which the same rows may be given again
   */
  append(rows: string): void {
    try {
      const { fd, size } = this.#open();
      const prefix = this.#prefix(fd, size);
      this.#write(fd, Buffer.from(prefix.text + rows), prefix.size);
    } catch (thrown) {
      // The descriptor may be dead for good (a remount, a vanished disk): the next try begins with a new one.
      this.close();
      throw new Error(`${this.path}: ${explain(thrown)}`, { cause: thrown });
    }
  }

  /** The next append opens the path anew. */
  close(): void {
    const fd = this.#fd;
    this.#fd = null;
    this.#size = -1;
    if (fd !== null) closeSync(fd);
  }

  #open(): { fd: number; size: number } {
    if (this.#fd !== null) {
      const open = fstatSync(this.#fd);
      const named = lstatSync(this.path, { throwIfNoEntry: false });
      if (named && named.ino === open.ino && named.dev === open.dev) {
        return { fd: this.#fd, size: open.size };
      }
      this.close();
    }
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o750 });
    this.#fd = openSync(this.path, FLAGS, MODE);
    const stats = fstatSync(this.#fd);
    refuseOddities(stats);
    return { fd: this.#fd, size: stats.size };
  }

  /** What must stand between the end of the file and our first row; a torn last line is cut off. */
  #prefix(fd: number, size: number): { text: string; size: number } {
    if (size === this.#size) return { text: '', size };
    const lastLine = readLastLine(fd, size);
    if (lastLine === '') return { text: size === 0 ? `${this.#header}\n` : '', size };
    if (this.#judge(lastLine.toString()) === 'whole') return { text: '\n', size };
    const end = size - lastLine.length;
    ftruncateSync(fd, end);
    return { text: end === 0 ? `${this.#header}\n` : '', size: end };
  }

  #write(fd: number, bytes: Buffer, size: number): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    } catch (thrown) {
      takeBack(fd, size, written);
      throw thrown;
    }
    this.#size = size + written;
  }
}

/** After half a batch the disk was full: without this the next try would double the rows that did get there. */
function takeBack(fd: number, size: number, written: number): void {
  if (written > 0 && fstatSync(fd).size === size + written) ftruncateSync(fd, size);
}

function readLastLine(fd: number, size: number): Buffer | '' {
  const length = Math.min(size, TAIL_BYTES);
  const tail = Buffer.alloc(length);
  readSync(fd, tail, 0, length, size - length);
  if (length === 0 || tail[length - 1] === NEWLINE) return '';
  return tail.subarray(tail.lastIndexOf(NEWLINE) + 1);
}

function refuseOddities(stats: Stats): void {
  if (!stats.isFile()) throw new Error('is not a regular file');
}

function explain(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if ((thrown as NodeJS.ErrnoException).code === 'ELOOP') return 'is a symbolic link, which is refused';
  return thrown.message;
}
