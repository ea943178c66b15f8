import type { DatabaseSync } from 'node:sqlite';
import type { CheckRecord, EventRecord, SinkRecord } from 'netheal/plugin';
import { Checkpoints } from './checkpoints.ts';
import { openDatabase } from './database.ts';

/** Rows that one batch may delete: more than one batch may add, so that the file stops growing. */
const DELETED_PER_BATCH = 2_000;

type Statements = ReturnType<typeof prepare>;

/** Writes batches, each in one transaction, and forgets what is too old. */
export class HistoryWriter {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #checkpoints: Checkpoints;
  readonly #retainMs: number;
  readonly #now: () => number;
  /** All that the database knows; null where it must be asked. */
  #devices: Map<string, number> | null = null;

  /** @throws what SQLite says, where the file cannot be opened */
  constructor(path: string, retainMs: number, now: () => number) {
    this.#database = openDatabase(path);
    this.#statements = prepare(this.#database);
    this.#checkpoints = new Checkpoints(path);
    this.#retainMs = retainMs;
    this.#now = now;
  }

  /** All of it or nothing: after a throw the same batch may be written again. */
  write(batch: readonly SinkRecord[]): void {
    // A check more or less after a power cut is no loss; that a machine was healed must be known.
    const durable = batch.some((item) => item.type === 'event' && item.event.type.startsWith('heal-'));
    this.#database.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}; BEGIN IMMEDIATE`);
    try {
      for (const item of batch) {
        if (item.type === 'check') this.#writeCheck(item.record);
        else this.#writeEvent(item.event);
      }
      this.#forget();
      this.#database.exec('COMMIT');
      this.#checkpoints.wrote(batch.length);
    } catch (thrown) {
      // Some errors, a full disk among them, have rolled back already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      // Numbers that were given within the transaction are gone with it.
      this.#devices = null;
      throw thrown;
    }
  }

  async close(): Promise<void> {
    await this.#checkpoints.close();
    this.#database.close();
  }

  #writeCheck({ at, device, ok, rttMs, lossPercent, reachability, excluded }: CheckRecord): void {
    const verdict = ok === null ? null : Number(ok);
    const number = this.#numberOf(device.id);
    this.#statements.check.run(at, number, verdict, rttMs, lossPercent, reachability, excluded ? 1 : null);
  }

  #writeEvent({ seq, at, type, level, device, message, ...detail }: EventRecord): void {
    const atMs = Date.parse(at);
    this.#statements.event.run(atMs, seq, type, level, device ?? null, message, JSON.stringify(detail));
    if (detail.heal === undefined || device === undefined) return;
    if (type === 'heal-started') {
      this.#statements.healStarted.run(detail.heal, device, detail.incident ?? null, atMs, message);
    } else if (type === 'heal-finished' || type === 'heal-refused') {
      this.#statements.healEnded.run(atMs, detail.outcome ?? 'refused', message, detail.heal);
    }
  }

  #numberOf(name: string): number {
    this.#devices ??= new Map(
      this.#statements.devices.all().map((row) => [String(row.name), Number(row.id)]),
    );
    const known = this.#devices.get(name);
    if (known !== undefined) return known;
    const id = Number(this.#statements.addDevice.run(name).lastInsertRowid);
    this.#devices.set(name, id);
    return id;
  }

  #forget(): void {
    const before = this.#now() - this.#retainMs;
    for (const { oldest, forget } of this.#statements.kept) {
      const row = oldest.get() as { at: number } | undefined;
      if (row && row.at < before) forget.run(DELETED_PER_BATCH, before);
    }
  }
}

function prepare(database: DatabaseSync) {
  return {
    devices: database.prepare('SELECT id, name FROM devices'),
    addDevice: database.prepare('INSERT INTO devices (name) VALUES (?)'),
    check: database.prepare('INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?, ?)'),
    event: database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)'),
    healStarted: database.prepare(
      'INSERT INTO heals (id, device, incident, started_at, message) VALUES (?, ?, ?, ?, ?)',
    ),
    healEnded: database.prepare(
      'UPDATE heals SET finished_at = ?, outcome = ?, message = ? WHERE id = ? AND finished_at IS NULL',
    ),
    kept: [
      kept(database, 'checks', 'at'),
      kept(database, 'events', 'at'),
      kept(database, 'heals', 'started_at'),
    ],
  };
}

/** Rows lie in the order they came, so the oldest are the first: no index on the time is needed. */
function kept(database: DatabaseSync, table: string, column: string) {
  const oldest = `SELECT rowid, ${column} AS at FROM ${table} ORDER BY rowid`;
  return {
    oldest: database.prepare(`${oldest} LIMIT 1`),
    forget: database.prepare(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM (${oldest} LIMIT ?) WHERE at < ?)`,
    ),
  };
}
