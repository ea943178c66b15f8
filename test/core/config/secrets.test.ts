import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { resolveSecret, type SecretRef } from '../../../src/core/config/secrets.ts';
import { errorOf, folderWith } from './folder.ts';

const CANARY = 'canary-hunter2';
const NODE = process.execPath;

/** Every way an error may show itself, with its causes. */
const everythingIn = (error: Error) => inspect(error, { depth: 9, showHidden: true }) + error.stack;

async function reveal(ref: SecretRef, dir = '/', env: NodeJS.ProcessEnv = {}): Promise<string> {
  return (await resolveSecret(ref, { dir, env })).reveal();
}

async function refused(ref: SecretRef, dir = '/', env: NodeJS.ProcessEnv = {}): Promise<string> {
  const error = await errorOf(() => resolveSecret(ref, { dir, env }));
  expect(error.code).toBe('NH_SECRET_UNAVAILABLE');
  expect(everythingIn(error)).not.toContain(CANARY);
  return error.message;
}

test('a secret never shows itself unless asked', async () => {
  const secret = await resolveSecret(CANARY, { dir: '/', env: {} });
  for (const shown of [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret)])
    expect(shown).not.toContain(CANARY);
  expect(secret.reveal()).toBe(CANARY);
});

describe('from the environment', () => {
  test('by name', async () => {
    expect(await reveal({ env: 'PW' }, '/', { PW: CANARY })).toBe(CANARY);
  });

  test.each([{}, { PW: '' }])('%j has none', async (env) => {
    expect(await refused({ env: 'PW' }, '/', env)).toBe('the environment variable PW is not set');
  });
});

describe('from a file', () => {
  test('beside the config, without the line end that editors add', async () => {
    const dir = folderWith({ 'a/pw': `${CANARY}\n`, 'b/pw': `${CANARY}\r\n`, 'c/pw': ` ${CANARY} \n\n` });
    expect(await reveal({ file: 'a/pw' }, dir)).toBe(CANARY);
    expect(await reveal({ file: `${dir}/b/pw` })).toBe(CANARY);
    // Only one line end is no part of it: spaces may be meant.
    expect(await reveal({ file: 'c/pw' }, dir)).toBe(` ${CANARY} \n`);
  });

  test('in the home folder', async () => {
    const home = folderWith({ '.pw': CANARY });
    expect(await reveal({ file: '~/.pw' }, '/', { HOME: home })).toBe(CANARY);
  });

  test("below systemd's $CREDENTIALS_DIRECTORY where none is beside the config", async () => {
    const credentials = folderWith({ pw: CANARY, both: 'from systemd' });
    const dir = folderWith({ both: 'beside' });
    const env = { CREDENTIALS_DIRECTORY: credentials };
    expect(await reveal({ file: 'pw' }, dir, env)).toBe(CANARY);
    expect(await reveal({ file: 'both' }, dir, env)).toBe('beside');
    expect(await refused({ file: 'gone' }, dir, env)).toBe(
      `the secret file ${dir}/gone cannot be read (ENOENT)`,
    );
  });

  test('that is not there, empty or a folder is told by its path', async () => {
    const dir = folderWith({ empty: '\n' });
    mkdirSync(join(dir, 'folder'));
    expect(await refused({ file: 'gone' }, dir)).toBe(`the secret file ${dir}/gone cannot be read (ENOENT)`);
    expect(await refused({ file: 'empty' }, dir)).toBe(`the secret file ${dir}/empty gave nothing`);
    expect(await refused({ file: 'folder' }, dir)).toBe(
      `the secret file ${dir}/folder cannot be read (EISDIR)`,
    );
  });
});

describe('from a command', () => {
  test('that runs beside the config, without a shell', async () => {
    const dir = folderWith({ 'pw.sh': `#!/bin/sh\necho "${CANARY} $1"\n` });
    chmodSync(join(dir, 'pw.sh'), 0o700);
    expect(await reveal({ command: ['./pw.sh', '$HOME;x'] }, dir)).toBe(`${CANARY} $HOME;x`);
  });

  test.each([
    ['does not exist', ['netheal-no-such-program', CANARY], 'failed (ENOENT)'],
    [
      'fails',
      [NODE, '-e', `console.log('${CANARY}'); console.error('${CANARY}'); process.exit(3)`],
      'ended with exit code 3',
    ],
    [
      'is killed',
      [NODE, '-e', `console.log('${CANARY}'); process.kill(process.pid, 'SIGTERM')`],
      'failed (SIGTERM)',
    ],
    ['prints too much', [NODE, '-e', `console.log('${CANARY}'.repeat(9999))`], 'printed more than 64 KB'],
    ['prints nothing', [NODE, '-e', ''], 'gave nothing'],
    ['prints a line end', [NODE, '-e', 'console.log()'], 'gave nothing'],
  ])('that %s is told by its name alone', async (_what, command, how) => {
    expect(await refused({ command })).toBe(`the secret command ${command[0]} ${how}`);
  });

  test('without a program', async () => {
    expect(await refused({ command: [] })).toBe('a secret command needs a program to run');
    expect(await refused({ command: [''] })).toBe('a secret command needs a program to run');
  });
});
