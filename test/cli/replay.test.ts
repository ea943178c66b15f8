import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CheckRecord } from '../../src/core/plugin.ts';
import { HistoryWriter } from '../../src/plugins/history/writer.ts';
import { folder, netheal } from './netheal.ts';

const START = new Date(2025, 9, 14, 10, 30).getTime();
const SEED_CONFIG = {
  devices: [
    {
      ip: '192.168.1.1',
      label: 'Router',
      ssh_enabled: true,
      ssh_username: 'admin',
      ssh_password: 'your_password',
      ssh_port: 22,
      healing_commands: ['systemctl restart networking'],
    },
  ],
  monitoring: { ping_interval_seconds: 30, ping_timeout_seconds: 2, failure_threshold: 3 },
  healing: { enabled: true, max_attempts: 2, wait_between_attempts_seconds: 10 },
};
const SEED_LOG = `timestamp,ip,label,status,response_time_ms
2025-10-14 10:30:00,192.168.1.1,Router,online,15.23
2025-10-14 10:30:30,192.168.1.1,Router,offline,
`;
const LONGER = `${SEED_LOG}2025-10-14 10:31:00,192.168.1.1,Router,offline,
2025-10-14 10:31:30,192.168.1.1,Router,offline,
2025-10-14 10:32:00,192.168.1.1,Router,online,16.10
2025-10-14 10:32:30,192.168.1.1,Router,online,15.80
`;

/** The seed's config and a log beside it. */
function withLog(log: string): string {
  const cwd = folder(JSON.stringify(SEED_CONFIG));
  writeFileSync(join(cwd, 'uptime.csv'), log);
  return cwd;
}

describe('replay', () => {
  test("of the seed's own log with the seed's own config: one lost ping is no reason to heal", async () => {
    const { code, stdout, stderr } = await netheal(withLog(SEED_LOG), 'replay', 'uptime.csv');
    expect(stderr).toBe('');
    expect(stdout).toContain('time         2025-10-14 10:30:00 to 2025-10-14 10:30:30 (30s)\n');
    expect(stdout).toContain('devices      1 of 1 in the config\nchecks       2\n');
    expect(stdout).toMatch(/^heals {8}0 would have run/m);
    expect(code).toBe(0);
  });

  test('prints what would have been done, and makes nothing', async () => {
    const cwd = withLog(LONGER);
    const { code, stdout } = await netheal(cwd, 'replay', 'uptime.csv', '--quiet');
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      '2025-10-14 10:31:30 HEAL router: attempt 1/2 "commands" (risk medium)',
      expect.stringMatching(/^ {25}on router by ssh: systemctl restart networking/),
    ]);
    expect(stdout).toMatch(/^heals {8}1 would have run; after 1 of them the log has the device well again/m);
    expect(stdout).not.toContain('your_password');
    expect(code).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(['.nethealrc', 'uptime.csv']);
  });

  test('--json prints one object a line, the summary last', async () => {
    const { stdout } = await netheal(withLog(LONGER), 'replay', 'uptime.csv', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual([
      'note',
      'incident-opened',
      'would-heal',
      'verification',
      'summary',
    ]);
    expect(lines[2]).toMatchObject({
      at: new Date(START + 90_000).toISOString(),
      device: 'router',
      attempt: 1,
      maxAttempts: 2,
      steps: [{ kind: 'ssh', target: 'router' }],
    });
    expect(lines[4]).toMatchObject({ incidents: 1, heals: 1, recovered: 1, samples: 6, refused: {} });
  });

  test('--from and --to leave out the rest', async () => {
    const { stdout } = await netheal(
      withLog(LONGER),
      'replay',
      'uptime.csv',
      '--from=2025-10-14T10:30:30',
      '--to=2025-10-14 10:31:30',
    );
    expect(stdout).toMatch(/^checks {7}2$/m);
  });

  test('rows that make no sense are counted', async () => {
    const { code, stdout } = await netheal(withLog(`${LONGER}2025-10-14 10:33:0`), 'replay', 'uptime.csv');
    expect(stdout).toContain('# uptime.csv: 1 row(s) make no sense and are left out (lines 8)\n');
    expect(stdout).toMatch(/^checks {7}6, 1 row\(s\) left out$/m);
    expect(code).toBe(0);
  });

  test('of a history knows its devices by their ids', async () => {
    const cwd = withLog('');
    const device = {
      id: 'router',
      address: '192.0.2.1',
      label: 'Old',
      group: 'default',
      tags: {},
      parents: [],
    };
    const record = (ok: boolean | null, index: number): CheckRecord => ({
      at: START + index * 30_000,
      device,
      ok,
      rttMs: ok ? 1 : null,
      lossPercent: ok ? 0 : 100,
      failure: null,
      reachability: 'up',
      excluded: false,
    });
    const writer = new HistoryWriter(
      join(cwd, 'history.db'),
      { rawMs: Number.POSITIVE_INFINITY, retainMs: Number.POSITIVE_INFINITY },
      () => START,
    );
    writer.write(
      [true, false, null, false, false, true, true].map((ok, index) => ({
        type: 'check',
        record: record(ok, index),
      })),
    );
    await writer.close();
    const { stdout } = await netheal(cwd, 'replay', 'history.db');
    expect(stdout).toContain('2025-10-14 10:32:00 HEAL router: attempt 1/2');
    expect(stdout).toMatch(/^checks {7}7$/m);
  });

  test.each([
    [['nothing.csv'], /^nothing\.csv cannot be read: ENOENT/],
    [['uptime.csv', '--from', 'yesterday'], /^--from "yesterday" is no time; write it like 2026-12-01/],
    [['uptime.csv', '--from', '2026-01-02', '--to', '2026-01-01'], /^the time ends before it begins/],
    [['uptime.csv', '--resume-after', 'soon'], /^"soon" is no duration/],
    [['uptime.csv', '--to', '2020-01-01'], /^no device of the config is in uptime\.csv: it has no checks/],
  ])('%j is a mistake', async (args, said) => {
    const { code, stdout, stderr } = await netheal(withLog(LONGER), 'replay', ...args);
    expect(stderr).toMatch(said);
    expect([code, stdout]).toEqual([2, '']);
  });
});
