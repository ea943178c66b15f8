import { DatabaseSync } from 'node:sqlite';

/** Told of one recorded check. `ok` is null where there was no verdict; `rttMs` is null where nothing answered. */
export type VisitCheck = (device: string, at: number, ok: boolean | null, rttMs: number | null) => void;

/** Tells of every check of a history between two times, in the order in which they were written. */
export function visitChecks(path: string, from: number, to: number, visit: VisitCheck): void {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const names = new Map<unknown, string>();
    for (const { id, name } of database.prepare('SELECT id, name FROM devices').all()) {
      names.set(id, String(name));
    }
    const checks = database.prepare('SELECT device, at, ok, rtt_ms FROM checks WHERE at >= ? AND at < ?');
    for (const { device, at, ok, rtt_ms: rttMs } of checks.iterate(from, to)) {
      const name = names.get(device);
      if (name === undefined) continue;
      visit(name, at as number, ok === null ? null : ok === 1, rttMs as number | null);
    }
  } finally {
    database.close();
  }
}
