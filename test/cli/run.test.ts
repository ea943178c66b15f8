import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { folder, netheal, ONE_DEVICE, start } from './netheal.ts';

/** A running `netheal run`, the lines it has printed, and its end. */
function daemon(cwd: string, ...args: string[]) {
  const child = start(cwd, ['run', ...args]);
  const lines: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line));
  return { child, lines, code: new Promise<number | null>((resolve) => child.once('close', resolve)) };
}

/** Waits until a line is printed that fits. */
async function line(
  { child, lines }: { child: ChildProcess; lines: string[] },
  fits: RegExp,
): Promise<string> {
  for (;;) {
    const found = lines.find((text) => fits.test(text));
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`it ended before ${fits}:\n${lines.join('\n')}`);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    await new Promise(setImmediate);
  }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s stops the daemon cleanly with 0: no lock, no socket is left',
  async (signal) => {
    const cwd = folder();
    const running = daemon(cwd);
    await line(running, /watches 1 device/);
    running.child.kill(signal);
    expect(await running.code).toBe(0);
    expect(existsSync(join(cwd, 'state/lock'))).toBe(false);
    expect(existsSync(join(cwd, 'state/netheal.sock'))).toBe(false);
  },
);

test('--json prints one JSON object a line, each with seq, at, type and message', async () => {
  const running = daemon(folder(), '--json');
  await line(running, /"type":"status-change"/);
  running.child.kill('SIGTERM');
  expect(await running.code).toBe(0);
  const events = running.lines.map((text) => JSON.parse(text));
  for (const event of events) {
    expect(event).toMatchObject({
      seq: expect.any(Number),
      type: expect.any(String),
      message: expect.any(String),
    });
    expect(new Date(event.at).toJSON()).toBe(event.at);
  }
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => events[0].seq + index));
  expect(events.find(({ type }) => type === 'status-change').device).toBe('home');
  expect(events.at(-1).type).toBe('monitor-stopped');
});

test('a second daemon on one state directory ends with 1 and names the first; the first goes on', async () => {
  const cwd = folder();
  const first = daemon(cwd);
  await line(first, /watches 1 device/);
  const second = await netheal(cwd, 'run');
  expect(second.stderr).toContain(`another netheal (pid ${first.child.pid}) runs on ${cwd}/state\n`);
  expect(second.stderr).toContain(`kill ${first.child.pid}`);
  expect([second.code, second.stdout]).toEqual([1, '']);

  await line(first, /Home sweet home.*(up|answers)/i);
  const status = await netheal(cwd, 'status');
  expect(status.stdout).toMatch(/^● up +Home sweet home \(127\.0\.0\.1\)/);
  expect(status.code).toBe(0);
  first.child.kill('SIGTERM');
  expect(await first.code).toBe(0);
});

test('what a person can do from the command line is done by the daemon, with a reason or without', async () => {
  // Nothing listens at port 1: a device that is down can be acknowledged.
  const cwd = folder(ONE_DEVICE.replace('127.0.0.1 }', '127.0.0.1, probes: [{ type: tcp, port: 1 }] }'));
  const running = daemon(cwd);
  await line(running, /Home sweet home is down/);
  for (const [words, answer, told] of [
    [['ack', 'home'], /acknowledged/, /acknowledged by \S+: no reason given/],
    [['ack', 'home', 'on', 'it'], /acknowledged/, /acknowledged by \S+: on it/],
    [['downtime', 'home', '2h'], /downtime/, /downtime until .*: no reason given/],
    [['pause', 'home'], /paused/, /paused by/],
    [['resume', 'home'], /resumed|again/, /resumed by/],
    [['pause'], /all healing/, /all healing paused by/],
    [['resume'], /all healing|again/, /all healing resumed by/],
  ] as const) {
    const { code, stdout, stderr } = await netheal(cwd, ...words);
    expect([code, stderr], words.join(' ')).toEqual([0, '']);
    expect(stdout).toMatch(answer);
    await line(running, told);
  }
  running.child.kill('SIGTERM');
  expect(await running.code).toBe(0);
});

test('a daemon that was killed leaves a lock that the next takes over', async () => {
  const cwd = folder();
  const first = daemon(cwd);
  await line(first, /watches 1 device/);
  first.child.kill('SIGKILL');
  await first.code;
  expect(existsSync(join(cwd, 'state/lock'))).toBe(true);
  const second = daemon(cwd);
  await line(second, /watches 1 device/);
  second.child.kill('SIGTERM');
  expect(await second.code).toBe(0);
});

test('a state directory that cannot be made ends with 1 and its mend', async () => {
  const cwd = folder(ONE_DEVICE.replace('./state', './.nethealrc/state'));
  const { code, stderr } = await netheal(cwd, 'run');
  expect(stderr).toMatch(/^the state directory \S+ cannot be made: .+\n {2}name another with `stateDir`/);
  expect(code).toBe(1);
});
