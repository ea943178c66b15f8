import { DatabaseSync } from 'node:sqlite';
import { isCorruption, isMissing } from './database.ts';

/** One time a device was down; `to` is null while it lasts. Epoch milliseconds. */
export type Outage = Readonly<{ from: number; to: number | null }>;

/** What the history says about one device. */
export type DeviceHistory = Readonly<{
  device: string;
  /** Checks with a verdict on the device itself: neither the monitor's own faults nor those behind a dead parent. */
  totalChecks: number;
  onlineChecks: number;
  /** Checks while a parent was down: nothing is known about the device then. */
  unreachableChecks: number;
  /** Null without a check that counts. */
  uptimePercent: number | null;
  averageRttMs: number | null;
  outages: readonly Outage[];
}>;

/** One attempt to heal; `outcome` is null while it runs, or when netheal died in the middle. */
export type HealHistory = Readonly<{
  id: string;
  device: string;
  incident: string | null;
  startedAt: number;
  finishedAt: number | null;
  outcome: string | null;
  message: string;
}>;

export type HistoryReader = Readonly<{
  /** By device, in the order of their names. */
  devices(sinceMs: number): DeviceHistory[];
  /** The oldest first. */
  heals(sinceMs: number): HealHistory[];
  close(): void;
}>;

/**
 * Opens a history for reading, also while a monitor writes it.
 * @returns null where there is no history that can be read
 */
export function readHistory(path: string): HistoryReader | null {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    for (const query of [SUMS, CHANGES, HEALS]) database.prepare(query);
  } catch (thrown) {
    database?.close();
    if (isMissing(thrown) || isCorruption(thrown)) return null;
    throw thrown;
  }
  return readerOf(database);
}

type CheckSums = { name: string; total: number; online: number; unreachable: number; rtt: number | null };

function readerOf(database: DatabaseSync): HistoryReader {
  return {
    devices(sinceMs) {
      const outages = outagesByDevice(database, sinceMs);
      return (database.prepare(SUMS).all(firstRowSince(database, sinceMs), sinceMs) as CheckSums[]).map(
        (sums) => ({
          device: sums.name,
          totalChecks: sums.total,
          onlineChecks: sums.online,
          unreachableChecks: sums.unreachable,
          uptimePercent: sums.total === 0 ? null : (sums.online / sums.total) * 100,
          averageRttMs: sums.rtt,
          outages: outages.get(sums.name) ?? [],
        }),
      );
    },
    heals: (sinceMs) => (database.prepare(HEALS).all(sinceMs) as HealHistory[]).map((row) => ({ ...row })),
    close: () => database.close(),
  };
}

const SUMS = `
  SELECT name,
    count(*) FILTER (WHERE ok IS NOT NULL AND reachability <> 'unreachable') AS total,
    count(*) FILTER (WHERE ok = 1 AND reachability <> 'unreachable') AS online,
    count(*) FILTER (WHERE reachability = 'unreachable') AS unreachable,
    avg(rtt_ms) FILTER (WHERE ok = 1) AS rtt
  FROM checks JOIN devices ON devices.id = checks.device
  WHERE checks.rowid >= ? AND at >= ? GROUP BY name ORDER BY name`;

/** A clock that was set back leaves rows that are older than those before them. */
const SET_BACK_MS = 3_600_000;

/** Rows of checks lie in the order of their times: the first since a time is found by halving, without an index. */
export function firstRowSince(database: DatabaseSync, sinceMs: number): number {
  const ends = database.prepare(
    'SELECT (SELECT min(rowid) FROM checks) AS low, (SELECT max(rowid) FROM checks) AS high',
  );
  const next = database.prepare('SELECT rowid, at FROM checks WHERE rowid >= ? ORDER BY rowid LIMIT 1');
  let { low, high } = ends.get() as { low: number; high: number };
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = next.get(middle) as { rowid: number; at: number };
    if (row.at < sinceMs - SET_BACK_MS) low = row.rowid + 1;
    else high = middle;
  }
  return low;
}

const HEALS = `
  SELECT id, device, incident, started_at AS startedAt, finished_at AS finishedAt, outcome, message
  FROM heals WHERE started_at >= ? ORDER BY started_at, rowid`;

const CHANGES = `
  SELECT device, at, json_extract(detail, '$.to') AS "to" FROM events
  WHERE type = 'status-change' AND device IS NOT NULL ORDER BY rowid`;

/** From each change to "down" to the next change to anything else. An outage counts where it reaches into the time. */
function outagesByDevice(database: DatabaseSync, sinceMs: number): Map<string, Outage[]> {
  const outages = new Map<string, Outage[]>();
  for (const row of database.prepare(CHANGES).iterate()) {
    const { device, at, to } = row as { device: string; at: number; to: string | null };
    const known = outages.get(device) ?? [];
    outages.set(device, known);
    const last = known.at(-1);
    const isOpen = last !== undefined && last.to === null;
    if (to === 'down' && !isOpen) known.push({ from: at, to: null });
    if (to !== 'down' && isOpen) known[known.length - 1] = { from: last.from, to: at };
  }
  for (const [device, all] of outages) {
    outages.set(
      device,
      all.filter(({ to }) => to === null || to >= sinceMs),
    );
  }
  return outages;
}
