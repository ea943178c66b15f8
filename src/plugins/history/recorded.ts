import { DatabaseSync } from 'node:sqlite';
import type { HealResult, Reachability } from 'netheal/plugin';
import { versionOf } from './database.ts';
import { firstRowSince } from './reader.ts';

/** A check as it was recorded. */
export type RecordedCheck = Readonly<{
  device: string;
  at: number;
  /** Null where there was no verdict. */
  ok: boolean | null;
  rttMs: number | null;
  /** Of the device, after the check. */
  reachability: Reachability;
  /** It was in a downtime, or our own uplink was gone. */
  excluded: boolean;
}>;

/** Which part of a history is read, epoch milliseconds; `to` is not part of it. */
type Span = Readonly<{ from: number; to: number }>;

/** Tells of every check of a time, in the order in which they were written: millions of them, one after the other. */
export function visitChecks(path: string, span: Span, visit: (check: RecordedCheck) => void): void {
  const { from, to } = finite(span);
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const names = new Map<unknown, string>();
    for (const { id, name } of database.prepare('SELECT id, name FROM devices').all()) {
      names.set(id, String(name));
    }
    // Databases of the first version did not know.
    const excluded = versionOf(database) >= 2 ? 'excluded' : 'NULL';
    const checks = database.prepare(`
      SELECT device, at, ok, rtt_ms, reachability, ${excluded} FROM checks
      WHERE rowid >= ? AND at >= ? AND at < ? ORDER BY rowid`);
    // An object for each of millions of rows would take twice the time.
    checks.setReturnArrays(true);
    for (const row of checks.iterate(firstRowSince(database, from) ?? 0, from, to)) {
      const [device, at, ok, rttMs, reachability, excluded] = row as unknown as CheckRow;
      const verdict = ok === null ? null : ok === 1;
      visit({ device: names.get(device)!, at, ok: verdict, rttMs, reachability, excluded: excluded === 1 });
    }
  } finally {
    database.close();
  }
}

type CheckRow = [
  device: number,
  at: number,
  ok: number | null,
  rttMs: number | null,
  reachability: Reachability,
  excluded: number | null,
];

/** How an attempt ended, or that a gate held it. */
export type RecordedOutcome = Readonly<{ device: string; outcome: HealResult }>;

/** What became of the heals of a time, in the order in which they ended. */
export function recordedOutcomes(path: string, span: Span): RecordedOutcome[] {
  const { from, to } = finite(span);
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const events = database.prepare(`
      SELECT device, coalesce(json_extract(detail, '$.outcome'), 'refused') AS outcome FROM events
      WHERE type IN ('heal-finished', 'heal-refused') AND device IS NOT NULL AND at >= ? AND at < ?
      ORDER BY rowid`);
    return events.all(from, to) as RecordedOutcome[];
  } finally {
    database.close();
  }
}

/** SQLite compares with numbers, and has no infinite ones. */
function finite({ from, to }: Span): Span {
  return { from: Math.max(0, from), to: Math.min(to, Number.MAX_SAFE_INTEGER) };
}
