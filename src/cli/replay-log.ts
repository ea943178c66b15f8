import { closeSync, openSync, readSync } from 'node:fs';
import { messageOf, NethealError } from '../core/errors.ts';
import { readCsvRecording } from '../core/replay/csv-recording.ts';
import { LOST, NO_VERDICT, type Recording, type Span, Track, UNTIMED } from '../core/replay/track.ts';
import { visitChecks } from '../plugins/history/recorded.ts';

/** What an SQLite database begins with. */
const SQLITE = 'SQLite format 3\0';

/**
 * Reads a log, an `uptime.csv` or a `history.db`, whatever its name is.
 *
 * @throws NethealError NH_ARGUMENT_INVALID where it cannot be read
 */
export function readRecording(path: string, span: Span): Recording {
  try {
    return beginsWith(path, SQLITE) ? readHistory(path, span) : readCsvRecording(path, span);
  } catch (thrown) {
    throw new NethealError('NH_ARGUMENT_INVALID', `${path} cannot be read: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function beginsWith(path: string, text: string): boolean {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(text.length);
    readSync(file, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1') === text;
  } finally {
    closeSync(file);
  }
}

function readHistory(path: string, span: Span): Recording {
  const tracks = new Map<string, Track>();
  visitChecks(path, finite(span), ({ device, at, ok, rttMs }) => {
    let track = tracks.get(device);
    if (!track) {
      track = new Track(null, device);
      tracks.set(device, track);
    }
    track.add(at, ok === null ? NO_VERDICT : ok ? (rttMs ?? UNTIMED) : LOST);
  });
  for (const track of tracks.values()) track.sort();
  return { source: path, kind: 'history', tracks: [...tracks.values()], badRows: 0, badLines: [] };
}

/** SQLite compares with numbers, and has no infinite ones. */
function finite({ from, to }: Span): Span {
  return { from: Math.max(0, from), to: Math.min(to, Number.MAX_SAFE_INTEGER) };
}
