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

/** What bash would offer after these words, asked through the very script that a person sources. */
async function offered(cwd: string, ...words: string[]): Promise<string[]> {
  const bin = join(cwd, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, 'netheal'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(BIN, 'netheal.js')}" "$@"\n`,
  );
  chmodSync(join(bin, 'netheal'), 0o755);
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
