import type { DatabaseSync } from 'node:sqlite';
import type { Retention } from './retention.ts';
import { RollupSums, type Standing, type Sums } from './rollup-sums.ts';

/** Rows of checks that are added up in one transaction: some 50 ms of this thread. */
const ROWS_A_PIECE = 20_000;
/** Roll-ups of one device that are forgotten at a time. */
const DEVICES_A_PIECE = 500;

/**
 * Adds up what is in a history, piece by piece. How far it came is written with what it added, in one transaction: a
 * piece that was cut off by `kill -9` is added up again as if it had never begun.
 */
export class RollUp {
  readonly #history: DatabaseSync;
  readonly #rollups: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #devices = new Map<string, number>();
  readonly #standings = new Map<number, Standing>();
  readonly #hourShiftMs: number;
  /** The last row that was added up. */
  #row: number;
  #forgotten = 0;

  constructor(history: DatabaseSync, rollups: DatabaseSync, now: number) {
    this.#history = history;
    this.#rollups = rollups;
    this.#statements = prepare(history, rollups);
    this.#hourShiftMs = -(new Date(now).getTimezoneOffset() % 60) * 60_000;
    this.#row = this.#load();
  }

  /** The number of a device among the roll-ups; null while they do not know it. */
  deviceNumber(name: string): number | null {
    return this.#devices.get(name) ?? null;
  }

  /** Adds up the next piece. @returns whether there may be more */
  piece(): boolean {
    const rows = this.#statements.checks.all(this.#row, ROWS_A_PIECE) as unknown as CheckRow[];
    const last = rows.at(-1);
    if (!last) return false;
    this.#rollups.exec('BEGIN IMMEDIATE');
    try {
      if (Number(this.#statements.progressNow.get()?.row) !== this.#row) {
        // A dashboard alone and a daemon that was started beside it: the other one was here.
        this.#rollups.exec('ROLLBACK');
        this.#row = this.#load();
        return true;
      }
      const sums = this.#sum(rows);
      write(this.#statements.minute, sums.minutes);
      write(this.#statements.hour, sums.hours);
      for (const device of sums.touched) {
        const { at, standing, gapMs, isDown } = this.#standings.get(device)!;
        this.#statements.standing.run(device, at, standing, gapMs, Number(isDown));
      }
      this.#statements.progress.run(last[0]);
      this.#rollups.exec('COMMIT');
    } catch (thrown) {
      if (this.#rollups.isTransaction) this.#rollups.exec('ROLLBACK');
      throw thrown;
    }
    this.#row = last[0];
    return rows.length === ROWS_A_PIECE;
  }

  /** Forgets what is too old, of some devices at a time. */
  forget({ minutesMs, retainMs }: Retention, now: number): void {
    const { forgetMinutes, forgetHours } = this.#statements;
    const end = this.#forgotten + DEVICES_A_PIECE;
    this.#rollups.exec('BEGIN IMMEDIATE');
    // Numbers of devices count from 1.
    for (let device = this.#forgotten + 1; device <= end; device++) {
      forgetMinutes.run(device, now - minutesMs);
      forgetHours.run(device, now - retainMs);
    }
    this.#rollups.exec('COMMIT');
    this.#forgotten = end >= this.#devices.size ? 0 : end;
  }

  #sum(rows: readonly CheckRow[]): RollupSums {
    const sums = new RollupSums(this.#standings, this.#hourShiftMs);
    for (const [, name, at, ok, rttMs, lossPercent, reachability, excluded] of rows) {
      sums.add({
        device: this.#numberOf(name),
        at,
        ok: ok === null ? null : ok === 1,
        rttMs,
        lossPercent,
        reachability,
        excluded: excluded === 1,
      });
    }
    return sums;
  }

  #numberOf(name: string): number {
    let number = this.#devices.get(name);
    if (number === undefined) {
      number = Number(this.#statements.addDevice.run(name).lastInsertRowid);
      this.#devices.set(name, number);
    }
    return number;
  }

  /** Takes up what the files say. @returns the last row that was added up */
  #load(): number {
    const row = this.#begin();
    this.#devices.clear();
    this.#standings.clear();
    for (const { id, name } of this.#rollups.prepare('SELECT id, name FROM devices').all())
      this.#devices.set(String(name), Number(id));
    for (const left of this.#rollups.prepare('SELECT * FROM standings').all()) {
      const {
        at,
        standing,
        gap_ms: gapMs,
      } = left as { at: number; standing: Standing['standing']; gap_ms: number };
      this.#standings.set(Number(left.device), { at, standing, gapMs, isDown: left.is_down === 1 });
    }
    return row;
  }

  /** Where it was left; at the first row, and from nobody's standing, of a history that it has not seen yet. */
  #begin(): number {
    const { id } = this.#history.prepare('SELECT id FROM identity').get() as { id: string };
    const left = this.#rollups.prepare('SELECT source, row FROM progress').get();
    const { newest } = this.#history.prepare('SELECT max(rowid) AS newest FROM checks').get() as {
      newest: number | null;
    };
    const row = Number(left?.row);
    if (left?.source === id && row <= (newest ?? 0)) return row;
    this.#rollups.prepare('INSERT OR REPLACE INTO progress VALUES (1, ?, 0)').run(id);
    this.#rollups.exec('DELETE FROM standings');
    return 0;
  }
}

type CheckRow = [
  row: number,
  device: string,
  at: number,
  ok: number | null,
  rttMs: number | null,
  lossPercent: number,
  reachability: string,
  excluded: number | null,
];

/** In the order in which they lie, so that a page is written once. */
function write(statement: ReturnType<DatabaseSync['prepare']>, sums: ReadonlyMap<number, Sums>): void {
  for (const [, one] of [...sums].sort(([a], [b]) => a - b)) {
    const { up, down, unreachable } = one.spentMs;
    const { device, at, checks, failed, loss, rtts, rttUs, rttMinUs, rttMaxUs, outages } = one;
    statement.run(
      device,
      at,
      checks,
      failed,
      loss,
      rtts,
      rttUs,
      rttMinUs,
      rttMaxUs,
      Math.round(up),
      Math.round(down),
      Math.round(unreachable),
      outages,
    );
  }
}

function prepare(history: DatabaseSync, rollups: DatabaseSync) {
  const checks = history.prepare(`
    SELECT checks.rowid, name, at, ok, rtt_ms, loss_percent, reachability, excluded
    FROM checks JOIN devices ON devices.id = checks.device WHERE checks.rowid > ? ORDER BY checks.rowid LIMIT ?`);
  checks.setReturnArrays(true);
  const forget = (table: string) => rollups.prepare(`DELETE FROM ${table} WHERE device = ? AND at < ?`);
  return {
    checks,
    minute: rollups.prepare(addTo('minutes')),
    hour: rollups.prepare(addTo('hours')),
    addDevice: rollups.prepare('INSERT INTO devices (name) VALUES (?)'),
    standing: rollups.prepare('INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?)'),
    progressNow: rollups.prepare('SELECT row FROM progress'),
    progress: rollups.prepare('UPDATE progress SET row = ?'),
    forgetMinutes: forget('minutes'),
    forgetHours: forget('hours'),
  };
}

function addTo(table: string): string {
  return `
    INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device, at) DO UPDATE SET
      checks = checks + excluded.checks, failed = failed + excluded.failed, loss = loss + excluded.loss,
      rtts = rtts + excluded.rtts, rtt_us = rtt_us + excluded.rtt_us,
      rtt_min_us = min(coalesce(rtt_min_us, excluded.rtt_min_us), coalesce(excluded.rtt_min_us, rtt_min_us)),
      rtt_max_us = max(coalesce(rtt_max_us, excluded.rtt_max_us), coalesce(excluded.rtt_max_us, rtt_max_us)),
      up_ms = up_ms + excluded.up_ms, down_ms = down_ms + excluded.down_ms,
      unreachable_ms = unreachable_ms + excluded.unreachable_ms, outages = outages + excluded.outages`;
}
