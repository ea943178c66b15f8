import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkRecord } from '../../src/core/plugin.ts';
import { Archive } from '../../src/plugins/history/archive-files.ts';
import type { Ask, QuestionName } from '../../src/plugins/history/archive-questions.ts';
import { ArchiveThread } from '../../src/plugins/history/archive-thread.ts';
import { openRollups, rollupsOf } from '../../src/plugins/history/rollup-database.ts';
import { HistoryWriter } from '../../src/plugins/history/writer.ts';
import { temporaryFolder } from './fleet.ts';
import { percentile, printTable, type Row, short } from './table.ts';

const DEVICES = 10_000;
const DAYS = 90;
const ROUNDS = 60;
const INTERVAL_MS = 30_000;
const BATCH = 1_000;
const QUERIES = 50;
const DAY_MS = 86_400_000;
const RETENTION = { rawMs: 35 * DAY_MS, minutesMs: 7 * DAY_MS, retainMs: 2 * DAYS * DAY_MS };

/** A fleet's history: what rows cost, how fast they are added up, and how long a view of one device among all takes. */
export async function benchHistory(): Promise<void> {
  const { path: folder, remove } = temporaryFolder();
  const file = join(folder, 'history.db');
  const now = Date.now();
  const rows = [await writing(file, now), addingUp(file, now), ...sizes(file, now)];
  rows.push(...(await views(file, now)));
  printTable(`The history of ${DEVICES} devices`, rows);
  remove();
}

async function writing(file: string, now: number): Promise<Row> {
  const writer = new HistoryWriter(file, RETENTION, () => now);
  const took: number[] = [];
  const begin = now - ROUNDS * INTERVAL_MS;
  for (let from = 0; from < DEVICES * ROUNDS; from += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => checkAt(from + i, begin));
    const begun = performance.now();
    writer.write(batch);
    took.push(performance.now() - begun);
  }
  await writer.close();
  return {
    figure: `writing ${DEVICES * ROUNDS} checks`,
    value: `${short((1_000 * BATCH * took.length) / took.reduce((a, b) => a + b))} rows/s`,
    'bytes a row': short(statSync(file).size / DEVICES / ROUNDS),
    aim: '10,000 rows/s and more',
  };
}

function checkAt(n: number, begin: number): SinkRecord {
  const device = { address: '192.0.2.1', label: 'x', group: 'g', tags: {}, parents: [] };
  return {
    type: 'check',
    record: {
      // Neighbours in time are no neighbours among the devices.
      device: { ...device, id: `d${(n * 7_919) % DEVICES}` },
      at: begin + Math.floor((n / DEVICES) * INTERVAL_MS),
      ok: true,
      rttMs: 1 + ((n * 31) % 4_000) / 1_000,
      lossPercent: 0,
      failure: null,
      reachability: 'up',
      excluded: false,
    },
  };
}

function addingUp(file: string, now: number): Row {
  const archive = new Archive(file, RETENTION);
  const took: number[] = [];
  for (let more = true; more; ) {
    const begun = performance.now();
    ({ more } = archive.keepUp(now));
    took.push(performance.now() - begun);
  }
  archive.close();
  return {
    figure: 'adding them up, in the thread',
    value: `${short((1_000 * DEVICES * ROUNDS) / took.reduce((a, b) => a + b))} rows/s`,
    longest: `${short(Math.max(...took))} ms a piece`,
    aim: '10,000 rows/s and more',
  };
}

/** Minutes of a day of a tenth of the devices, then hours of all the days: what is there is copied. */
function sizes(file: string, now: number): Row[] {
  const minutes = grown(file, 'minutes', DEVICES / 10, 60_000, 1_440, now);
  const hours = grown(file, 'hours', DEVICES, 3_600_000, DAYS * 24, now);
  return [
    {
      figure: 'minutes',
      value: `${short((minutes * 1_440) / 1_000)} kB a device a day`,
      'bytes a row': short(minutes),
    },
    {
      figure: 'hours',
      value: `${short((hours * 24) / 1_000)} kB a device a day`,
      'bytes a row': short(hours),
    },
  ];
}

/** @returns bytes a row */
function grown(
  file: string,
  table: string,
  devices: number,
  stepMs: number,
  count: number,
  now: number,
): number {
  const path = rollupsOf(file);
  const rollups = openRollups(path);
  const first = Math.floor(now / stepMs) * stepMs - (count - 1) * stepMs;
  rollups.exec(`DELETE FROM ${table}; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)`);
  const before = statSync(path).size;
  rollups
    .prepare(`
      WITH RECURSIVE
        steps (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM steps WHERE n + 1 < ?),
        numbers (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM numbers WHERE id < ?)
      INSERT INTO ${table}
        SELECT id, ? + n * ?, ? / 30000, 0, 0, ? / 30000, ? / 10 + abs(random() % 90000), 900 + abs(random() % 200),
          4000 + abs(random() % 900), ?, 0, 0, 0
        FROM numbers JOIN steps ORDER BY id, n`)
    .run(count, devices, first, stepMs, stepMs, stepMs, stepMs, stepMs);
  rollups.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  rollups.close();
  return (statSync(path).size - before) / devices / count;
}

async function views(file: string, now: number): Promise<Row[]> {
  const silent = { quarantined: () => undefined, corrupt: () => undefined, failed: () => undefined };
  const archive = new ArchiveThread({ path: file, retention: RETENTION }, () => now, silent);
  const from = now - DAYS * DAY_MS;
  // The thread is started by the first question.
  await archive.ask('heals', { limit: 1, offset: 0 });
  const rows = [
    await timed(archive, 'days', (device) => ({ device, days: DAYS, now }), `${DAYS} days of one`),
    await timed(
      archive,
      'series',
      (device) => ({ device, from, to: now, points: 300 }),
      `curve of ${DAYS} days`,
    ),
    await timed(
      archive,
      'series',
      (device) => ({ device, from: now - DAY_MS, to: now, points: 300 }),
      'curve of a day',
    ),
    await timed(
      archive,
      'series',
      (device) => ({ device, from: now - 3e5, to: now, points: 300 }),
      'curve of 5 minutes',
    ),
  ];
  await archive.close();
  return rows;
}

async function timed<N extends QuestionName>(
  archive: ArchiveThread,
  name: N,
  ask: (device: string) => Ask<N>,
  figure: string,
): Promise<Row> {
  const took: number[] = [];
  for (let n = 0; n < QUERIES; n++) {
    const begun = performance.now();
    await archive.ask(name, ask(`d${(n * 7_919 * 13) % DEVICES}`));
    took.push(performance.now() - begun);
  }
  return {
    figure,
    value: `${short(percentile(took, 50))} ms`,
    longest: `${short(Math.max(...took))} ms`,
    aim: 'under 200 ms',
  };
}
