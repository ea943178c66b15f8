import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { RowFile } from '../../src/plugins/csv-logger/row-file.ts';
import { testNeeding } from '../needs.ts';

const CONFIG = fileURLToPath(new URL('../../config/', import.meta.url));
const UNIT = join(CONFIG, 'netheal.service');
const run = promisify(execFile);
const withSystemd = testNeeding('systemd-analyze', 'systemd');
const withLogrotate = testNeeding('/usr/sbin/logrotate', 'logrotate');

withSystemd('systemd finds nothing to say against the unit', async () => {
  expect(await run('systemd-analyze', ['verify', UNIT])).toEqual({ stdout: '', stderr: '' });
});

withSystemd('the unit is no more exposed than the docs say', async () => {
  const said = /exposure level (\d+\.\d+)/.exec(
    readFileSync(join(CONFIG, '../docs/running.md'), 'utf8'),
  )![1]!;
  const threshold = String(Math.round(Number(said) * 10));
  const args = ['security', '--offline=true', `--threshold=${threshold}`, UNIT];
  expect((await run('systemd-analyze', args)).stdout).toContain('Overall exposure level for netheal.service');
});

test('the unit gives one capability and no other', () => {
  const unit = readFileSync(UNIT, 'utf8');
  expect(unit.match(/^\w*Capabilit\w*=.*$/gm)).toEqual([
    'AmbientCapabilities=CAP_NET_RAW',
    'CapabilityBoundingSet=CAP_NET_RAW',
  ]);
});

withLogrotate('logrotate moves the log away, and the next row begins a new one with its header', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-rotate-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const log = join(dir, 'uptime.csv');
  const rows = new RowFile(log, 'head', () => 'whole');
  onTestFinished(() => rows.close());
  rows.append('one\n');
  const settings = join(dir, 'netheal.logrotate');
  const user = process.getuid!() === 0 ? 'su root root' : '';
  writeFileSync(
    settings,
    readFileSync(join(CONFIG, 'netheal.logrotate'), 'utf8')
      .replace('/var/log/netheal', dir)
      .replace('su root root', user),
    { mode: 0o644 },
  );
  await run('/usr/sbin/logrotate', ['--force', '--state', join(dir, 'state'), settings]);
  expect(existsSync(log)).toBe(false);
  rows.append('two\n');
  expect(readFileSync(log, 'utf8')).toBe('head\ntwo\n');
  expect(readFileSync(join(dir, 'uptime.csv.1'), 'utf8')).toBe('head\none\n');
  appendFileSync(log, 'three\n');
  await run('/usr/sbin/logrotate', ['--force', '--state', join(dir, 'state'), settings]);
  expect(
    readdirSync(dir)
      .filter((name) => name.startsWith('uptime'))
      .sort(),
  ).toEqual(['uptime.csv.1', 'uptime.csv.2.gz']);
});
