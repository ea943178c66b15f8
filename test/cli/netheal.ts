import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const BIN = fileURLToPath(new URL('../../bin/', import.meta.url));
export type Ended = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** One device that is up, nothing else around it. */
export const ONE_DEVICE = [
  'stateDir: ./state',
  'monitoring: { interval: 1s, timeout: 500ms, witnesses: [] }',
  'devices:',
  '  - { id: home, label: Home sweet home, ip: 127.0.0.1 }',
  'plugins: { dashboard: false }',
  '',
].join('\n');

/** A folder with a .nethealrc, or without one; it goes with the test. */
export function folder(config: string | null = ONE_DEVICE): string {
  const path = mkdtempSync(join(tmpdir(), 'netheal-cli-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  if (config !== null) {
    writeFileSync(join(path, '.nethealrc'), config);
    chmodSync(join(path, '.nethealrc'), 0o600);
  }
  return path;
}

/** Starts the real command in a folder that is its home as well, so that no config of the machine is found. */
export function start(cwd: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [join(BIN, 'netheal.js'), ...args], {
    cwd,
    env: { HOME: cwd, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  return child;
}

/** Runs the real command to its end. */
export function netheal(cwd: string, ...args: string[]): Promise<Ended> {
  return ended(start(cwd, args));
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout!), text(child.stderr!), closed]);
  return { code, stdout, stderr };
}
