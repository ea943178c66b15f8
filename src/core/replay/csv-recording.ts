import { closeSync, openSync, readSync } from 'node:fs';
import { parseLogRow } from './log-row.ts';
import { LogTime } from './log-time.ts';
import { LOST, type Recording, type Span, Track, UNTIMED } from './track.ts';

const CHUNK_BYTES = 1 << 20;
const BAD_LINES_NAMED = 3;
const HEADER = 'timestamp,ip,label,status,response_time_ms';

const [NEWLINE, RETURN, COMMA, DASH, COLON, SPACE] = [...'\n\r,-: '].map((letter) =>
  letter.charCodeAt(0),
) as [number, number, number, number, number, number];
const ONLINE = Buffer.from('online');
const OFFLINE = Buffer.from('offline');
/** Of `2025-10-14 10:30:00`. */
const TIME_LENGTH = 19;

/**
 * Reads an `uptime.csv` of any age and order. Millions of rows: the common form is read from the bytes, whatever looks
 * different (quotes around everything, ISO 8601) as text.
 *
 * @throws what the file system says
 */
export function readCsvRecording(path: string, span: Span): Recording {
  const rows = new RowReader(span);
  const file = openSync(path, 'r');
  try {
    let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let kept = 0;
    for (;;) {
      if (kept === chunk.length) chunk = Buffer.concat([chunk, Buffer.allocUnsafe(chunk.length)]);
      const read = readSync(file, chunk, kept, chunk.length - kept, null);
      const end = kept + read;
      let start = 0;
      for (let newline = chunk.indexOf(NEWLINE, kept); newline >= 0 && newline < end; ) {
        rows.read(chunk, start, newline);
        start = newline + 1;
        newline = chunk.indexOf(NEWLINE, start);
      }
      if (read === 0) {
        if (end > start) rows.read(chunk, start, end);
        break;
      }
      chunk.copyWithin(0, start, end);
      kept = end - start;
    }
  } finally {
    closeSync(file);
  }
  for (const track of rows.tracks.values()) track.sort();
  return {
    source: path,
    kind: 'csv',
    tracks: [...rows.tracks.values()].filter(({ length }) => length > 0),
    badRows: rows.badRows,
    badLines: rows.badLines,
  };
}

class RowReader {
  /** By address and label. */
  readonly tracks = new Map<string, Track>();
  badRows = 0;
  readonly badLines: number[] = [];
  readonly #span: Span;
  readonly #times = new LogTime();
  /** By the bytes between time and status, which are the same in every row of a device. */
  readonly #byBytes = new Map<string, Track>();
  #line = 0;

  constructor(span: Span) {
    this.#span = span;
  }

  /** One line, without its newline. */
  read(bytes: Buffer, start: number, newline: number): void {
    this.#line++;
    const end = newline > start && bytes[newline - 1] === RETURN ? newline - 1 : newline;
    if (end === start || this.#readBytes(bytes, start, end)) return;
    const text = bytes.toString('utf8', start, end).replace(/^\ufeff/, '');
    if (text.trim() === '' || text === HEADER || this.#readText(text)) return;
    this.badRows++;
    if (this.badLines.length < BAD_LINES_NAMED) this.badLines.push(this.#line);
  }

  /** False for every line that is not of the common form. */
  #readBytes(bytes: Buffer, start: number, end: number): boolean {
    const isTime =
      bytes[start + 4] === DASH &&
      bytes[start + 7] === DASH &&
      bytes[start + 10] === SPACE &&
      bytes[start + 13] === COLON &&
      bytes[start + 16] === COLON &&
      bytes[start + TIME_LENGTH] === COMMA;
    if (!isTime) return false;
    // From the end: a label may hold commas.
    const lastComma = commaBefore(bytes, end);
    const statusComma = commaBefore(bytes, lastComma);
    if (statusComma <= start + TIME_LENGTH) return false;
    const isOnline = isWord(bytes, statusComma + 1, lastComma, ONLINE);
    if (!isOnline && !isWord(bytes, statusComma + 1, lastComma, OFFLINE)) return false;
    const rttMs = decimal(bytes, lastComma + 1, end);
    if (Number.isNaN(rttMs)) return false;

    const key = bytes.toString('latin1', start + TIME_LENGTH + 1, statusComma);
    const track = this.#byBytes.get(key) ?? this.#newTrack(key, bytes.toString('utf8', start, end));
    if (track === null) return false;
    const at = this.#times.at(bytes, start, track.newestAdded);
    if (Number.isNaN(at)) return false;
    this.#add(track, at, isOnline ? rttMs : LOST);
    return true;
  }

  #newTrack(key: string, line: string): Track | null {
    const row = parseLogRow(line);
    if (row === null) return null;
    const track = this.#track(row.address, row.label);
    this.#byBytes.set(key, track);
    return track;
  }

  #readText(text: string): boolean {
    const row = parseLogRow(text);
    if (row === null) return false;
    const { at, address, label, ok, rttMs } = row;
    this.#add(this.#track(address, label), at, ok ? (rttMs ?? UNTIMED) : LOST);
    return true;
  }

  #add(track: Track, at: number, value: number): void {
    if (at >= this.#span.from && at < this.#span.to) track.add(at, value);
  }

  #track(address: string, label: string): Track {
    const key = JSON.stringify([address, label]);
    const known = this.tracks.get(key);
    if (known) return known;
    const track = new Track(address, label);
    this.tracks.set(key, track);
    return track;
  }
}

/** There is one: the one behind the time. */
function commaBefore(bytes: Buffer, end: number): number {
  let index = end - 1;
  while (index > 0 && bytes[index] !== COMMA) index--;
  return index;
}

function isWord(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}

const DOT = 46;

/** `15.23`; `UNTIMED` where there is nothing, NaN where it is no plain decimal. */
function decimal(bytes: Buffer, start: number, end: number): number {
  if (start === end) return UNTIMED;
  let value = 0;
  let divisor = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === DOT && divisor === 0) divisor = 1;
    else if (byte >= 48 && byte <= 57) {
      value = value * 10 + byte - 48;
      divisor *= 10;
    } else return Number.NaN;
  }
  return divisor === 0 ? value : value / divisor;
}
