import { jsonPieces } from './json-stream.ts';
import type { RowTexts } from './row-texts.ts';
import type { Source } from './types.ts';

/** The whole picture as JSON in pieces: the views of a large fleet are made as they are sent. */
export function snapshotPieces(
  source: Pick<Source, 'snapshot' | 'select'>,
  rows: (total: number) => RowTexts,
): Iterator<Uint8Array, void> {
  const { seq, at, monitor, fleet, incidents, heals, events, plugins } = source.snapshot();
  const head = { seq, at, monitor, ...(fleet && { fleet }), incidents, heals, events, plugins };
  const { ids, fleet: counts } = source.select({});
  return jsonPieces(head, 'devices', ids, rows(counts.total));
}
