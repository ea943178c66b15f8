import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApi } from '../../src/core/api/app.ts';
import { serveUnix } from '../../src/core/api/server.ts';
import type { Source } from '../../src/core/api/types.ts';
import { deviceView, fakeSource, snapshotWith } from '../core/api/fake-source.ts';
import { LARGE, largeSource } from '../core/api/large-source.ts';
import { folder, netheal } from './netheal.ts';

/** A folder whose daemon has this picture. */
async function daemonOf(source: Source): Promise<string> {
  const cwd = folder();
  mkdirSync(join(cwd, 'state'));
  const api = createApi({ source, pluginRoutes: () => [], ready: () => true });
  const server = await serveUnix(join(cwd, 'state/netheal.sock'), api);
  onTestFinished(() => server.close());
  return cwd;
}
const DEVICES = [
  deviceView('gw', { label: 'Gateway', group: 'core' }),
  deviceView('sw', {
    label: 'Switch',
    group: 'edge',
    reachability: 'down',
    rttMs: null,
    failure: { kind: 'timeout', probe: 'icmp', message: 'no answer' },
    parents: ['gw'],
  }),
  deviceView('cam', {
    label: 'Camera',
    group: 'edge',
    reachability: 'down',
    flags: { flapping: false, downtime: 'firmware', acknowledged: null, paused: false },
  }),
];
const fewDevices = () => daemonOf(fakeSource(snapshotWith({ devices: DEVICES })));
const labels = (stdout: string) => [...stdout.matchAll(/^\S \w+ +(\w+) \(/gm)].map(([, label]) => label);

describe('status', () => {
  test('has a line a device, and ends with 1 where one is not up', async () => {
    const { code, stdout, stderr } = await netheal(await fewDevices(), 'status');
    expect(labels(stdout)).toEqual(['Gateway', 'Switch', 'Camera']);
    expect(stdout).toMatch(/^✖ down {8}Switch \([^)]+\) .*icmp: no answer/m);
    expect([code, stderr]).toEqual([1, '']);
  });

  test.each([
    [['--group', 'core'], 0, ['Gateway']],
    [['--state', 'down'], 1, ['Switch']],
    [['--state', 'downtime'], 1, ['Camera']],
    [['--search', 'EDGE camera'], 1, ['Camera']],
    [['--problems'], 1, ['Switch']],
    [['--group', 'nowhere'], 0, []],
    [['--quiet'], 1, ['Switch', 'Camera']],
    [['--quiet', '--group', 'core'], 0, []],
  ])('%j narrows what is said, and the exit code is about that', async (args, code, shown) => {
    const ended = await netheal(await fewDevices(), 'status', ...args);
    expect(labels(ended.stdout)).toEqual(shown);
    expect([ended.code, ended.stderr]).toEqual([code, '']);
  });

  test('of named devices it says all it knows', async () => {
    const { code, stdout } = await netheal(await fewDevices(), 'status', 'sw', 'gw');
    expect(labels(stdout)).toEqual(['Switch', 'Gateway']);
    expect(stdout).toMatch(/^ {2}since \d{4}-.*, last check .*, loss /m);
    expect(stdout).toMatch(/^ {2}behind gw$/m);
    expect(code).toBe(1);
  });

  test('of a device that is not there it says the nearest, and nothing of the others', async () => {
    const { code, stdout, stderr } = await netheal(await fewDevices(), 'status', 'gw', 'hoem');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe('there is no device "hoem"\n  did you mean "home"?\n');
  });

  test('--json has the monitor and the devices in full, --summary the counts', async () => {
    const cwd = await fewDevices();
    const all = JSON.parse((await netheal(cwd, 'status', '--json', '--state', 'down')).stdout);
    expect(all.devices).toEqual([DEVICES[1]]);
    expect(all.monitor).toHaveProperty('engine');
    const summary = await netheal(cwd, 'status', '--summary');
    expect(summary.stdout).toMatch(/^3 devices: 1 down, 1 downtime, 1 up/);
    expect(summary.code).toBe(1);
    expect(JSON.parse((await netheal(cwd, 'status', '--summary', '--json')).stdout).fleet.total).toBe(3);
  });
});

describe('of a hundred thousand devices', () => {
  test('--summary and --quiet make no view of a device that is well', async () => {
    const source = largeSource();
    source.check(7, 9, { reachability: 'down', rttMs: null });
    const cwd = await daemonOf(source);
    const before = source.views;
    const summary = await netheal(cwd, 'status', '--summary');
    expect(summary.stdout).toMatch(`${LARGE} devices: 2 down, ${LARGE - 2} up`);
    expect(source.views).toBe(before);
    const { code, stdout } = await netheal(cwd, 'status', '--quiet');
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(code).toBe(1);
    expect(source.views).toBe(before + 2);
    await netheal(cwd, 'status', 'device-5');
    expect(source.views).toBe(before + 3);
  });

  test('all of them come, page by page and each once', async () => {
    const { stdout } = await netheal(await daemonOf(largeSource()), 'status', '--search', 'device-1');
    const ids = stdout.match(/Device \d+/g)!;
    // 1, 10..19, 100..199, 1000..1999 and 10000..19999.
    expect(ids).toHaveLength(11_111);
    expect(new Set(ids).size).toBe(11_111);
  });
});
