import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CheckRecord, SinkRecord } from '../../../src/core/plugin.ts';
import csvLogger from '../../../src/plugins/csv-logger/index.ts';
import { applyPlugin } from '../../plugin-harness.ts';

let configDir: string;
beforeEach(() => {
  configDir = mkdtempSync(join(tmpdir(), 'netheal-csv-'));
});
afterEach(() => rmSync(configDir, { recursive: true, force: true }));

const check = (ok: boolean | null): SinkRecord => ({
  type: 'check',
  record: {
    at: Date.UTC(2025, 9, 14, 10, 30),
    device: { id: 'r', address: '192.168.1.1', label: 'Router', group: 'default', tags: {}, parents: [] },
    ok,
    rttMs: ok ? 15.23 : null,
    lossPercent: 0,
    failure: null,
    reachability: 'up',
    excluded: false,
  } satisfies CheckRecord,
});
const sinkOf = async (options?: unknown) =>
  (await applyPlugin(csvLogger, options, { configDir })).sinks.get('csv-logger')!;

it('writes checks beside the config and asks for nothing but checks', async () => {
  const sink = await sinkOf();
  expect(sink.accepts).toEqual(['check']);
  await sink.write([check(true), check(false)]);
  const lines = readFileSync(join(configDir, 'logs/uptime.csv'), 'utf8').split('\n');
  expect(lines[0]).toBe('timestamp,ip,label,status,response_time_ms');
  expect(lines[1]).toMatch(/^2025-10-14 \d\d:\d\d:00,192\.168\.1\.1,Router,online,15\.23$/);
  expect(lines[2]).toMatch(/^2025-10-14 \d\d:\d\d:00,192\.168\.1\.1,Router,offline,$/);
  expect(lines).toHaveLength(4);
});

it('touches no file for a batch without verdicts', async () => {
  const sink = await sinkOf();
  await sink.write([check(null)]);
  expect(() => readFileSync(join(configDir, 'logs/uptime.csv'))).toThrow(/ENOENT/);
});

it('takes another path and ISO timestamps, and reopens after a rotation', async () => {
  const sink = await sinkOf({ path: 'x.csv', timestamps: 'iso' });
  await sink.write([check(true)]);
  renameSync(join(configDir, 'x.csv'), join(configDir, 'x.csv.1'));
  await sink.reopen!();
  await sink.write([check(false)]);
  await sink.close!();
  const HEAD = 'timestamp,ip,label,status,response_time_ms\n';
  expect(readFileSync(join(configDir, 'x.csv.1'), 'utf8')).toBe(
    `${HEAD}2025-10-14T10:30:00.000Z,192.168.1.1,Router,online,15.23\n`,
  );
  expect(readFileSync(join(configDir, 'x.csv'), 'utf8')).toBe(
    `${HEAD}2025-10-14T10:30:00.000Z,192.168.1.1,Router,offline,\n`,
  );
});

it('refuses options it does not know', async () => {
  await expect(sinkOf({ paht: 'x.csv' })).rejects.toThrow(/paht/);
  await expect(sinkOf({ timestamps: 'utc' })).rejects.toThrow(/timestamps/);
});
