import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Secret } from '../../../src/core/plugin.ts';
import { execProbe } from '../../../src/plugins/probes/exec-probe.ts';
import { requestFor } from './request.ts';

const folder = mkdtempSync(join(tmpdir(), 'netheal-exec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const probe = execProbe(folder);
const run = (command: string[], timeoutMs = 10_000, more: object = {}) =>
  probe.run(requestFor(probe, { command, ...more }, { timeoutMs }));
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

  test('a warning may count as a failure', async () => {
    expect(await run(['/bin/sh', '-c', 'echo W; exit 1'], 3_000, { warning: 'failed' })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: 'W',
      exitCode: 1,
    });
  });

  test('the RTT is how long the command ran, or a time that it has measured itself', async () => {
    const script = ['/bin/sh', '-c', 'echo "OK | time=4s"'];
    const ran = await run(script);
    expect((ran as { rttMs: number }).rttMs).toBeLessThan(3_000);
    expect(await run(script, 3_000, { rttFrom: 'time' })).toMatchObject({ ok: true, rttMs: 4_000 });
  });

  test('the device is put into the arguments, each stays one', async () => {
    const device = { id: 'd', address: '192.0.2.7', label: 'a "b" $c', group: '', tags: {}, parents: [] };
    const options = { command: ['/usr/bin/printf', '%s;', '{{ip}}', '{{label}}', '-{{id}}-', '{{.Names}}'] };
    const result = await probe.run({ ...requestFor(probe, options), device });
    expect(result).toMatchObject({ ok: true, detail: '192.0.2.7;a "b" $c;-d-;{{.Names}};' });
  });

  test('the environment is clean but for what the options add', async () => {
    vi.stubEnv('CANARY', 'leaked');
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    const env = { SNMP_TOKEN: new Secret('t0ken'), MODE: 'x' };
    const result = await run(['/bin/sh', '-c', 'env | tr "\\n" " "'], 3_000, { env });
    vi.unstubAllEnvs();
    // It was given, and what is said of it is masked.
    expect(result).toMatchObject({ ok: true, detail: expect.stringContaining('SNMP_TOKEN=<secret>') });
    expect(result).toMatchObject({ detail: expect.stringContaining('LANG=C.UTF-8') });
    expect(result).not.toMatchObject({ detail: expect.stringMatching(/leaked|de_DE/) });
    expect(JSON.stringify(probe.options.parse({ command: ['x'], env }))).not.toContain('t0ken');
  });

  test('stdin is empty and closed', async () => {
    expect(await sh('cat; echo OK')).toMatchObject({ ok: true, detail: 'OK' });
  });

  test('commands that time out leave a place for others', async () => {
    const narrow = execProbe(folder);
    const at = (id: string, command: string[], timeoutMs: number) => {
      const request = requestFor(narrow, { command }, { timeoutMs });
      return narrow.run({ ...request, device: { ...request.device, id } });
    };
    const hanging = Array.from({ length: 8 * availableParallelism() }, (_, n) => `dead${n}`);
    // They hang once, a few at a time: from then on they are known.
    for (let from = 0; from < hanging.length; from += 4)
      await Promise.all(hanging.slice(from, from + 4).map((id) => at(id, ['/bin/sleep', '60'], 100)));
    const dead = hanging.map((id) => at(id, ['/bin/sleep', '60'], 1_500));
    expect(await at('live', ['/bin/echo', 'OK'], 1_500)).toMatchObject({ ok: true });
    await Promise.all(dead);
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
    ['a code that the protocol does not have', ['/bin/sh', '-c', 'exit 4']],
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
    { command: ['a', '{{port}}'] },
    { command: ['a'], env: { 'A-B': 'c' } },
    { command: ['a'], warning: 'maybe' },
  ])('the options %j are refused', (options) => {
    expect(probe.options.safeParse(options).success).toBe(false);
  });

  test('is named after its program', () => {
    expect(
      probe.name!(probe.options.parse({ command: ['/usr/lib/nagios/plugins/check_load', '-w', '5'] })),
    ).toBe('exec:check_load');
  });
});
