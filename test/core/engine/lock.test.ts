import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { holderOf, lockStateDir } from '../../../src/core/engine/lock.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-lock-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Another process that holds the lock until it is killed. */
async function holder(dir: string) {
  const dist = fileURLToPath(new URL('../../../dist/core/engine/lock.js', import.meta.url));
  const script = `import { lockStateDir } from ${JSON.stringify(dist)};
    lockStateDir(${JSON.stringify(dir)}); process.stdout.write('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

it("a state directory is one daemon's: the second is told the pid of the first", async () => {
  const dir = folder();
  const { pid } = await holder(dir);
  expect(() => lockStateDir(dir)).toThrow(`another netheal (pid ${pid}) runs on ${dir}`);
  expect(holderOf(join(dir, 'lock'))).toBe(pid);
});

it('the lock of a daemon that was killed is taken over', async () => {
  const dir = folder();
  const child = await holder(dir);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  const release = lockStateDir(dir);
  expect(holderOf(join(dir, 'lock'))).toBe(process.pid);
  release();
  expect(readdirSync(dir)).toEqual([]);
});

it('a pid that was given to another process since does not hold the lock', () => {
  const dir = folder();
  writeFileSync(join(dir, 'lock'), `${process.pid} 1\n`);
  lockStateDir(dir)();
});

it('garbage in the lock file holds nobody off', () => {
  const dir = folder();
  writeFileSync(join(dir, 'lock'), 'what is this');
  const release = lockStateDir(dir);
  expect(readFileSync(join(dir, 'lock'), 'utf8')).toContain(String(process.pid));
  release();
});
