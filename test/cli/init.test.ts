import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as pty from '@lydell/node-pty';
import { expect, it, test } from 'vitest';
import { initText } from '../../src/cli/init-text.ts';
import { BIN, folder, netheal } from './netheal.ts';

/** What stands for a variable in a config, and here for itself. */
const LABEL = 'Core: "gateway" $'.concat('{HOME}');

test('what flags say becomes a config of 0600 that passes `netheal config`', async () => {
  const cwd = folder(null);
  const devices = ['--device', `127.0.0.1=${LABEL}`, '--device', 'sw-01.example', '--device', '::1'];
  expect(await netheal(cwd, 'init', ...devices, '--user', 'admin')).toMatchObject({ code: 0, stderr: '' });
  expect(statSync(join(cwd, '.nethealrc')).mode & 0o777).toBe(0o600);
  const { code, stdout } = await netheal(cwd, 'config', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout).devices).toMatchObject([
    { address: '127.0.0.1', label: LABEL, ssh: { username: 'admin' } },
    { address: 'sw-01.example' },
    { address: '::1' },
  ]);
});

test('a config that is there is overwritten only with --force', async () => {
  const cwd = folder('mine\n');
  const refused = await netheal(cwd, 'init', '--device', '127.0.0.1');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/is there already\n.*--force/) });
  expect(readFileSync(join(cwd, '.nethealrc'), 'utf8')).toBe('mine\n');
  expect((await netheal(cwd, 'init', '--device', '127.0.0.1', '--force')).code).toBe(0);
  expect((await netheal(cwd, 'config', '--quiet')).code).toBe(0);
});

test('without a terminal and without a device it says what to write', async () => {
  const cwd = folder(null);
  expect(await netheal(cwd, 'init')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--device "10/),
  });
  expect(await netheal(cwd, 'init', '--device', '010.0.0.1')).toMatchObject({ code: 2 });
});

test('on a terminal it asks, and asks again where an answer is no address', async () => {
  const cwd = folder(null);
  const terminal = pty.spawn(process.execPath, [join(BIN, 'netheal.js'), 'init'], {
    cwd,
    env: { HOME: cwd, PATH: process.env.PATH, TERM: 'xterm' },
    cols: 200,
  });
  let seen = '';
  const answers: [RegExp, string][] = [
    [/Address of a device \(empty: done\): $/, '10.0.0.999'],
    [/is no IPv4[\s\S]*Address of a device \(empty: done\): $/, '127.0.0.1'],
    [/Its name for people \[127\.0\.0\.1\]: $/, 'Home'],
    [/Address of another device \(empty: done\): $/, ''],
    [/User to log in as.*: $/, 'admin'],
  ];
  terminal.onData((data) => {
    seen += data.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
    const next = answers[0];
    if (!next?.[0].test(seen)) return;
    answers.shift();
    seen = '';
    terminal.write(`${next[1]}\r`);
  });
  const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => terminal.onExit(resolve));
  expect(exitCode).toBe(0);
  const config = JSON.parse((await netheal(cwd, 'config', '--json')).stdout);
  expect(config.devices).toMatchObject([{ address: '127.0.0.1', label: 'Home', ssh: { username: 'admin' } }]);
});

it('proposes the gateway as the witness, but not one that is watched itself', () => {
  const device = { address: '10.0.0.1', label: null };
  expect(initText({ devices: [device], user: null, gateway: '10.0.0.254' })).toContain(
    'witnesses: ["10.0.0.254"]',
  );
  expect(initText({ devices: [device], user: null, gateway: '10.0.0.1' })).not.toMatch(/^ +witnesses/m);
});
