import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testNeeding } from '../needs.ts';
import { BIN, folder, netheal, ONE_DEVICE } from './netheal.ts';

const TWO_DEVICES = ONE_DEVICE.replace('plugins:', '  - { id: harbour, ip: 127.0.0.2 }\nplugins:');
const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion';
const withBash = testNeeding(BASH_COMPLETION, 'bash-completion');

/** A folder for PATH in which `netheal` is the one under test. */
function binIn(cwd: string): string {
  const bin = join(cwd, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, 'netheal'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(BIN, 'netheal.js')}" "$@"\n`,
  );
  chmodSync(join(bin, 'netheal'), 0o755);
  return bin;
}

/** What fish would offer behind this line. */
async function offeredByFish(cwd: string, line: string): Promise<string[]> {
  const env = { HOME: cwd, PATH: `${binIn(cwd)}:${process.env.PATH}` };
  const script = `netheal completion fish | source; complete -C 'netheal ${line}'`;
  const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', script], { cwd, env });
  const words = stdout.split('\n').map((row) => row.split('\t', 1)[0]!);
  return words.filter((word) => word !== '').sort();
}

/** What bash would offer after these words, asked through the very script that a person sources. */
async function offered(cwd: string, ...words: string[]): Promise<string[]> {
  const bin = binIn(cwd);
  const line = `
    source ${BASH_COMPLETION}
    source <(netheal completion bash)
    COMP_WORDS=(netheal ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    COMP_LINE="\${COMP_WORDS[*]}"; COMP_POINT=\${#COMP_LINE}
    $(complete -p netheal | sed -E 's/.*-F ([^ ]+).*/\\1/') netheal
    printf '%s\\n' "\${COMPREPLY[@]}"
  `;
  const env = { HOME: cwd, PATH: `${bin}:${process.env.PATH}` };
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', line], { cwd, env });
  return stdout.trim().split(/\s+/);
}

withBash('bash completes commands, options and the devices of the config', async () => {
  const cwd = folder(TWO_DEVICES);
  expect(await offered(cwd, 'che')).toEqual(['check']);
  expect(await offered(cwd, 'imp')).toEqual(['import']);
  expect(await offered(cwd, 'heal', 'h')).toEqual(['home', 'harbour']);
  expect(await offered(cwd, 'status', 'ha')).toEqual(['harbour']);
  expect(await offered(cwd, 'check', 'home', 'ha')).toEqual(['harbour']);
  expect(await offered(cwd, 'heal', '--dry')).toEqual(['--dry-run']);
  expect(await offered(cwd, 'heal', '--js')).toEqual(['--json']);
});

withBash('bash completes files where a file is meant, and goes on into the only folder', async () => {
  const cwd = folder(TWO_DEVICES);
  mkdirSync(join(cwd, 'fleets'));
  for (const name of ['fleet.csv', 'fleets/one.csv', 'fleets/two.csv', '.hidden'])
    writeFileSync(join(cwd, name), '');
  expect(await offered(cwd, 'import', 'fle')).toEqual(['fleet.csv', 'fleets/']);
  expect(await offered(cwd, 'import', 'fleets')).toEqual(['fleets/', 'fleets/one.csv', 'fleets/two.csv']);
  expect(await offered(cwd, 'replay', 'fleets/t')).toEqual(['fleets/two.csv']);
  expect(await offered(cwd, 'check', '--config', '.h')).toEqual(['.hidden']);
  expect(await offered(cwd, 'import', '--format', 'an')).toEqual(['ansible']);
  expect(await offered(cwd, 'import', 'nothing-such')).toEqual(['']);
});

testNeeding('fish', 'fish')('fish completes commands, devices and files', async () => {
  const cwd = folder(TWO_DEVICES);
  writeFileSync(join(cwd, 'fleet.csv'), '');
  expect(await offeredByFish(cwd, 'imp')).toEqual(['import']);
  expect(await offeredByFish(cwd, 'heal h')).toEqual(['harbour', 'home']);
  expect(await offeredByFish(cwd, 'status --pro')).toEqual(['--problems']);
  expect(await offeredByFish(cwd, 'import fl')).toEqual(['fleet.csv']);
});

withBash('a config that is wrong or missing is no reason for noise', async () => {
  expect(await offered(folder('devices: {'), 'heal', 'h')).toEqual(['']);
  expect(await offered(folder(null), 'stat')).toEqual(['status']);
});

test.each(['bash', 'zsh', 'fish', 'powershell'])('there is a script for %s', async (shell) => {
  const { code, stdout, stderr } = await netheal(folder(null), 'completion', shell);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/netheal complete '?--/);
});

test('a shell that nobody knows ends with 2', async () => {
  expect((await netheal(folder(null), 'completion', 'csh')).code).toBe(2);
});
