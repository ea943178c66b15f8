import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { folder, ONE_DEVICE, start } from './netheal.ts';

/** One device, a history and a page on a port of its own. */
const CONFIG = ONE_DEVICE.replace('{ dashboard: false }', '{ dashboard: { port: 0 }, csv-logger: true }');

/** The first match in what a command says. */
function said(child: ChildProcess, fits: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    createInterface({ input: child.stdout! })
      .on('line', (line) => {
        lines.push(line);
        const [, found] = fits.exec(line) ?? [];
        if (found !== undefined) resolve(found);
      })
      .once('close', () => reject(new Error(`never said ${fits}:\n${lines.join('\n')}`)));
  });
}
const PAGE_AT = /The dashboard is at (http:\S+)/;

async function ended(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM');
  return new Promise((resolve) => child.once('close', resolve));
}

/** How many checks of the device the history has, as its page asks for them. */
async function checksAt(url: string): Promise<number> {
  const reply = await fetch(`${url}api/plugins/history/days?device=home&days=1`);
  if (reply.status === 503) return 0;
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json']);
  const { days } = (await reply.json()) as { days: { checks: number }[] };
  return days.at(-1)!.checks;
}

test('the page alone has the history, from the running daemon and without one', async () => {
  const cwd = folder(CONFIG);
  const daemon = start(cwd, ['run']);
  await said(daemon, PAGE_AT);
  const beside = start(cwd, ['dashboard']);
  const url = await said(beside, PAGE_AT);
  await expect.poll(() => checksAt(url), { timeout: 30_000 }).toBeGreaterThan(0);
  expect((await fetch(`${url}metrics`)).headers.get('content-type')).toMatch(/^text\/plain/);
  // What makes no sense to the daemon is said as the daemon says it.
  expect((await fetch(`${url}api/plugins/history/days`)).status).toBe(400);
  expect((await fetch(`${url}api/plugins/history/days`, { method: 'POST' })).status).not.toBe(200);
  expect(await ended(beside)).toBe(0);
  expect(await ended(daemon)).toBe(0);

  const alone = start(cwd, ['dashboard']);
  expect(await checksAt(await said(alone, PAGE_AT))).toBeGreaterThan(0);
  expect(await ended(alone)).toBe(0);
}, 60_000);
