import { DatabaseSync } from 'node:sqlite';

/** The columns of a roll-up; all but the extremes add up. Round-trip times are in whole microseconds: shorter than a REAL. */
const COLUMNS = `
    device INTEGER NOT NULL,
    at INTEGER NOT NULL,          -- its begin, epoch milliseconds
    checks INTEGER NOT NULL,      -- with a verdict
    failed INTEGER NOT NULL,
    loss INTEGER NOT NULL,        -- sum of the loss of these checks, percent
    rtts INTEGER NOT NULL,        -- checks with a round-trip time, and their sum, least and greatest
    rtt_us INTEGER NOT NULL,
    rtt_min_us INTEGER,
    rtt_max_us INTEGER,
    up_ms INTEGER NOT NULL,       -- time that began here, by how the device stood; what does not count is in none
    down_ms INTEGER NOT NULL,
    unreachable_ms INTEGER NOT NULL,
    outages INTEGER NOT NULL,     -- that were confirmed here
    PRIMARY KEY (device, at)`;

/**
 * Roll-ups have a file of their own: a thread writes them, and a database has one writer at a time. Rows of a device lie
 * together, so that its ninety days are a few pages.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS devices (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS minutes (${COLUMNS}) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hours (${COLUMNS}) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS progress (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    source TEXT NOT NULL,         -- identity of the history that was read
    row INTEGER NOT NULL          -- the last row of its checks that is in here
  );
  CREATE TABLE IF NOT EXISTS standings (
    device INTEGER PRIMARY KEY,   -- how the last check in here left a device
    at INTEGER NOT NULL,
    standing TEXT NOT NULL,
    gap_ms INTEGER NOT NULL,      -- since the check before it
    is_down INTEGER NOT NULL
  );
  PRAGMA user_version = 1;
`;

const BUSY_TIMEOUT_MS = 2_000;

/** Where the roll-ups of a history are kept. */
export function rollupsOf(historyPath: string): string {
  return historyPath.replace(/(\.db)?$/, '-rollups.db');
}

/** Opens the roll-ups for writing, making file and tables where they are missing. */
export function openRollups(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // What a power cut takes is added up again: the progress is lost with the rows.
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`,
    );
    database.exec(SCHEMA);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
  return database;
}
