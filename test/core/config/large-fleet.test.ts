import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../../src/core/config/load.ts';
import { resolve } from './resolving.ts';

const COUNT = 100_000;

const device = (index: number) => ({
  id: `d${index}`,
  ip: `127.${1 + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`,
  group: `g${index % 10}`,
  tags: { site: `s${index % 20}` },
  ...(index > 0 && { parents: [`d${Math.floor((index - 1) / 50)}`] }),
});

const fleet = (count: number) => ({
  defaults: {
    ssh: {
      username: 'root',
      password: { command: ['sh', '-c', 'echo run >> runs; echo hunter2'] },
      via: ['d1'],
    },
  },
  healing: { strategies: [{ steps: [{ ssh: ['reboot'] }] }] },
  devices: Array.from({ length: count }, (_, index) => device(index)),
});

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'netheal-large-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function load(name: string, text: string) {
  const file = join(dir, name);
  writeFileSync(file, text, { mode: 0o600 });
  return loadConfig({ cwd: dir, env: { PATH: process.env.PATH, HOME: dir }, file });
}

it('a hundred thousand devices share all that is alike, and their secret is fetched once', async () => {
  const { devices, warnings } = await load('fleet.json', JSON.stringify(fleet(COUNT)));
  expect(devices).toHaveLength(COUNT);
  expect(warnings).toEqual([]);
  expect(readFileSync(join(dir, 'runs'), 'utf8')).toBe('run\n');
  const different = (of: (one: (typeof devices)[number]) => unknown) => new Set(devices.map(of)).size;
  expect(different(({ check }) => check)).toBe(1);
  expect(different(({ healPolicy }) => healPolicy)).toBe(1);
  expect(different(({ probes }) => probes)).toBe(1);
  expect(different(({ strategies }) => strategies)).toBe(1);
  expect(different(({ tags }) => tags)).toBe(20);
  expect(different(({ parents }) => parents)).toBe(COUNT / 50 + 1);
  expect(different(({ ssh }) => ssh?.password)).toBe(1);
  expect(different(({ ssh }) => ssh?.knownHosts)).toBe(1);
  // The jump host itself is reached directly.
  expect(different(({ ssh }) => ssh?.via)).toBe(2);
  expect(devices[1]!.ssh!.via).toEqual([]);
  expect(devices[2]!.ssh).toMatchObject({ name: 'd2', host: devices[2]!.address, username: 'root' });
  expect(devices[2]!.ssh!.via.map(({ name }) => name)).toEqual(['d1']);
}, 60_000);

describe('a large config in YAML', () => {
  const text = stringify(fleet(8_000), { aliasDuplicateObjects: false });

  it('means what the same config in JSON means', async () => {
    const [yaml, json] = [
      await load('fleet.yaml', text),
      await load('same.json', JSON.stringify(fleet(8_000))),
    ];
    expect(yaml.devices).toEqual(json.devices);
  });

  it('knows the place of a mistake', async () => {
    const wrong = text.replace('ip: 127.1.0.3\n', 'ip: 127.1.0.333\n');
    const line = wrong.slice(0, wrong.indexOf('127.1.0.333')).split('\n').length;
    await expect(load('wrong.yaml', wrong)).rejects.toThrow(
      `wrong.yaml:${line}:5 devices.2.ip: "127.1.0.333"`,
    );
    const twice = text.replace('ip: 127.1.0.3\n', 'ip: 127.1.0.3\n    ip: 127.1.0.4\n');
    await expect(load('twice.yaml', twice)).rejects.toThrow(
      `twice.yaml:${line + 1}:5: the key stands here a second time`,
    );
  });

  it('may have aliases, which the careful parser resolves', async () => {
    const shared = text.replace(/tags:\n {6}site: s0\n/, 'tags: &tags { site: s0 }\n');
    const { devices } = await load(
      'alias.yaml',
      shared.replaceAll(/tags:\n {6}site: s0\n/g, 'tags: *tags\n'),
    );
    expect(devices[20]!.tags).toEqual({ site: 's0' });
  }, 60_000);
});

describe('what is said about a whole fleet', () => {
  const many = (count: number, rest: object = {}) => ({
    healing: { strategies: [{ steps: [{ ssh: ['reboot'] }] }] },
    devices: Array.from({ length: count }, (_, index) => ({ ...device(index), ...rest })),
  });

  it('is said of each of a few devices, and once of many', async () => {
    expect((await resolve(many(2))).warnings).toEqual([
      'd0 has ssh steps but no ssh access: it cannot be healed by them',
      'd1 has ssh steps but no ssh access: it cannot be healed by them',
    ]);
    expect((await resolve(many(3_000))).warnings).toEqual([
      'each of d0, d1, d2 and 2,997 more has ssh steps but no ssh access: it cannot be healed by them',
    ]);
  });
});

it('a jump host that all devices inherit is still found to stand in a circle', async () => {
  const { devices } = await resolve({
    defaults: { ssh: { username: 'root', via: ['a'] } },
    devices: [
      { id: 'a', ip: '10.0.0.1' },
      { id: 'b', ip: '10.0.0.2' },
    ],
  });
  expect(devices.map(({ ssh }) => ssh?.via.length)).toEqual([0, 1]);
  await expect(
    resolve({
      defaults: { ssh: { username: 'root', via: ['a'] } },
      devices: [
        { id: 'x', ip: '10.0.0.3' },
        { id: 'a', ip: '10.0.0.1', ssh: { via: ['b'] } },
        { id: 'b', ip: '10.0.0.2' },
      ],
    }),
  ).rejects.toThrow('jump hosts go round in a circle: b -> a -> b');
});
