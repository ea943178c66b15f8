import type { DatabaseSync } from 'node:sqlite';
import type { CheckRecord, EventRecord, HealRecord, Incident, SinkRecord } from 'netheal/plugin';
import { Checkpoints } from './checkpoints.ts';
import { openDatabase } from './database.ts';
import type { Retention } from './retention.ts';

/** Rows that one batch may delete: more than one batch may add, so that the file stops growing. */
const DELETED_PER_BATCH = 2_000;

/** An id that was given within so long is that of the same attempt: numbers begin anew where a state directory is lost. */
const SAME_HEAL_MS = 3_600_000;

/** Healed machines, and what was asked of people, must be known after a power cut. */
function isOfHealing(item: SinkRecord): boolean {
  if (item.type === 'event') return item.event.type.startsWith('heal-');
  return item.type !== 'check';
}

type Kept = Pick<Retention, 'rawMs' | 'retainMs'>;
type Statements = ReturnType<typeof prepare>;

/** Writes batches, each in one transaction, and forgets what is too old. */
export class HistoryWriter {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #checkpoints: Checkpoints;
  readonly #retention: Kept;
  readonly #now: () => number;
  /** All that the database knows; null where it must be asked. */
  #devices: Map<string, number> | null = null;

  /** @throws what SQLite says, where the file cannot be opened */
  constructor(path: string, retention: Kept, now: () => number) {
    this.#database = openDatabase(path);
    this.#statements = prepare(this.#database);
    this.#checkpoints = new Checkpoints(path);
    this.#retention = retention;
    this.#now = now;
  }

  /** All of it or nothing: after a throw the same batch may be written again. */
  write(batch: readonly SinkRecord[]): void {
    // A check more or less after a power cut is no loss; that a machine was healed must be known.
    const durable = batch.some(isOfHealing);
    this.#database.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}; BEGIN IMMEDIATE`);
    try {
      for (const item of batch) {
        if (item.type === 'check') this.#writeCheck(item.record);
        else if (item.type === 'event') this.#writeEvent(item.event);
        else if (item.type === 'incident') this.#writeIncident(item.incident);
        else this.#writeHeal(item.heal);
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
  }

  #writeIncident(incident: Incident): void {
    const { id, device, openedAt, recoveredAt, closedAt, failure, attempts, needsHuman, acknowledged } =
      incident;
    this.#statements.incident.run(
      id,
      device,
      openedAt,
      recoveredAt,
      closedAt,
      JSON.stringify(failure),
      attempts,
      needsHuman,
      acknowledged && JSON.stringify(acknowledged),
    );
  }

  #writeHeal(heal: HealRecord): void {
    // It begins when it is let run: until then it only waits.
    if (heal.phase === 'waiting-approval') return;
    const { id, device, startedAt } = heal;
    const values = [heal.finishedAt, heal.outcome, heal.reason ?? '', heal.by, heal.phase];
    const known = this.#statements.healOf.get(id, device, startedAt - SAME_HEAL_MS, startedAt + SAME_HEAL_MS);
    let row = known?.rowid as number | bigint | undefined;
    if (row !== undefined) this.#statements.healChanged.run(...values, row);
    else {
      const { incident, attempt, maxAttempts, strategy, plan, editedBy = null } = heal;
      row = this.#statements.heal.run(
        ...values,
        id,
        device,
        incident,
        startedAt,
        attempt,
        maxAttempts,
        strategy,
        editedBy,
        JSON.stringify(plan),
      ).lastInsertRowid;
    }
    // After a restart the account of an attempt is known without its transcript.
    if (heal.transcript.length > 0) this.#statements.transcript.run(row, JSON.stringify(heal.transcript));
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
    const { rawMs, retainMs } = this.#retention;
    for (const { table, oldest, forget } of this.#statements.kept) {
      const before = this.#now() - (table === 'checks' ? rawMs : retainMs);
      const row = oldest.get() as { at: number } | undefined;
      if (!row || row.at >= before) continue;
      forget.run(DELETED_PER_BATCH, before);
      if (table === 'heals') this.#statements.forgetTranscripts.run();
    }
  }
}

function prepare(database: DatabaseSync) {
  return {
    devices: database.prepare('SELECT id, name FROM devices'),
    addDevice: database.prepare('INSERT INTO devices (name) VALUES (?)'),
    check: database.prepare('INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?, ?)'),
    event: database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)'),
    incident: database.prepare(`
      INSERT INTO incidents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, opened_at) DO UPDATE SET
        recovered_at = excluded.recovered_at, closed_at = excluded.closed_at, attempts = excluded.attempts,
        needs_human = excluded.needs_human, acknowledged = excluded.acknowledged`),
    healOf: database.prepare(
      'SELECT rowid FROM heals WHERE id = ? AND device = ? AND started_at BETWEEN ? AND ? ORDER BY rowid DESC',
    ),
    healChanged: database.prepare(
      'UPDATE heals SET finished_at = ?, outcome = ?, message = ?, asked_by = ?, phase = ? WHERE rowid = ?',
    ),
    heal: database.prepare(`
      INSERT INTO heals (finished_at, outcome, message, asked_by, phase, id, device, incident, started_at, attempt,
        max_attempts, strategy, edited_by, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    transcript: database.prepare('INSERT OR REPLACE INTO transcripts VALUES (?, ?)'),
    kept: [
      kept(database, 'checks', 'at'),
      kept(database, 'events', 'at'),
      kept(database, 'heals', 'started_at'),
      kept(database, 'incidents', 'opened_at'),
    ],
    forgetTranscripts: database.prepare(
      'DELETE FROM transcripts WHERE heal NOT IN (SELECT rowid FROM heals)',
    ),
  };
}

/** Rows lie in the order they came, so the oldest are the first: no index on the time is needed. */
function kept(database: DatabaseSync, table: string, column: string) {
  const oldest = `SELECT rowid, ${column} AS at FROM ${table} ORDER BY rowid`;
  return {
    table,
    oldest: database.prepare(`${oldest} LIMIT 1`),
    forget: database.prepare(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM (${oldest} LIMIT ?) WHERE at < ?)`,
    ),
  };
}
