import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DeviceAccount } from '../../../src/core/report/device-account.ts';
import { Archive } from '../../../src/plugins/history/archive-files.ts';
import { rollupsOf } from '../../../src/plugins/history/rollup-database.ts';
import { RollupSums, type Sums } from '../../../src/plugins/history/rollup-sums.ts';
import { HistoryWriter } from '../../../src/plugins/history/writer.ts';
import { check, T0 } from './records.ts';

const DAY = 86_400_000;
const FOREVER = { rawMs: Infinity, minutesMs: Number.MAX_SAFE_INTEGER, retainMs: Infinity };
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-roll-up-'));
  file = join(folder, 'history.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sum(sql: string): number {
  const database = new DatabaseSync(rollupsOf(file), { readOnly: true });
  try {
    return Number(Object.values(database.prepare(sql).get()!)[0]);
  } finally {
    database.close();
  }
}

it('minutes and hours come to the same time as the account of a report, whatever happened', () => {
  const oneCheck = fc.record({
    gapMs: fc.integer({ min: 1, max: 400_000 }),
    ok: fc.constantFrom(true, false, null),
    reachability: fc.constantFrom('unknown', 'up', 'degraded', 'down', 'unreachable'),
    excluded: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(oneCheck, { maxLength: 60 }),
      fc.constantFrom(0, 1_800_000),
      (story, hourShiftMs) => {
        const sums = new RollupSums(new Map(), hourShiftMs);
        // An hour as the interval: no gap of the story is a silence for the account.
        const account = new DeviceAccount(3_600_000);
        let at = T0;
        let seen = 0;
        for (const { gapMs, ok, reachability, excluded } of story) {
          // What lies five minutes and three usual gaps apart is a silence for the roll-ups.
          at += Math.min(gapMs, 300_000);
          const rttMs = ok ? 1.5 : null;
          if (ok !== null) seen++;
          sums.add({ device: 3, at, ok, rttMs, lossPercent: 0, reachability, excluded });
          account.add({ at, ok, rttMs, reachability: reachability as 'up', excluded });
        }
        for (const all of [sums.minutes, sums.hours]) {
          const total = (what: (one: Sums) => number) =>
            [...all.values()].reduce((before, one) => before + what(one), 0);
          expect(total((one) => one.spentMs.up)).toBe(account.spentMs.up);
          expect(total((one) => one.spentMs.down)).toBe(account.spentMs.down);
          expect(total((one) => one.spentMs.unreachable)).toBe(account.spentMs.unreachable);
          expect(total((one) => one.checks)).toBe(seen);
        }
      },
    ),
  );
});

it('a check after a silence, or after the clock was set back, brings no time with it', () => {
  const sums = new RollupSums(new Map(), 0);
  const good = { device: 1, ok: true, rttMs: 1, lossPercent: 0, reachability: 'up', excluded: false };
  for (const at of [T0, T0 + 60_000, T0 - DAY, T0 - DAY + 60_000, T0 + DAY, T0 + DAY + 60_000])
    sums.add({ ...good, at });
  expect([...sums.hours.values()].map(({ spentMs }) => spentMs.up)).toEqual([60_000, 60_000, 60_000]);
});

it('a device that is checked every ten minutes was up in between, from its third check on', () => {
  const sums = new RollupSums(new Map(), 0);
  for (let n = 0; n < 4; n++) {
    const at = T0 + n * 600_000;
    sums.add({ device: 1, at, ok: true, rttMs: 1, lossPercent: 0, reachability: 'up', excluded: false });
  }
  expect([...sums.hours.values()].map(({ spentMs }) => spentMs.up)).toEqual([2 * 600_000]);
});

it('adds up each check once, however often it is killed', { timeout: 60_000 }, async () => {
  const rows = 120_000;
  const writer = new HistoryWriter(file, FOREVER, () => T0);
  for (let from = 0; from < rows; from += 10_000) {
    writer.write(
      Array.from({ length: 10_000 }, (_, i) => check(`d${(from + i) % 50}`, T0 + (from + i) * 600)),
    );
  }
  await writer.close();
  const script = fileURLToPath(new URL('./roll-up-worker.ts', import.meta.url));
  for (const pieces of [0, 1, 2, 1]) {
    const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    if (pieces === 0) child.once('spawn', () => child.kill('SIGKILL'));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.length >= 2 * pieces) child.kill('SIGKILL');
    });
    await once(child, 'close');
  }
  const archive = new Archive(file, FOREVER);
  for (let more = true; more; ) ({ more } = archive.keepUp(T0));
  archive.close();
  expect(sum('SELECT sum(checks) FROM minutes')).toBe(rows);
  expect(sum('SELECT sum(checks) FROM hours')).toBe(rows);
  // Each device is checked every 30 s: all of its time but that behind its last check.
  expect(sum('SELECT sum(up_ms) FROM hours')).toBe((rows - 50) * 30_000);
});

it('adds up each check once, though two do it at the same time', async () => {
  const writer = new HistoryWriter(file, FOREVER, () => T0);
  const both = [new Archive(file, FOREVER), new Archive(file, FOREVER)];
  for (let round = 0; round < 4; round++) {
    writer.write(Array.from({ length: 100 }, (_, i) => check(`d${i % 10}`, T0 + (round * 100 + i) * 3_000)));
    // The first one is ahead of the second, and then the other way round.
    for (const archive of round % 2 === 0 ? both : both.toReversed()) {
      for (let more = true; more; ) {
        const kept = archive.keepUp(T0);
        expect(kept.error).toBeNull();
        more = kept.more;
      }
    }
  }
  await writer.close();
  for (const archive of both) archive.close();
  expect(sum('SELECT sum(checks) FROM minutes')).toBe(400);
  expect(sum('SELECT sum(up_ms) FROM hours')).toBe(39 * 30_000 * 10);
});

it('forgets minutes and hours when their time is over', async () => {
  const retention = { rawMs: Infinity, minutesMs: DAY, retainMs: 3 * DAY };
  const writer = new HistoryWriter(file, retention, () => T0);
  writer.write([check('a', T0), check('b', T0 + 2 * DAY), check('a', T0 + 4 * DAY)]);
  await writer.close();
  const archive = new Archive(file, retention);
  archive.keepUp(T0 + 4 * DAY);
  archive.close();
  expect(sum('SELECT count(*) FROM minutes')).toBe(1);
  expect(sum('SELECT count(*) FROM hours')).toBe(2);
});

it('keeps what was added up when the history itself begins anew', async () => {
  for (let run = 0; run < 2; run++) {
    const writer = new HistoryWriter(file, FOREVER, () => T0);
    // Numbers of devices are given anew, too.
    writer.write([check('b', T0 + run), check('a', T0 + run)].slice(run));
    await writer.close();
    const archive = new Archive(file, FOREVER);
    archive.keepUp(T0);
    archive.close();
    rmSync(file);
  }
  expect(sum("SELECT sum(checks) FROM hours JOIN devices ON id = device WHERE name = 'a'")).toBe(2);
});
