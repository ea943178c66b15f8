import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Sink } from '../../../src/core/plugin.ts';
import history from '../../../src/plugins/history/index.ts';
import { type AppliedPlugin, applyPlugin } from '../../plugin-harness.ts';
import { check, T0 } from './records.ts';

let folder: string;
let disk: string;
let file: string;
let now: number;
let plugin: AppliedPlugin;
let sink: Sink;

async function start(): Promise<void> {
  const clock = { now: () => now, monoMs: () => now };
  plugin = await applyPlugin(history, {}, { configDir: folder, stateDir: disk, clock });
  sink = plugin.sinks.get('history')!;
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-history-trouble-'));
  disk = join(folder, 'state');
  file = join(disk, 'history.db');
  mkdirSync(disk);
  now = T0 + 12 * 3_600_000;
  await start();
});
afterEach(async () => {
  await sink.close!();
  rmSync(folder, { recursive: true, force: true });
});

/** Checks that the views know of. */
async function checksSeen(): Promise<number> {
  const response = await plugin.routes.get('GET days')!(new Request('http://netheal/days?device=a&days=3'));
  const { days } = (await response.json()) as { days: { checks: number }[] };
  return days.reduce((sum, { checks }) => sum + checks, 0);
}
const write = async (count: number) =>
  sink.write(Array.from({ length: count }, (_, i) => check('a', now - count + i)));
const told = () => plugin.notices.map(({ message }) => message);

it('a database that somebody else has locked is refused in a moment, and the same batch is taken afterwards', async () => {
  await write(1);
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  await expect(write(5)).rejects.toThrow(/history\.db: database is locked/);
  other.exec('ROLLBACK');
  other.close();
  await write(5);
  expect(await checksSeen()).toBe(6);
});

it('a full disk stops the adding up, which is told once and made up for later', async (context) => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    context.skip('mounting a tmpfs is not permitted');
  }
  try {
    await write(1);
    const room = Number(execFileSync('stat', ['-f', '-c', '%a', disk], { encoding: 'utf8' })) * 4_096;
    writeFileSync(join(disk, 'hog'), Buffer.alloc(room - 40_960));
    for (let minute = 1; minute <= 2; minute++) {
      now += 61_000;
      // The second finds no room for itself either.
      if (minute === 1) await write(1);
      else await write(1).catch(() => undefined);
      await expect.poll(() => told().length, { timeout: 10_000 }).toBe(1);
    }
    expect(told()).toEqual([
      expect.stringMatching(/^the checks of the history cannot be added up: .*(full|disk|open)/),
    ]);
    unlinkSync(join(disk, 'hog'));
    now += 61_000;
    await write(1);
    expect(await checksSeen()).toBeGreaterThanOrEqual(3);
  } finally {
    await sink.close!();
    execFileSync('umount', ['-l', disk]);
  }
});

it('a history that turns out to be broken when it is read is put aside, once, and monitoring goes on', async () => {
  await write(2_000);
  await sink.close!();
  const bytes = readFileSync(file);
  // Behind the tables' descriptions: the writer appends and does not see it.
  writeFileSync(file, bytes.fill(0xa5, 4_096 * 12));
  await start();
  await expect(checksSeen()).rejects.toThrow(/history\.db: .*malformed/);
  for (let i = 0; i < 3; i++) await write(1);
  expect(told()).toEqual([expect.stringContaining('history.db.corrupt-')]);
  expect(await checksSeen()).toBeGreaterThan(0);
});

it('a clock that was set back loses no check', async () => {
  await write(3);
  expect(await checksSeen()).toBe(3);
  now -= 7_200_000;
  await write(2);
  expect(await checksSeen()).toBe(5);
  expect(readdirSync(disk).some((name) => name.includes('corrupt'))).toBe(false);
  expect(told()).toEqual([]);
});
