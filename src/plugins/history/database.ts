import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Device names are kept once; rows of checks, by far the most, hold a number. They have no index: they lie in the order
 * of their times, and an index by device would cost ten times the row, because every row of a round belongs to another
 * page of it.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS devices (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS checks (
    at INTEGER NOT NULL,          -- epoch milliseconds
    device INTEGER NOT NULL REFERENCES devices (id),
    ok INTEGER,                   -- null: the monitor's own fault, no verdict
    rtt_ms REAL,
    loss_percent REAL NOT NULL,
    reachability TEXT NOT NULL,
    excluded INTEGER              -- 1: in a downtime, or our own uplink was gone; else null
  );
  CREATE TABLE IF NOT EXISTS events (
    at INTEGER NOT NULL,
    seq INTEGER NOT NULL,         -- counts from the start of a monitor: not unique here
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    device TEXT,
    message TEXT NOT NULL,
    detail TEXT NOT NULL          -- JSON of the other keys
  );
  CREATE INDEX IF NOT EXISTS events_by_type ON events (type, at);
  CREATE TABLE IF NOT EXISTS heals (
    id TEXT NOT NULL,
    device TEXT NOT NULL,
    incident TEXT,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    outcome TEXT,
    message TEXT NOT NULL,
    attempt INTEGER,              -- null, like all below, in rows of the first two versions
    max_attempts INTEGER,
    strategy TEXT,
    phase TEXT,
    asked_by TEXT,
    edited_by TEXT,
    plan TEXT                     -- JSON
  );
  CREATE INDEX IF NOT EXISTS heals_by_id ON heals (id);
  CREATE INDEX IF NOT EXISTS heals_by_device ON heals (device, started_at);
  CREATE TABLE IF NOT EXISTS transcripts (
    heal INTEGER PRIMARY KEY,     -- rowid of the heal
    lines TEXT NOT NULL           -- JSON, secrets masked
  );
  CREATE TABLE IF NOT EXISTS incidents (
    id TEXT NOT NULL,
    device TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    recovered_at INTEGER,
    closed_at INTEGER,
    failure TEXT NOT NULL,        -- JSON
    attempts INTEGER NOT NULL,
    needs_human TEXT,
    acknowledged TEXT             -- JSON
  );
  CREATE UNIQUE INDEX IF NOT EXISTS incidents_by_id ON incidents (id, opened_at);
  CREATE INDEX IF NOT EXISTS incidents_by_device ON incidents (device, opened_at);
  CREATE INDEX IF NOT EXISTS events_by_device ON events (device, at);
  CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL);
  INSERT INTO identity SELECT hex(randomblob(8)) WHERE NOT EXISTS (SELECT * FROM identity);
  PRAGMA user_version = 3;
`;

const SQLITE_ERROR = 1;
const SQLITE_CORRUPT = 11;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
const BUSY_TIMEOUT_MS = 250;
/** 64 MB: so long does the log get where `Checkpoints` cannot keep up. */
const LOG_PAGES = 16_384;

/** What brings a database of an earlier version to the next one, by the version it had. */
const MIGRATIONS: Readonly<Record<number, string>> = {
  1: 'ALTER TABLE checks ADD COLUMN excluded INTEGER',
  2: `ALTER TABLE heals ADD COLUMN attempt INTEGER;
    ALTER TABLE heals ADD COLUMN max_attempts INTEGER;
    ALTER TABLE heals ADD COLUMN strategy TEXT;
    ALTER TABLE heals ADD COLUMN phase TEXT;
    ALTER TABLE heals ADD COLUMN asked_by TEXT;
    ALTER TABLE heals ADD COLUMN edited_by TEXT;
    ALTER TABLE heals ADD COLUMN plan TEXT`,
};

/** Opens the history for writing, making folder, file and tables where they are missing. */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL;`);
    database.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
    migrate(database);
    database.exec(SCHEMA);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
  return database;
}

/** The version of a database's tables; 0 where it has none yet. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function migrate(database: DatabaseSync): void {
  for (let version = versionOf(database); MIGRATIONS[version] !== undefined; version++) {
    database.exec(`BEGIN; ${MIGRATIONS[version]}; PRAGMA user_version = ${version + 1}; COMMIT`);
  }
}

/** True where the file itself is broken: trying again will not help. */
export function isCorruption(thrown: unknown): boolean {
  const { errcode } = thrown as { errcode?: unknown };
  // The low byte is the primary code; the rest says where it was found.
  return typeof errcode === 'number' && [SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff);
}

/** No file, or no tables in it yet. */
export function isMissing(thrown: unknown): boolean {
  return [SQLITE_ERROR, SQLITE_CANTOPEN].includes((thrown as { errcode?: number }).errcode ?? -1);
}

/** Opens a history for reading, also while a monitor writes it; null where there is none, or none that is up to date. */
export function openForReading(path: string): DatabaseSync | null {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec('PRAGMA busy_timeout = 2000');
    database.prepare('SELECT id FROM identity').get();
    return database;
  } catch (thrown) {
    database?.close();
    if (isMissing(thrown)) return null;
    throw thrown;
  }
}

/** Moves a broken database out of the way, for someone to look at; answers its new name. */
export function quarantine(path: string, atMs: number): string {
  const kept = `${path}.corrupt-${new Date(atMs).toISOString().replace(/[-:]/g, '').replace(/\..*/, 'Z')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix);
  }
  return kept;
}
