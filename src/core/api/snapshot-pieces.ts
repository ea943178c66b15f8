import { jsonPieces } from './json-stream.ts';
import type { Source } from './types.ts';

/** The whole picture as JSON in pieces: the views of a large fleet are made as they are sent. */
export function snapshotPieces(
  source: Pick<Source, 'snapshot' | 'select' | 'device'>,
): Iterator<Uint8Array, void> {
  const { seq, at, monitor, fleet, incidents, heals, events, plugins } = source.snapshot();
  const head = { seq, at, monitor, ...(fleet && { fleet }), incidents, heals, events, plugins };
  return jsonPieces(head, 'devices', source.select({}).ids, (id) => source.device(id));
}
