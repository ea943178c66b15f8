import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/core/config/load.ts';
import { errorOf, folderWith } from './folder.ts';

const DEVICES = 'devices:\n  - { id: a, ip: 10.0.0.1 }\n';

function load(dir: string, more: { file?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { file, env } = more;
  return loadConfig({ cwd: dir, env: { HOME: dir, ...env }, ...(file === undefined ? {} : { file }) });
}

test('the config that is found is loaded; its paths start from its own folder', async () => {
  const dir = folderWith({ '.config/nethealrc.yaml': `stateDir: ./state\n${DEVICES}` });
  const config = await load(dir);
  expect(config.file).toBe(join(dir, '.config/nethealrc.yaml'));
  expect(config.stateDir).toBe(join(dir, '.config/state'));
  expect(config.devices.map(({ id, address }) => [id, address])).toEqual([['a', '10.0.0.1']]);
  expect(config.locate(['devices', 0, 'ip'])).toBe('.config/nethealrc.yaml:3:14');
});

test('$NETHEAL_CONFIG names it as --config does', async () => {
  const dir = folderWith({ 'mine.yaml': DEVICES, '.nethealrc': 'broken: [' });
  expect((await load(dir, { env: { NETHEAL_CONFIG: 'mine.yaml' } })).file).toBe(join(dir, 'mine.yaml'));
});

test('where none is, the message says where it looked and what to do', async () => {
  const dir = folderWith({});
  const error = await errorOf(() => load(dir, { env: { XDG_CONFIG_HOME: '/xdg' } }));
  expect(error.code).toBe('NH_CONFIG_NOT_FOUND');
  expect(error.message).toBe(
    `no config was found; looked for ${dir}/.nethealrc, /xdg/netheal/nethealrc, ${dir}/.nethealrc, /etc/netheal/nethealrc and their kin`,
  );
  expect(error.mend).toContain('netheal demo');
});

test('one that others may change is refused before a word of it is read', async () => {
  const dir = folderWith({ '.nethealrc': 'broken: [' });
  chmodSync(join(dir, '.nethealrc'), 0o666);
  expect((await errorOf(() => load(dir))).code).toBe('NH_CONFIG_UNTRUSTED');
});

test('a program is run when named, and checked like any other', async () => {
  const dir = folderWith({
    'good.ts': "const ip: string = '10.0.0.1';\nexport default { devices: [{ id: 'a', ip }] };\n",
    'bad.ts': "export default { devices: [{ id: 'a', ipp: '10.0.0.1' }] };\n",
  });
  expect((await load(dir, { file: 'good.ts' })).devices[0]!.address).toBe('10.0.0.1');
  const error = await errorOf(() => load(dir, { file: 'bad.ts' }));
  expect(error.message).toContain('bad.ts devices.0.ipp: unknown key, did you mean "ip"?');
});

test('a program in the current folder is not run, whatever cosmiconfig would do', async () => {
  const mark = join(folderWith({}), 'ran');
  const code = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`;
  const dir = folderWith({
    '.nethealrc': DEVICES,
    '.config/config.js': code,
    '.config/config.cjs': code,
    '.config/config.yaml': 'cosmiconfig:\n  searchPlaces: [evil.js]\n',
    'evil.js': code,
  });
  const before = process.cwd();
  process.chdir(dir);
  try {
    expect((await load(dir)).file).toBe(join(dir, '.nethealrc'));
  } finally {
    process.chdir(before);
  }
  expect(existsSync(mark)).toBe(false);
});

describe('a password that stands in a file which others can read', () => {
  const warned = async (ssh: string, mode = 0o644, name = '.nethealrc') => {
    const dir = folderWith({ [name]: ssh });
    chmodSync(join(dir, name), mode);
    const { warnings } = await load(dir, { env: { PW: 'hunter2' } });
    expect(warnings.join()).not.toContain('hunter2');
    return warnings.includes(
      `${join(dir, name)} holds a password and can be read by others: chmod 600 ${join(dir, name)}, or use { env: NAME }`,
    );
  };
  const yaml = (ssh: string) => `devices:\n  - id: a\n    ip: 10.0.0.1\n    ssh:\n${ssh}`;

  test.each([
    yaml('      password: hunter2\n'),
    yaml('      password:   "hunter2"\n'),
    yaml("      enableSecret: 'hunter2'\n"),
    'devices:\n  - { id: a, ip: 10.0.0.1, ssh: { passphrase: hunter2 } }\n',
  ])('is warned of: %j', async (text) => {
    expect(await warned(text)).toBe(true);
  });

  test("is warned of in JSON and in the seed's shape", async () => {
    const seed = { devices: [{ ip: '10.0.0.1', label: 'A', ssh_username: 'u', ssh_password: 'hunter2' }] };
    expect(await warned(JSON.stringify(seed, null, 2), 0o644, '.nethealrc.json')).toBe(true);
    expect(await warned(JSON.stringify(seed), 0o644, '.nethealrc.json')).toBe(true);
  });

  test.each([
    yaml('      password: { env: PW }\n'),
    yaml('      password:\n        env: PW\n'),
    yaml('      password: # kept elsewhere\n        env: PW\n'),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the config
    yaml('      password: ${PW}\n'),
    DEVICES,
  ])('is not, where it is kept elsewhere: %j', async (text) => {
    expect(await warned(text)).toBe(false);
  });

  test('is not, where nobody else can read it', async () => {
    expect(await warned(yaml('      password: hunter2\n'), 0o600)).toBe(false);
  });
});

test('a secret command that many devices share is run once', async () => {
  const dir = folderWith({
    '.nethealrc': [
      'defaults:',
      '  ssh: { password: { command: [sh, -c, "echo run >> runs; echo hunter2"] } }',
      'devices:',
      '  - { id: a, ip: 10.0.0.1 }',
      '  - { id: b, ip: 10.0.0.2, ssh: { via: [a] } }',
      '  - { id: c, ip: 10.0.0.3, ssh: { via: [a] } }',
      '',
    ].join('\n'),
  });
  const { devices } = await load(dir, { env: { PATH: process.env.PATH } });
  expect(devices.map(({ ssh }) => ssh?.password?.reveal())).toEqual(['hunter2', 'hunter2', 'hunter2']);
  expect(readFileSync(join(dir, 'runs'), 'utf8')).toBe('run\n');
});

test('a secret that cannot be had is told by its reference, and what was had is not told', async () => {
  const dir = folderWith({
    '.nethealrc': [
      'devices:',
      '  - { id: a, ip: 10.0.0.1, ssh: { password: { env: CANARY }, passphrase: { env: GONE } } }',
      '  - { id: b, ip: 10.0.0.999, ssh: { password: hunter2canary } }',
      '',
    ].join('\n'),
  });
  const bad = await errorOf(() => load(dir, { env: { CANARY: 'hunter2canary' } }));
  expect(bad.message).not.toContain('hunter2canary');
  const mended = folderWith({
    '.nethealrc':
      'devices:\n  - { id: a, ip: 10.0.0.1, ssh: { password: hunter2canary, passphrase: { env: GONE } } }\n',
  });
  const error = await errorOf(() => load(mended));
  expect(error.message).toBe(
    '.nethealrc:2:60 devices.0.ssh.passphrase: the environment variable GONE is not set',
  );
});
