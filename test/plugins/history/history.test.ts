import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sink } from '../../../src/core/plugin.ts';
import history from '../../../src/plugins/history/index.ts';
import { type HistoryReader, readHistory } from '../../../src/plugins/history/reader.ts';
import { type AppliedPlugin, applyPlugin } from '../../plugin-harness.ts';
import { check, event, heal, incident, T0 } from './records.ts';

const HOUR = 3_600_000;
let folder: string;
let file: string;
let now: number;
let plugins: AppliedPlugin[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-history-'));
  file = join(folder, 'state/history.db');
  now = T0;
});
afterEach(async () => {
  for (const { sinks } of plugins) await sinks.get('history')?.close?.();
  plugins = [];
  rmSync(folder, { recursive: true, force: true });
});

async function apply(options?: unknown): Promise<AppliedPlugin & { sink: Sink }> {
  const clock = { now: () => now, monoMs: () => now };
  const plugin = await applyPlugin(history, options, {
    configDir: folder,
    stateDir: join(folder, 'state'),
    clock,
  });
  plugins.push(plugin);
  return { ...plugin, sink: plugin.sinks.get('history')! };
}

function read<T>(look: (reader: HistoryReader) => T): T {
  const reader = readHistory(file)!;
  try {
    return look(reader);
  } finally {
    reader.close();
  }
}
const count = (table: string, path = file) => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return (database.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number }).rows;
  } finally {
    database.close();
  }
};

describe('what the history tells of a device', () => {
  it('is its uptime and average RTT since a time', async () => {
    const { sink } = await apply();
    const down = { ok: false, rttMs: null, reachability: 'down' } as const;
    await sink.write([check('a', T0 - HOUR, down), check('a', T0), check('a', T0 + 1, { rttMs: 20 })]);
    await sink.write([check('a', T0 + 2, down), check('a', T0 + 3, { rttMs: null }), check('b', T0, down)]);
    expect(read((reader) => reader.devices(T0))).toEqual([
      {
        device: 'a',
        totalChecks: 4,
        onlineChecks: 3,
        unreachableChecks: 0,
        uptimePercent: 75,
        averageRttMs: 15,
        outages: [],
      },
      expect.objectContaining({ device: 'b', totalChecks: 1, uptimePercent: 0, averageRttMs: null }),
    ]);
  });

  it('leaves out what was not its fault: the monitor and a dead parent', async () => {
    const { sink } = await apply();
    await sink.write([
      check('a', T0),
      check('a', T0 + 1, { ok: null, rttMs: null, reachability: 'up' }),
      check('a', T0 + 2, { ok: false, rttMs: null, reachability: 'unreachable' }),
      check('c', T0, { ok: null, rttMs: null, reachability: 'unknown' }),
    ]);
    expect(read((reader) => reader.devices(T0))).toMatchObject([
      { device: 'a', totalChecks: 1, unreachableChecks: 1, uptimePercent: 100 },
      { device: 'c', totalChecks: 0, uptimePercent: null },
    ]);
  });

  it('has its outages, also one that began earlier and one that lasts', async () => {
    const { sink } = await apply();
    const change = (at: number, from: 'up' | 'down', to: 'up' | 'down') =>
      event('status-change', at, { device: 'a', from, to });
    await sink.write([check('a', T0)]);
    await sink.write([change(T0 - 3 * HOUR, 'up', 'down'), change(T0 - 2 * HOUR, 'down', 'up')]);
    await sink.write([change(T0 - HOUR, 'up', 'down'), change(T0 + HOUR, 'down', 'up')]);
    // After a restart the same outage is told of once more.
    await sink.write([change(T0 + 2 * HOUR, 'up', 'down'), change(T0 + 3 * HOUR, 'up', 'down')]);
    expect(read((reader) => reader.devices(T0)[0]?.outages)).toEqual([
      { from: T0 - HOUR, to: T0 + HOUR },
      { from: T0 + 2 * HOUR, to: null },
    ]);
  });

  it('has its heals: done, refused at the last moment, and cut off in the middle', async () => {
    const { sink } = await apply();
    await sink.write([heal('1', { startedAt: T0, phase: 'running' })]);
    await sink.write([
      heal('1', { startedAt: T0, phase: 'done', finishedAt: T0 + 2, outcome: 'healed', reason: 'a healed' }),
      heal('2', { startedAt: T0 + 3, phase: 'done', finishedAt: T0 + 4, outcome: 'refused' }),
      heal('3', { startedAt: T0 + 5, phase: 'running' }),
      heal('4', { startedAt: T0 + 6, phase: 'waiting-approval' }),
    ]);
    expect(read((reader) => reader.heals(T0))).toEqual([
      {
        id: '1',
        device: 'a',
        incident: 'i',
        startedAt: T0,
        finishedAt: T0 + 2,
        outcome: 'healed',
        message: 'a healed',
      },
      expect.objectContaining({ id: '2', outcome: 'refused', finishedAt: T0 + 4 }),
      expect.objectContaining({ id: '3', outcome: null, finishedAt: null }),
    ]);
    expect(read((reader) => reader.heals(T0 + 4).map(({ id }) => id))).toEqual(['3']);
  });
});

describe('retention', () => {
  it('forgets what is older than asked for, a few thousand rows a batch', async () => {
    const { sink } = await apply({ retain: '1d' });
    for (let batch = 0; batch < 5; batch++) {
      await sink.write(Array.from({ length: 1_000 }, (_, i) => check('a', T0 + batch * 1_000 + i)));
    }
    await sink.write([heal('1'), incident('i'), event('notice', T0)]);
    now = T0 + 25 * HOUR;
    await sink.write([check('a', now)]);
    expect(count('checks')).toBe(3_001);
    expect(count('events')).toBe(0);
    for (const table of ['heals', 'transcripts', 'incidents']) expect(count(table), table).toBe(0);
    await sink.write([check('a', now + 1)]);
    await sink.write([check('a', now + 2)]);
    expect(count('checks')).toBe(3);
  });
});

describe('many rows', () => {
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => check(`d${(from + i) % 1_000}`, T0 + from + i));

  it('go from the log into the database without the writer, and closing leaves no log behind', async () => {
    const { sink } = await apply();
    for (let from = 0; from < 60_000; from += 1_000) await sink.write(rows(from, 1_000));
    // The writer itself would begin at 64 MB.
    await expect.poll(() => statSync(file).size, { timeout: 10_000 }).toBeGreaterThan(1_000_000);
    await sink.write(rows(60_000, 10));
    await sink.close!();
    expect(readdirSync(join(folder, 'state'))).toEqual(['history.db']);
    expect(count('checks')).toBe(60_010);
    expect(count('devices')).toBe(1_000);
  });

  it('of a device stay under its number when netheal starts again', async () => {
    for (let run = 0; run < 2; run++) {
      const { sink } = await apply();
      await sink.write(rows(run * 10_000, 10_000));
      await sink.close!();
    }
    expect(count('devices')).toBe(1_000);
    expect(read((reader) => reader.devices(T0 + 15_000)[0]!.totalChecks)).toBe(5);
  });

  it('are counted from the right one on, though some were deleted and the clock was set back', async () => {
    const { sink } = await apply({ retain: '10d' });
    await sink.write([check('a', T0), check('a', T0 + HOUR), check('a', T0 + 2 * HOUR)]);
    await sink.write([check('a', T0 + 1.5 * HOUR), check('a', T0 + 3 * HOUR)]);
    const since = (atMs: number) => read((reader) => reader.devices(atMs)[0]?.totalChecks ?? 0);
    expect(since(0)).toBe(5);
    expect(since(T0 + 1.2 * HOUR)).toBe(3);
    expect(since(T0 + 2 * HOUR)).toBe(2);
    expect(since(T0 + 4 * HOUR)).toBe(0);
    now = T0 + 240.5 * HOUR;
    await sink.write([check('a', now)]);
    expect(since(0)).toBe(5);
    expect(since(T0 + 3 * HOUR)).toBe(2);
  });
});

describe('a database that cannot be used', () => {
  it.each([
    [
      'is no database',
      () => Buffer.from('this is no database, only words, and quite a few of them'.repeat(40)),
    ],
    [
      'is damaged',
      () => {
        const bytes = readFileSync(file);
        return bytes.fill(0xa5, 200, Math.min(bytes.length, 12_000));
      },
    ],
  ])('because it %s is kept aside with a notice, and a new one is begun', async (_, broken) => {
    const first = await apply();
    await first.sink.write(Array.from({ length: 1_000 }, (_, i) => check(`device-${i}`, T0 + i)));
    await first.sink.close!();
    writeFileSync(file, broken());
    const { sink, notices } = await apply();
    await sink.write([check('a', T0)]);
    expect(count('checks')).toBe(1);
    expect(notices).toEqual([
      {
        message: expect.stringContaining('history.db.corrupt-20260101T000000Z'),
        level: 'warn',
        device: undefined,
      },
    ]);
    expect(readdirSync(join(folder, 'state'))).toContain('history.db.corrupt-20260101T000000Z');
  });

  it('because its folder cannot be made rejects with the path, and works once it can', async () => {
    writeFileSync(join(folder, 'state'), 'in the way');
    const { sink } = await apply();
    const write = async () => sink.write([check('a', T0)]);
    await expect(write()).rejects.toThrow(file);
    unlinkSync(join(folder, 'state'));
    await write();
    expect(count('checks')).toBe(1);
  });

  it('is no history for a reader', () => {
    expect(readHistory(file)).toBeNull();
    mkdirSync(join(folder, 'state'));
    writeFileSync(file, '');
    expect(readHistory(file)).toBeNull();
    writeFileSync(file, 'words'.repeat(1_000));
    expect(readHistory(file)).toBeNull();
  });
});

it('keeps whole batches when the process is killed', { timeout: 30_000 }, async () => {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  for (let round = 0; round < 3; round++) {
    const before = round === 0 ? 0 : count('checks');
    const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.length > 20 + round * 13) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const acknowledged = said.split('\n').length - 1;
    const rows = count('checks') - before;
    expect(rows % 100).toBe(0);
    expect(rows).toBeGreaterThanOrEqual(acknowledged * 100);
    expect(rows).toBeLessThanOrEqual(acknowledged * 100 + 100);
  }
});

it('rejects a batch while the disk is full, whole, and takes it once there is room', async (context) => {
  const disk = join(folder, 'state');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    context.skip('mounting a tmpfs is not permitted');
  }
  try {
    const { sink } = await apply();
    await sink.write([check('a', T0)]);
    const batch = Array.from({ length: 1_000 }, (_, i) => check('a', T0 + i));
    const write = async () => sink.write(batch);
    const room = Number(execFileSync('stat', ['-f', '-c', '%a', disk], { encoding: 'utf8' })) * 4_096;
    writeFileSync(join(disk, 'hog'), Buffer.alloc(room - 8_192));
    await expect(write()).rejects.toThrow(/full/);
    await expect(write()).rejects.toThrow(/full|disk/);
    unlinkSync(join(disk, 'hog'));
    await write();
    expect(count('checks')).toBe(1_001);
    await sink.close!();
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
});

it('takes another place for the database, relative to the config, and refuses unknown options', async () => {
  const { sink } = await apply({ path: 'x/y.db' });
  await sink.write([check('a', T0)]);
  expect(count('checks', join(folder, 'x/y.db'))).toBe(1);
  await expect(apply({ retain: 90 })).rejects.toThrow(/retain/);
  await expect(apply({ keep: '1d' })).rejects.toThrow(/keep/);
});
