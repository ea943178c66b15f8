import { messageOf, NethealError } from '../core/errors.ts';
import { readCsvRecording } from '../core/replay/csv-recording.ts';
import { LOST, NO_VERDICT, type Recording, type Span, Track, UNTIMED } from '../core/replay/track.ts';
import { visitChecks } from '../plugins/history/recorded.ts';
import { isHistory } from './log-files.ts';

/**
 * Reads a log, an `uptime.csv` or a `history.db`, whatever its name is.
 *
 * @throws NethealError NH_ARGUMENT_INVALID where it cannot be read
 */
export function readRecording(path: string, span: Span): Recording {
  try {
    return isHistory(path) ? readHistory(path, span) : readCsvRecording(path, span);
  } catch (thrown) {
    throw new NethealError('NH_ARGUMENT_INVALID', `${path} cannot be read: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function readHistory(path: string, span: Span): Recording {
  const tracks = new Map<string, Track>();
  visitChecks(path, span, ({ device, at, ok, rttMs }) => {
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
