import type { DatabaseSync } from 'node:sqlite';
import type {
  Answer,
  Ask,
  EventRow,
  GateRow,
  HealDetail,
  HealRow,
  IncidentRow,
} from './archive-questions.ts';

/** The newest first. */
export function incidents(
  history: DatabaseSync,
  { device, from = 0, to = Number.MAX_SAFE_INTEGER, limit, offset }: Ask<'incidents'>,
): Answer<'incidents'> {
  // One that was open at some moment of the time is part of it.
  const where = `WHERE opened_at < ? AND coalesce(closed_at, ${Number.MAX_SAFE_INTEGER}) >= ? ${device === undefined ? '' : 'AND device = ?'}`;
  const values = [to, from, ...(device === undefined ? [] : [device])];
  const rows = history.prepare(`
    SELECT id, device, opened_at AS openedAt, recovered_at AS recoveredAt, closed_at AS closedAt, failure, attempts,
      needs_human AS needsHuman, acknowledged
    FROM incidents ${where} ORDER BY opened_at DESC, rowid DESC LIMIT ? OFFSET ?`);
  return {
    total: countOf(history, `incidents ${where}`, values),
    incidents: rows
      .all(...values, limit, offset)
      .map(
        (row) =>
          ({ ...row, failure: parsed(row.failure), acknowledged: parsed(row.acknowledged) }) as IncidentRow,
      ),
  };
}

const HEAL = `
  SELECT id, device, incident, started_at AS startedAt, finished_at AS finishedAt, outcome, message AS reason, attempt,
    max_attempts AS maxAttempts, strategy, phase, asked_by AS "by", edited_by AS editedBy`;

/** The newest first. */
export function heals(history: DatabaseSync, { device, limit, offset }: Ask<'heals'>): Answer<'heals'> {
  const where = device === undefined ? '' : 'WHERE device = ?';
  const values = device === undefined ? [] : [device];
  const rows = history.prepare(
    `${HEAL} FROM heals ${where} ORDER BY started_at DESC, rowid DESC LIMIT ? OFFSET ?`,
  );
  return {
    total: countOf(history, `heals ${where}`, values),
    heals: rows.all(...values, limit, offset).map((row) => ({ ...row }) as HealRow),
  };
}

/** The newest of this id: numbers begin anew where a state directory was lost. */
export function heal(history: DatabaseSync, { id }: Ask<'heal'>): Answer<'heal'> {
  const row = history
    .prepare(`
      ${HEAL}, plan, lines, (SELECT opened_at FROM incidents
        WHERE incidents.id = incident AND opened_at <= started_at ORDER BY opened_at DESC LIMIT 1) AS openedAt
      FROM heals LEFT JOIN transcripts ON transcripts.heal = heals.rowid
      WHERE id = ? ORDER BY started_at DESC LIMIT 1`)
    .get(id);
  if (!row) return null;
  const { plan, lines, openedAt, ...found } = row;
  const { device, startedAt } = found as HealRow;
  return {
    ...(found as HealRow),
    plan: parsed(plan) as HealDetail['plan'],
    gates: openedAt === null ? [] : gates(history, device, Number(openedAt), startedAt),
    transcript: (parsed(lines) ?? []) as HealDetail['transcript'],
  };
}

/** What held heals of a device between two moments. */
function gates(history: DatabaseSync, device: string, from: number, to: number): GateRow[] {
  return history
    .prepare(`
      SELECT at, json_extract(detail, '$.gate') AS gate, message FROM events
      WHERE device = ? AND at BETWEEN ? AND ? AND type = 'heal-refused' ORDER BY at, rowid`)
    .all(device, from, to)
    .map((row) => ({ ...row }) as GateRow);
}

/** The newest first. */
export function events(history: DatabaseSync, { device, before, limit }: Ask<'events'>): Answer<'events'> {
  const of = device === undefined ? '' : 'AND device = ?';
  const rows = history.prepare(`
    SELECT rowid AS row, at, seq, type, level, device, message, detail FROM events
    WHERE at < ? ${of} ORDER BY ${device === undefined ? 'rowid' : 'at'} DESC LIMIT ?`);
  const values = [before ?? Number.MAX_SAFE_INTEGER, ...(device === undefined ? [] : [device]), limit];
  return { events: rows.all(...values).map((row) => ({ ...row, detail: parsed(row.detail) }) as EventRow) };
}

function countOf(history: DatabaseSync, what: string, values: readonly (string | number)[]): number {
  return Number(history.prepare(`SELECT count(*) AS total FROM ${what}`).get(...values)?.total);
}

function parsed(json: unknown): unknown {
  return json === null ? null : JSON.parse(String(json));
}
