import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { execProbe } from '../../../src/plugins/probes/exec-probe.ts';
import { requestFor } from './request.ts';

const folder = mkdtempSync(join(tmpdir(), 'netheal-exec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const probe = execProbe(folder);
const run = (command: string[], timeoutMs = 3_000) =>
  probe.run(requestFor(probe, { command }, { timeoutMs }));
const sh = (script: string, timeoutMs?: number) => run(['/bin/sh', '-c', script], timeoutMs);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe('the probe exec', () => {
  test('exit 0 is ok, with text and performance data as detail', async () => {
    expect(await sh('echo "LOAD OK | load1=0.1;5;10"')).toMatchObject({
      ok: true,
      detail: 'LOAD OK | load1=0.1;5;10',
    });
  });

  test('exit 1, a warning, is ok and tells it', async () => {
    expect(await sh('echo "LOAD WARNING"; exit 1')).toMatchObject({ ok: true, detail: 'LOAD WARNING' });
  });

  test('exit 2 failed, with the code and the first line', async () => {
    expect(await sh('echo "LOAD CRITICAL | x=1"; echo more; exit 2')).toMatchObject({
      ok: false,
      reason: 'failed',
      message: 'LOAD CRITICAL',
      exitCode: 2,
    });
  });

  test('stderr is told where stdout is empty', async () => {
    expect(await sh('echo "cannot talk" >&2; exit 2')).toMatchObject({ message: 'cannot talk' });
  });

  test.each([
    ['exit 3', ['/bin/sh', '-c', 'echo unknown; exit 3']],
    ['a missing program', ['/nonexistent/check_x']],
    ['a file that is no program', ['/etc/passwd']],
    ['a wrapper that finds nothing', ['/bin/sh', '-c', 'exec /nonexistent/check_x']],
    ['a command that was killed', ['/bin/sh', '-c', 'kill -KILL $$']],
  ])('%s says nothing about the device', async (_what, command) => {
    expect(await run(command)).toMatchObject({ ok: 'unknown', reason: 'local-error' });
  });

  test('at the time-out the command and its children are killed', async () => {
    const file = join(folder, 'pids');
    const result = await sh(`sleep 60 & echo $! $$ > ${file}; wait`, 400);
    expect(result).toMatchObject({ ok: false, reason: 'timeout' });
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]));
  });

  test('a child that is left behind with the pipes does not hold the verdict', async () => {
    expect(await sh('sleep 60 & echo OK', 2_500)).toMatchObject({ ok: true, detail: 'OK' });
  });

  test('output without end is capped and cannot stop the command', async () => {
    expect(await sh('head -c 3000000 /dev/zero | tr "\\0" x; exit 2')).toMatchObject({
      ok: false,
      exitCode: 2,
    });
  });

  test('control characters in the output are removed', async () => {
    const result = await sh('printf "a\\033[31mb\\n"; exit 2');
    expect(result).toMatchObject({ message: 'ab' });
  });

  test('no shell reads the arguments', async () => {
    const mark = join(folder, 'mark');
    expect(await run(['/bin/echo', `; touch ${mark}`, `$(touch ${mark})`])).toMatchObject({ ok: true });
    expect(existsSync(mark)).toBe(false);
  });

  test('runs in the folder of the config', async () => {
    expect(await run(['/bin/pwd'])).toMatchObject({ detail: folder });
  });

  test.each([
    { command: [] },
    { command: [''] },
    { command: 'ls' },
    { command: ['a\0b'] },
    {},
    { command: ['a'], shell: true },
  ])('the options %j are refused', (options) => {
    expect(probe.options.safeParse(options).success).toBe(false);
  });

  test('is named after its program', () => {
    expect(probe.name!({ command: ['/usr/lib/nagios/plugins/check_load', '-w', '5'] })).toBe(
      'exec:check_load',
    );
  });
});
