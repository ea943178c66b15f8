import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EventRecord } from '../../src/core/plugin.ts';
import { type PlainOptions, runPlain } from '../../src/tui/plain.ts';
import { deviceOf, FakeSource, NOW, snapshot } from './fake-source.ts';

vi.stubEnv('TZ', 'UTC');

const ESCAPE = '\x1b';

/** A stream that says it is a terminal, or not. */
function stream(isTTY: boolean) {
  return Object.assign(new PassThrough(), { isTTY, unref: () => undefined });
}

type Setting = Readonly<{
  source?: FakeSource;
  tty?: boolean;
  env?: Record<string, string>;
  quitMessage?: string;
}>;

/** Plain mode with streams that the test holds the other ends of. */
function startPlain({ source = new FakeSource(), tty = false, env = {}, quitMessage }: Setting = {}) {
  const stdin = stream(tty);
  const stdout = stream(tty);
  let written = '';
  stdout.on('data', (chunk) => {
    written += chunk;
  });
  const code = runPlain(source, {
    stdin: stdin as unknown as PlainOptions['stdin'],
    stdout: stdout as unknown as PlainOptions['stdout'],
    env: { LANG: 'C.UTF-8', ...env },
    quitMessage,
  });
  const broken = Object.assign(new Error('gone'), { code: 'EPIPE' });
  const end = () => {
    stdout.emit('error', broken);
    return code;
  };
  onTestFinished(async () => {
    stdout.on('error', () => undefined);
    await end().catch(() => undefined);
  });
  return { source, stdin, stdout, code, end, lines: () => written.split('\n').slice(0, -1) };
}

const said = (source: FakeSource, event: Partial<EventRecord>): EventRecord => ({
  seq: source.snapshot().seq + 1,
  at: new Date(NOW + 1_000).toISOString(),
  type: 'notice',
  level: 'info',
  message: 'something',
  ...event,
});

describe('plain mode', () => {
  it('begins with the fleet in one line and the devices in trouble, the gravest first', () => {
    const [status, ...trouble] = startPlain().lines();
    expect(status).toBe(
      '14:02:31 netheal: 47 devices: 2 down, 1 healing, 1 degraded, 4 unreachable, 1 downtime, 38 up, ' +
        '3 incidents, 2 heals waiting for approval',
    );
    expect(trouble[0]).toBe('  ✖ ap-lobby (10.1.4.17) down for 2m 11s, approval!');
    expect(trouble.at(-1)).toContain('unreachable for 1m 33s, via wan-rt-02');
    expect(trouble).toHaveLength(8);
  });

  it('names twenty devices in trouble and counts the others', () => {
    const devices = Array.from({ length: 23 }, (_, index) =>
      deviceOf(`cam-${index}`, '10.0.0.1', 'a', { reachability: 'down' }),
    );
    const { lines } = startPlain({ source: new FakeSource({ snapshot: snapshot({ devices }) }) });
    expect(lines()).toHaveLength(22);
    expect(lines().at(-1)).toBe('  and 3 more');
  });

  it('says each event in a line of its own with its local time and a sign', () => {
    const { source, lines } = startPlain();
    source.change({
      events: [
        said(source, {
          type: 'status-change',
          level: 'good',
          from: 'down',
          to: 'up',
          message: 'fw-01 is up',
        }),
        said(source, { level: 'warn', message: 'smtp: retry in 30 s' }),
      ],
    });
    expect(lines().slice(-2)).toEqual(['14:02:32 ● fw-01 is up', '14:02:32 ! smtp: retry in 30 s']);
  });

  it('says the fleet again only where a count has changed', () => {
    const { source, lines } = startPlain();
    const device = source.snapshot().devices.find(({ id }) => id === 'fw-01')!;
    const before = lines().length;
    source.change({ devices: [{ ...device, rttMs: 3 }] });
    expect(lines()).toHaveLength(before);
    source.change({ devices: [{ ...device, reachability: 'down' }] });
    expect(lines()).toHaveLength(before + 1);
    expect(lines().at(-1)).toContain('47 devices: 3 down');
    expect(lines().at(-1)).toContain('37 up');
  });

  it('says once that the daemon is gone and since when, and once that it is back', () => {
    const { source, lines } = startPlain();
    const before = lines().length;
    source.state = 'stale';
    source.change({});
    source.change({});
    source.state = 'live';
    source.change({});
    expect(lines().slice(before)).toEqual([
      '14:02:19 ! stale since 14:02:19: the daemon is gone, trying again',
      expect.stringContaining('live again: netheal: 47 devices'),
    ]);
  });

  it('keeps to ASCII where the locale is not UTF-8, whatever devices are called', () => {
    const source = new FakeSource({
      snapshot: snapshot({
        devices: [deviceOf('東京-gw', '10.0.0.1', 'a', { reachability: 'down' })],
        incidents: [],
        heals: [],
      }),
    });
    const { lines } = startPlain({ source, env: { LANG: 'C' } });
    source.change({ events: [said(source, { level: 'bad', message: 'up → down' })] });
    expect(lines().join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
    expect(lines().slice(1)).toEqual([expect.stringMatching(/^ {2}X \?\?-gw /), '14:02:32 X up -> down']);
  });

  it('has colour on a terminal but never moves the cursor', () => {
    const { lines } = startPlain({ tty: true, env: { TERM: 'xterm' } });
    const all = lines().join('\n');
    expect(all).toContain(ESCAPE);
    expect(all.replace(/\x1b\[[\d;]*m/g, '')).not.toContain(ESCAPE);
  });

  it.each([
    ['a pipe', {}],
    ['NO_COLOR', { tty: true, env: { NO_COLOR: '1' } }],
    ['TERM=dumb', { tty: true, env: { TERM: 'dumb' } }],
  ])('has no colour with %s', (_name, setting: Setting) => {
    expect(startPlain(setting).lines().join('\n')).not.toContain(ESCAPE);
  });

  it('ends on q and Enter on a terminal, with the message', async () => {
    const { stdin, code, lines, source } = startPlain({ tty: true, quitMessage: 'the daemon goes on' });
    stdin.write('x\nq\n');
    expect(await code).toBe(0);
    const before = lines().length;
    expect(lines().at(-1)).toBe('the daemon goes on');
    source.change({ events: [said(source, {})] });
    expect(lines()).toHaveLength(before);
  });

  it('does not read what is no terminal', () => {
    const { stdin } = startPlain({ tty: false });
    stdin.write('q\n');
    expect(stdin.readableLength).toBe(2);
  });

  it('ends quietly when the reader has gone', async () => {
    const { end, lines } = startPlain({ quitMessage: 'bye' });
    expect(await end()).toBe(0);
    expect(lines()).not.toContain('bye');
  });

  it('tells its caller of any other fault of the output', async () => {
    const { stdout, code } = startPlain();
    stdout.emit('error', new Error('no space left on device'));
    await expect(code).rejects.toThrow('no space left');
  });
});

describe('plain mode as a process', () => {
  const running: ChildProcess[] = [];
  afterEach(() => {
    for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  });

  function startProcess(): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
    const file = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
    const program = `
      const { runPlain } = await import(${file('../../src/tui/plain.ts')});
      const { FakeSource } = await import(${file('./fake-source.ts')});
      const source = new FakeSource();
      const { stdin, stdout, env } = process;
      setInterval(() => source.change({ events: [source.snapshot().events[0]] , seq: 99 }), 20).unref();
      process.exitCode = await runPlain(source, { stdin, stdout, env, quitMessage: 'bye' });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
    });
    running.push(child);
    return child as ReturnType<typeof startProcess>;
  }

  it.each([
    ['SIGINT', 0],
    ['SIGTERM', 0],
    ['SIGHUP', 129],
  ] as const)('%s ends it with %i and the message', async (signal, expected) => {
    const child = startProcess();
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const output = text(child.stdout);
    child.stdout.once('data', () => child.kill(signal));
    expect(await closed).toBe(expected);
    expect(await output).toMatch(/\nbye\n$/);
  });

  it('a reader that goes, as `| head` does, ends it without a word', async () => {
    const child = startProcess();
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const errors = text(child.stderr);
    child.stdout.once('data', () => (child.stdout as unknown as { destroy(): void }).destroy());
    expect(await closed).toBe(0);
    expect(await errors).toBe('');
  });
});
