import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { openTool } from '../../../src/cli/tool.ts';
import { loadConfig } from '../../../src/core/config/load.ts';
import { badConfigs, expectedIn } from './corpus.ts';
import { errorOf, folderWith } from './folder.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** All that a case may hold of secrets; none of it may be shown. */
const CANARIES = /8675309|hunter2/;
/** One line of an answer: a place, then words. */
const LINE = /^\S+?(:\d+:\d+)?:? \S.*$/;
const cases = badConfigs();

test('the corpus is large', () => {
  expect(cases.length).toBeGreaterThan(100);
});

describe('a bad config is told with its place', () => {
  test.each(cases.map((bad) => [bad.name, bad] as const))('%s', async (_name, bad) => {
    const dir = folderWith({ [bad.fileName]: bad.bytes });
    const spoken = vi.spyOn(process.stderr, 'write');
    const error = await errorOf(async () => {
      const config = await loadConfig({
        file: bad.fileName,
        cwd: dir,
        env: { HOME: dir, PATH: process.env.PATH },
      });
      const tool = await openTool(config, 'list');
      await tool.done();
    });
    expect(spoken).not.toHaveBeenCalled();
    spoken.mockRestore();
    const lines = error.message.split('\n');
    expect(lines[0]).toBe(expectedIn(dir, bad));
    for (const line of lines) expect(line).toMatch(LINE);
    expect(error.message).not.toMatch(CANARIES);
    expect(error.mend ?? '').not.toMatch(CANARIES);
    // Nothing was started, so nothing was made: no state, no logs.
    expect(readdirSync(dir)).toEqual([bad.fileName]);
  });
});

// These run the build: `npm run build` comes first in `npm test`.
describe('through the real command', () => {
  const REPRESENTATIVES = [
    ['run', 'text-tab.yaml'],
    ['config', 'text-missing-comma.json'],
    ['run', 'key-monitoring.yaml'],
    ['config', 'ip-octal.yaml'],
    ['run', 'parent-circle.yaml'],
    ['run', 'secret-env-unset.yaml'],
    ['config', 'plugin-option-key.yaml'],
    ['run', 'step-unknown.yaml'],
    ['config', 'package-bad-device/package.json'],
    ['config', 'seed-bad-ip.json'],
  ] as const;

  test.each(REPRESENTATIVES)('netheal %s on %s: exit 2, one message, nothing made', async (command, name) => {
    const bad = cases.find((one) => one.name === name)!;
    const dir = folderWith({ [bad.fileName]: bad.bytes });
    const child = spawn(process.execPath, [`${ROOT}/bin/netheal.js`, command, '-c', bad.fileName], {
      cwd: dir,
      env: { HOME: dir, PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = new Promise((resolve) => child.once('close', resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    expect(stderr).toBe(`${expectedIn(dir, bad)}\n`);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(readdirSync(dir)).toEqual([bad.fileName]);
  });
});
