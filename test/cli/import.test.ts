import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { folder, netheal, ONE_DEVICE } from './netheal.ts';

/** A folder with a config (or none) and a file to import. */
function withFile(
  name: string,
  text: string | readonly string[],
  config: string | null = ONE_DEVICE,
): string {
  const cwd = folder(config);
  writeFileSync(join(cwd, name), typeof text === 'string' ? text : `${text.join('\n')}\n`);
  return cwd;
}
const configOf = (cwd: string) => readFileSync(join(cwd, '.nethealrc'), 'utf8');
const devicesOf = async (cwd: string) => JSON.parse((await netheal(cwd, 'config', '--json')).stdout).devices;

const FLEET = [
  'ip,label,group,parents',
  '10.9.0.1,Core gateway,berlin,',
  '10.9.0.2,Switch $'.concat('{1},berlin,core-gateway'),
];

test('what is new in a file is added to the config, which keeps all that stands in it', async () => {
  const cwd = withFile('fleet.csv', FLEET);
  const before = configOf(cwd);
  const { code, stdout, stderr } = await netheal(cwd, 'import', 'fleet.csv');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toMatch(/\.nethealrc: 2 new\. Next: `netheal check`/);
  const after = configOf(cwd);
  for (const line of before.split('\n')) expect(after).toContain(line);
  expect(await devicesOf(cwd)).toMatchObject([
    { id: 'home' },
    { id: 'core-gateway', label: 'Core gateway', address: '10.9.0.1', group: 'berlin' },
    { label: 'Switch $'.concat('{1}'), address: '10.9.0.2', parents: ['core-gateway'] },
  ]);
});

it('may be repeated: what is known is told by its line and stays as it is', async () => {
  const cwd = withFile('fleet.csv', [...FLEET, '10.9.0.1,Twice,,', '127.0.0.1,Mine,,']);
  await netheal(cwd, 'import', 'fleet.csv');
  const once = configOf(cwd);
  const { code, stderr } = await netheal(cwd, 'import', 'fleet.csv');
  expect(code).toBe(0);
  expect(stderr).toContain('fleet.csv:2: 10.9.0.1 is in the config, as core-gateway\n');
  expect(stderr).toContain('fleet.csv:5: 127.0.0.1 is in the config, as home\n');
  expect(configOf(cwd)).toBe(once);
});

test('bad lines are told with their place and left out, the others are taken, and the exit code is 1', async () => {
  const cwd = withFile('fleet.csv', [
    'host,label,parents,port',
    '10.9.0.300,Typo,,',
    '-f,Option,,',
    'a.example,A,nobody,',
    'b.example,B,,ssh',
    'c.example,C,d,',
    'd.example,D,c,',
    'e.example,home,,',
    'f.example,F,,22',
  ]);
  const { code, stderr } = await netheal(cwd, 'import', 'fleet.csv');
  expect(code).toBe(1);
  expect(stderr.split('\n').slice(0, 7)).toEqual([
    expect.stringMatching(/^fleet\.csv:2: host: "10\.9\.0\.300" is not an IPv4 address/),
    expect.stringMatching(/^fleet\.csv:3: host: "-f" is not/),
    expect.stringMatching(/^fleet\.csv:4: parents: there is no device "nobody"/),
    expect.stringMatching(/^fleet\.csv:5: ssh\.port: must be/),
    expect.stringMatching(/^fleet\.csv:6: parents: go round in a circle: c -> d -> c/),
    expect.stringMatching(/^fleet\.csv:7: parents: go round/),
    expect.stringMatching(/^fleet\.csv:8: the id "home" is taken by device home of the config/),
  ]);
  expect((await devicesOf(cwd)).map(({ id }: { id: string }) => id)).toEqual(['home', 'f']);
});

test('--dry-run prints the devices and writes nothing; what it prints is a config', async () => {
  const cwd = withFile('fleet.csv', FLEET);
  const before = configOf(cwd);
  const { code, stdout, stderr } = await netheal(cwd, 'import', 'fleet.csv', '--dry-run');
  expect(code).toBe(0);
  expect(stderr).toContain('nothing written to');
  expect(configOf(cwd)).toBe(before);
  const other = folder(stdout);
  expect(await devicesOf(other)).toHaveLength(2);
});

test('without a config the devices are printed, and may become one', async () => {
  const cwd = withFile('hosts', '127.0.0.1 localhost\n10.9.0.1 gw\n', '');
  const { code, stdout, stderr } = await netheal(cwd, 'import', 'hosts');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'devices:\n  - id: gw\n    ip: 10.9.0.1\n' });
  expect(stderr).toContain('there is no config yet');
});

test('jump hosts of an OpenSSH config are named by their ids, also where the config has them already', async () => {
  const known = ONE_DEVICE.replace('ip: 127.0.0.1', 'ip: 127.0.0.1, ssh: { username: j }');
  const cwd = withFile(
    'ssh_config',
    [
      'Host gate',
      '  HostName 10.9.0.1',
      '  User jump',
      'Host sw',
      '  HostName 10.9.0.2',
      '  ProxyJump gate,127.0.0.1,op@10.9.0.7:2200',
    ],
    known,
  );
  expect((await netheal(cwd, 'import', 'ssh_config')).code).toBe(0);
  const [, , sw] = await devicesOf(cwd);
  expect(sw.ssh.via.map((hop: { host: string; port: number }) => `${hop.host}:${hop.port}`)).toEqual([
    '10.9.0.1:22',
    '127.0.0.1:22',
    '10.9.0.7:2200',
  ]);
  expect(configOf(cwd)).toMatch(/via:\n +- gate\n +- home\n +- host: 10\.9\.0\.7/);
});

test('a jump host that is none is a bad line', async () => {
  const cwd = withFile('ssh_config', ['Host a', '  ProxyJump op@', 'Host b', '  ProxyJump ok:99999']);
  const { code, stderr } = await netheal(cwd, 'import', 'ssh_config');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ssh_config:1: ssh\.via\.0.*\nssh_config:3: ssh\.via\.0/);
});

test('the config keeps its mode and the link that leads to it', async () => {
  const cwd = withFile('list.txt', '10.9.0.1 gw\n');
  writeFileSync(join(cwd, 'real.yaml'), ONE_DEVICE);
  chmodSync(join(cwd, 'real.yaml'), 0o640);
  symlinkSync('real.yaml', join(cwd, 'link.yaml'));
  expect((await netheal(cwd, '-c', 'link.yaml', 'import', 'list.txt')).code).toBe(0);
  expect(readFileSync(join(cwd, 'real.yaml'), 'utf8')).toContain('10.9.0.1');
  expect(statSync(join(cwd, 'real.yaml')).mode & 0o777).toBe(0o640);
});

test('--json is one object, of what is new, what is known and what is bad', async () => {
  const cwd = withFile('list.txt', '10.9.0.1 gw\n127.0.0.1\n10.9.0.256\n');
  const { stdout } = await netheal(cwd, 'import', 'list.txt', '--json', '--quiet');
  expect(JSON.parse(stdout)).toEqual({
    format: 'list',
    config: join(cwd, '.nethealrc'),
    devices: [{ id: 'gw', ip: '10.9.0.1' }],
    known: [{ line: 2, what: '127.0.0.1 is in the config, as home' }],
    bad: [{ line: 3, what: expect.stringContaining('10.9.0.256') }],
  });
});

test.each([
  ['a file that is not there', 'nowhere.csv', null, /^nowhere\.csv: ENOENT/],
  ['a file without a host', 'list.txt', '# nobody\n', /^list\.txt: there is no host in it/],
  ['a file that is no text', 'list.txt', '\u0000', /list\.txt:1: /],
])('%s is said in one message', async (_, name, text, message) => {
  const cwd = text === null ? folder() : withFile(name, text);
  const { code, stderr } = await netheal(cwd, 'import', name);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/ {4}at /);
});

test('a list of devices that is an alias is left alone, and said', async () => {
  const aliased = `x-all: &all [{ ip: 127.0.0.1 }]\ndevices: *all\n`;
  const cwd = withFile('list.txt', '10.9.0.1\n', aliased);
  const { code, stderr } = await netheal(cwd, 'import', 'list.txt');
  expect(code).toBe(2);
  expect(stderr).toContain('no plain list');
  expect(configOf(cwd)).toBe(aliased);
});
