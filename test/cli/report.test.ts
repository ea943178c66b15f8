import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { CheckRecord, EventRecord, SinkRecord } from '../../src/core/plugin.ts';
import { HistoryWriter } from '../../src/plugins/history/writer.ts';
import { folder, netheal } from './netheal.ts';

const START = new Date(2026, 10, 1, 10).getTime();
const INTERVAL_MS = 30_000;
const CONFIG = `stateDir: ./state
monitoring: { interval: 30s }
devices:
  - { id: gw, label: Gateway, ip: 192.0.2.1, group: berlin }
  - { id: web, label: Web, ip: 192.0.2.2, group: berlin }
  - { id: far, label: Far, ip: 192.0.2.3, group: paris }
`;

/** `u`p, failing softly, `d`own, down and answering again: a letter each 30 s. */
const CHECKS = {
  u: { ok: true, reachability: 'up' },
  f: { ok: false, reachability: 'up' },
  d: { ok: false, reachability: 'down' },
  r: { ok: true, reachability: 'down' },
} as const;

function checks(id: string, story: string, given: Partial<CheckRecord> = {}): SinkRecord[] {
  const device = { id, address: '192.0.2.9', label: id, group: 'any', tags: {}, parents: [] };
  return [...story].map((letter, index) => {
    const { ok, reachability } = CHECKS[letter as keyof typeof CHECKS];
    const rttMs = ok ? 2 : null;
    const common = { at: START + index * INTERVAL_MS, device, ok, rttMs, reachability };
    return { type: 'check', record: { ...common, lossPercent: 0, failure: null, excluded: false, ...given } };
  });
}

const event = (given: Pick<EventRecord, 'type' | 'device'> & Partial<EventRecord>): SinkRecord => ({
  type: 'event',
  event: { seq: 1, at: new Date(START).toISOString(), level: 'info', message: '', heal: '1', ...given },
});

async function withHistory(records: readonly SinkRecord[]): Promise<string> {
  const cwd = folder(CONFIG);
  mkdirSync(join(cwd, 'state'));
  const writer = new HistoryWriter(
    join(cwd, 'state/history.db'),
    { rawMs: Number.POSITIVE_INFINITY, retainMs: Number.POSITIVE_INFINITY },
    () => START,
  );
  writer.write(records);
  await writer.close();
  return cwd;
}

const HISTORY = [
  ...checks('gw', 'uuuuuuuuuuu'),
  // Ten intervals: two soft failures count as up, five are down.
  ...checks('web', 'uuffdddrruu'),
  ...checks('far', 'uuuudd', { excluded: true }),
  event({ type: 'heal-finished', device: 'web', outcome: 'failed' }),
  event({ type: 'heal-finished', device: 'web', outcome: 'healed' }),
  event({ type: 'heal-refused', device: 'gw', gate: 'downtime' }),
];

describe('netheal report', () => {
  test('takes the history of the config and prints devices, groups and all', async () => {
    const { code, stdout, stderr } = await netheal(await withHistory(HISTORY), 'report');
    expect([code, stderr]).toEqual([0, '']);
    const cells = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(cells[0]).toEqual(
      'device|uptime %|unreach. %|outages|longest|MTTD|MTTR|healed|failed|refused|RTT ms|p95 ms|checks|time'.split(
        '|',
      ),
    );
    expect(cells[1]).toEqual('gw (berlin)|100.000|0.000|0|-|-|-|0|0|1|2.00|1.99|11|5m'.split('|'));
    expect(cells[2]).toEqual('web (berlin)|50.000|0.000|1|2m 30s|1m|2m 30s|1|1|0|2.00|1.99|11|5m'.split('|'));
    // What does not count is neither up nor down.
    expect(cells[3]!.slice(0, 4)).toEqual(['far (paris)', '-', '-', '0']);
    expect(cells[6]!.slice(0, 4)).toEqual(['berlin', '75.000', '0.000', '1']);
    expect(cells.at(-2)!.slice(0, 4)).toEqual(['all', '75.000', '0.000', '1']);
  });

  test('says the same as CSV and as a JSON object a line, and of one group alone', async () => {
    const cwd = await withHistory(HISTORY);
    const json = await netheal(cwd, 'report', '--json', '--group', 'berlin');
    const rows = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'device gw',
      'device web',
      'group berlin',
      'all all',
    ]);
    expect(rows[1]).toEqual({
      kind: 'device',
      name: 'web',
      group: 'berlin',
      checks: 11,
      countedMs: 300_000,
      uptimePercent: 50,
      unreachablePercent: 0,
      outages: 1,
      openOutages: 0,
      longestOutageMs: 150_000,
      mttdMs: 60_000,
      mttrMs: 150_000,
      healsDone: 1,
      healsFailed: 1,
      healsRefused: 0,
      averageRttMs: 2,
      p95RttMs: expect.closeTo(2, 1),
    });
    const csv = await netheal(cwd, 'report', '--format', 'csv', '--group', 'berlin');
    const [header, ...lines] = csv.stdout.trim().split('\n');
    expect(header).toBe(Object.keys(rows[0]).join(','));
    expect(lines.map((line) => line.split(',')[5])).toEqual(['100', '50', '75', '75']);
  });

  test('of a part of the time alone', async () => {
    const cwd = await withHistory(HISTORY);
    const from = new Date(START + 5 * INTERVAL_MS).toISOString();
    const { stdout } = await netheal(cwd, 'report', '--json', '--from', from);
    const web = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ name }) => name === 'web');
    // It was down before: since when is not known.
    expect(web).toMatchObject({ checks: 6, outages: 1, mttdMs: null, mttrMs: null, healsDone: 0 });
  });

  test("reads an uptime.csv, the first version's too, without a config", async () => {
    const cwd = folder(null);
    const time = (index: number) => new Date(START + index * INTERVAL_MS).toLocaleString('sv-SE');
    const rows = [...'uufffuuu'].map((letter, index) =>
      letter === 'u'
        ? `${time(index)},192.0.2.1,Router,online,1.50`
        : `${time(index)},192.0.2.1,Router,offline,`,
    );
    writeFileSync(
      join(cwd, 'uptime.csv'),
      `timestamp,ip,label,status,response_time_ms\n${rows.join('\n')}\nnonsense\n`,
    );
    const { code, stdout, stderr } = await netheal(cwd, 'report', 'uptime.csv', '--json');
    expect(stderr).toBe('! 1 row(s) of uptime.csv make no sense and are left out\n');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'Router (192.0.2.1)',
      group: null,
      outages: 1,
      longestOutageMs: 90_000,
      mttdMs: 60_000,
      healsDone: null,
      averageRttMs: 1.5,
    });
    expect(code).toBe(0);
  });

  test('reads a history of the version before, which knew of no downtimes', async () => {
    const cwd = folder(CONFIG);
    const database = new DatabaseSync(join(cwd, 'old.db'));
    database.exec(`
      CREATE TABLE devices (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE checks (at INTEGER NOT NULL, device INTEGER NOT NULL REFERENCES devices (id), ok INTEGER,
        rtt_ms REAL, loss_percent REAL NOT NULL, reachability TEXT NOT NULL);
      CREATE TABLE events (at INTEGER NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, level TEXT NOT NULL,
        device TEXT, message TEXT NOT NULL, detail TEXT NOT NULL);
      CREATE TABLE heals (id TEXT NOT NULL, device TEXT NOT NULL, incident TEXT, started_at INTEGER NOT NULL,
        finished_at INTEGER, outcome TEXT, message TEXT NOT NULL);
      INSERT INTO heals VALUES ('1', 'gw', '1', ${START}, ${START}, 'healed', 'gw healed');
      INSERT INTO devices VALUES (1, 'gw');
      INSERT INTO checks VALUES (${START}, 1, 1, 2.5, 0, 'up'), (${START + INTERVAL_MS}, 1, 1, 2.5, 0, 'up');
      PRAGMA user_version = 1;`);
    database.close();
    const { stdout } = await netheal(cwd, 'report', 'old.db', '--json');
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({
      name: 'gw',
      uptimePercent: 100,
      countedMs: INTERVAL_MS,
    });
    // And who goes on writing into it loses nothing.
    const writer = new HistoryWriter(
      join(cwd, 'old.db'),
      { rawMs: Number.POSITIVE_INFINITY, retainMs: Number.POSITIVE_INFINITY },
      () => START,
    );
    writer.write(checks('gw', 'uuu', { at: START + 2 * INTERVAL_MS, excluded: true }));
    await writer.close();
    const kept = new DatabaseSync(join(cwd, 'old.db'), { readOnly: true });
    expect(kept.prepare('SELECT id, message, plan FROM heals').all()).toEqual([
      { id: '1', message: 'gw healed', plan: null },
    ]);
    kept.close();
    const { stdout: later } = await netheal(cwd, 'report', 'old.db', '--json');
    expect(JSON.parse(later.split('\n')[0]!)).toMatchObject({ checks: 5 });
  });

  test.each([
    [
      [],
      /^there is no log yet: neither \S+\/state\/history\.db nor \S+\/logs\/uptime\.csv\n {2}start netheal/,
    ],
    [['nothing.csv'], /^nothing\.csv cannot be read: ENOENT/],
    [['.nethealrc'], /^\.nethealrc holds no checks in that time\n/m],
    [
      ['--from', 'once'],
      /^--from "once" is no time; write it like 2026-12-01, 2026-12-01T22:00 or 30d \(ago\)/,
    ],
    [['--from', '2d', '--to', '3d'], /^the time ends before it begins/],
    [['--format', 'pdf'], /argument 'pdf' is invalid\. Allowed choices are table, csv, json/],
  ])('%j is a mistake: exit 2 and one clear message', async (args, message) => {
    const { code, stdout, stderr } = await netheal(folder(CONFIG), 'report', ...args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });
});
