import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { until } from '../../plugin-harness.ts';
import { device, healerOf, runStep } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'netheal-local-'));
afterAll(() => rmSync(folder, { recursive: true }));
const local = await healerOf('local', folder);

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    // A zombie that init has not reaped yet is as dead as can be.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a local step', () => {
  it('runs a program and keeps what it says, in order', async () => {
    const { result, lines } = await runStep(local, { local: ['printf', 'one\ntwo\nthree'] });
    expect(result).toEqual({ ok: true });
    expect(lines).toEqual([
      'command: printf "one\\ntwo\\nthree"',
      'output: one',
      'output: two',
      'output: three',
    ]);
  });

  it('keeps what it complains of, too', async () => {
    const { lines } = await runStep(local, { local: ['sh', '-c', 'echo bad >&2; exit 3'], expectExit: 3 });
    expect(lines).toContain('output: bad');
  });

  it('puts the values of the device into single arguments: no shell takes them apart', async () => {
    const { lines } = await runStep(local, {
      local: ['printf', '[%s]\n', '{{label}}; rm -rf /', '{{ ip }}', 'x-{{id}}', '$HOME', '{{.Names}}'],
    });
    expect(lines.slice(1)).toEqual([
      'output: [Switch "1" & co; rm -rf /]',
      'output: [192.0.2.7]',
      'output: [x-sw-01]',
      'output: [$HOME]',
      'output: [{{.Names}}]',
    ]);
  });

  it('runs in the folder of the config, with nothing of our environment but PATH, HOME and LANG', async () => {
    process.env.NETHEAL_CANARY = 'secret';
    const { lines } = await runStep(local, { local: ['sh', '-c', 'pwd; env | cut -d= -f1 | sort'] });
    delete process.env.NETHEAL_CANARY;
    expect(lines[1]).toBe(`output: ${folder}`);
    expect(lines.slice(2).filter((line) => !/^output: (PWD|OLDPWD|SHLVL|_)$/.test(line))).toEqual([
      'output: HOME',
      'output: LANG',
      'output: PATH',
    ]);
  });

  it('fails on another exit code than the expected one', async () => {
    const failed = await runStep(local, { local: ['sh', '-c', 'exit 7'] });
    expect(failed.result).toEqual({
      ok: false,
      acted: true,
      message: 'sh ended with exit code 7, expected 0',
    });
    expect((await runStep(local, { local: ['sh', '-c', 'exit 7'], expectExit: 7 })).result).toEqual({
      ok: true,
    });
  });

  it('that cannot be started spends no attempt', async () => {
    const { result } = await runStep(local, { local: ['netheal-no-such-program'] });
    expect(result).toMatchObject({ ok: false, acted: false, message: expect.stringContaining('ENOENT') });
  });

  it('that is ended by a signal fails with its name', async () => {
    const { result } = await runStep(local, { local: ['sh', '-c', 'kill -9 $$'] });
    expect(result).toEqual({ ok: false, acted: true, message: 'sh was ended by SIGKILL' });
  });

  it('at its deadline ends the program and everything it has started, deaf ones too', async () => {
    const cancel = new AbortController();
    const pids: number[] = [];
    writeFileSync(
      join(folder, 'deaf.sh'),
      "trap '' TERM\necho $$\nsleep 1000 &\necho $!\nwhile :; do sleep 1000; done\n",
    );
    const { result } = await runStep(
      local,
      { local: ['sh', 'deaf.sh'] },
      {
        signal: cancel.signal,
        onLine: (text) => {
          if (/^\d+$/.test(text)) pids.push(Number(text));
          if (pids.length === 2) cancel.abort();
        },
      },
    );
    expect(result).toEqual({
      ok: false,
      acted: true,
      message: 'sh was ended: it took too long or was cancelled',
    });
    expect(pids).toHaveLength(2);
    await until('both are gone', () => !pids.some(alive));
  });

  it('does not wait for a daemon that holds its output open, and leaves it running', async () => {
    const before = performance.now();
    const { result, lines } = await runStep(local, { local: ['sh', '-c', 'sleep 1000 & echo $!'] });
    const pid = Number(lines[1]?.replace('output: ', ''));
    expect(result).toEqual({ ok: true });
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(alive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('keeps 64 KB of output, says so, and reads on so that the program can end', async () => {
    const { result, lines } = await runStep(local, {
      local: ['sh', '-c', 'yes 0123456789 | head -c 1000000'],
    });
    expect(result).toEqual({ ok: true });
    expect(lines.at(-1)).toBe('info: more output is not kept');
    expect(lines.join('\n').length).toBeLessThan(2 * 64 * 1_024);
  });

  it('does not gather a line without end', async () => {
    const { lines } = await runStep(local, { local: ['sh', '-c', 'head -c 100000 /dev/zero | tr "\\0" x'] });
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.at(-1)).toBe('info: more output is not kept');
  });

  it('that is cancelled before it begins starts nothing', async () => {
    const { result, lines } = await runStep(local, { local: ['true'] }, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ ok: false, acted: false });
    expect(lines).toEqual([]);
  });
});

it('shows the approver the exact command with the values of the device', () => {
  expect(local.describe(local.spec.parse({ local: ['outlet', '{{ip}}', 'off now'] }), device)).toEqual([
    'on the monitor: outlet 192.0.2.7 "off now"',
  ]);
});

it.each([
  { local: 'reboot' },
  { local: [] },
  { local: ['a'], expectexit: 1 },
  { local: ['a', '{{adress}}'] },
])('refuses %j', (step) => expect(local.spec.safeParse(step).success).toBe(false));

describe('a local step that a person edits', () => {
  const spec = local.spec.parse({ local: ['printf', 'a "b" c', '{{ip}}'], expectExit: 3 });
  const edit = (...lines: string[]) => local.edit!(spec, device, lines);
  const [line = ''] = local.describe(spec, device);

  it('is read as it is shown', () => {
    expect(edit(line)).toEqual({ spec: { local: ['printf', 'a "b" c', device.address], expectExit: 3 } });
    expect(edit('on the monitor: rm -f "/tmp/x y"')).toEqual({
      spec: { local: ['rm', '-f', '/tmp/x y'], expectExit: 3 },
    });
  });

  it.each([
    [['true', 'false'], /one command/],
    [['echo a"b'], /JSON string/],
    [['on the monitor: '], /needs a command/],
    [['echo {{nothing}}'], /nothing/],
  ])('is refused as %j', (lines, reason) => {
    expect(edit(...lines)).toEqual({ refused: expect.stringMatching(reason) });
  });
});
