import { DatabaseSync } from 'node:sqlite';
import { firstRowSince } from './reader.ts';

/** A check as it was recorded. */
export type RecordedCheck = Readonly<{
  device: string;
  at: number;
  /** Null where there was no verdict. */
  ok: boolean | null;
  rttMs: number | null;
  /** Of the device, after the check. */
  reachability: string;
}>;

/** Which part of a history is read, epoch milliseconds; `to` is not part of it. */
type Span = Readonly<{ from: number; to: number }>;

/** Tells of every check of a time, in the order in which they were written: millions of them, one after the other. */
export function visitChecks(path: string, { from, to }: Span, visit: (check: RecordedCheck) => void): void {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const names = new Map<unknown, string>();
    for (const { id, name } of database.prepare('SELECT id, name FROM devices').all()) {
      names.set(id, String(name));
    }
    const checks = database.prepare(CHECKS);
    // An object for each of millions of rows would take twice the time.
    checks.setReturnArrays(true);
    for (const row of checks.iterate(firstRowSince(database, from) ?? 0, from, to)) {
      const [device, at, ok, rttMs, reachability] = row as unknown as CheckRow;
      visit({ device: names.get(device)!, at, ok: ok === null ? null : ok === 1, rttMs, reachability });
    }
  } finally {
    database.close();
  }
}

type CheckRow = [device: number, at: number, ok: number | null, rttMs: number | null, reachability: string];

const CHECKS = `
  SELECT device, at, ok, rtt_ms, reachability FROM checks
  WHERE rowid >= ? AND at >= ? AND at < ? ORDER BY rowid`;

/** An event as a report looks at it. */
export type RecordedEvent = Readonly<{
  type: string;
  at: number;
  device: string | null;
  message: string;
  gate: string | null;
}>;

/** All events of some types before a time, the oldest first: those before a report begins say how things stood then. */
export function recordedEvents(path: string, types: readonly string[], to: number): RecordedEvent[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const events = database.prepare(`
      SELECT type, at, device, message, json_extract(detail, '$.gate') AS gate FROM events
      WHERE type IN (SELECT value FROM json_each(?)) AND at < ? ORDER BY rowid`);
    return events.all(JSON.stringify(types), to) as RecordedEvent[];
  } finally {
    database.close();
  }
}
