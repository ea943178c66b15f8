import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { accessTo, closing, runStep, temporaryFolder } from './harness.ts';
import { startSshServer } from './ssh-server.ts';

describe('commands of an ssh step', () => {
  test('run one after the other on one connection, with their output in the transcript', async () => {
    const server = await closing(startSshServer());
    const { result, lines } = await runStep(
      { ssh: ['echo one; echo two >&2', 'printf three'] },
      accessTo(server.port),
    );
    expect(result).toEqual({ ok: true });
    expect(server.commands).toEqual(['echo one; echo two >&2', 'printf three']);
    expect(server.tried).toEqual(['none', 'password']);
    expect(lines).toContain('command: echo one; echo two >&2');
    expect(lines).toContain('output: one');
    expect(lines).toContain('output: [stderr] two');
    expect(lines).toContain('output: three');
    expect(lines.filter((line) => /^info: exit 0 after /.test(line))).toHaveLength(2);
  });

  test('stop at the first non-zero exit, and the step has acted', async () => {
    const server = await closing(startSshServer());
    const { result } = await runStep(
      { ssh: ['true', 'exit 3', 'echo never', 'echo never'] },
      accessTo(server.port),
    );
    expect(result).toEqual({ ok: false, acted: true, message: '`exit 3`: exit 3; 2 more not run' });
    expect(server.commands).toEqual(['true', 'exit 3']);
  });

  test('go on after a failure where continueOnError says so', async () => {
    const server = await closing(startSshServer());
    const spec = { ssh: [{ run: 'exit 3', continueOnError: true }, 'true'] };
    expect((await runStep(spec, accessTo(server.port))).result).toEqual({ ok: true });
    expect(server.commands).toEqual(['exit 3', 'true']);
  });

  test('a command that hangs is signalled and ends at its deadline', async () => {
    const signals: string[] = [];
    const server = await closing(
      startSshServer({
        exec: (open) => void open().write('working\n'),
        onSignal: (name) => signals.push(name),
      }),
    );
    const { result, lines, tookMs } = await runStep(
      { ssh: [{ run: 'sleep infinity', timeout: '300ms' }, 'echo never'] },
      accessTo(server.port),
    );
    expect(result).toMatchObject({ ok: false, acted: true });
    expect(result).toHaveProperty('message', expect.stringMatching(/^`sleep infinity`: timeout/));
    expect(lines).toContain('output: working');
    expect(signals).toEqual(['TERM', 'KILL']);
    // The second is the one that stops the first where signals are not passed on.
    expect(server.commands).toEqual(['sleep infinity', expect.stringContaining('for s in TERM KILL')]);
    expect(tookMs).toBeLessThan(5_000);
    await vi.waitFor(() => expect(server.connections.size).toBe(0));
  });

  test('a command that says yes for ever ends at its deadline with 64 KB kept', async () => {
    const server = await closing(startSshServer());
    const before = process.memoryUsage().rss;
    let kept = 0;
    const { result, lines } = await runStep(
      { ssh: 'yes netheal', commandTimeout: '1s' },
      accessTo(server.port),
      {
        onLine: (line) => {
          if (line.startsWith('output: ')) kept += line.length - 'output: '.length + 1;
        },
      },
    );
    expect(result).toMatchObject({ ok: false, acted: true });
    expect(kept).toBeGreaterThan(60 * 1024);
    expect(kept).toBeLessThanOrEqual(64 * 1024);
    expect(lines.some((line) => /^info: \.\.\. \d+ more bytes of output were cut$/.test(line))).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  test('a dropped session is a success only where it is expected', async () => {
    const drop = await closing(startSshServer({ exec: () => [...drop.connections].map((one) => one.end()) }));
    const expected = await runStep({ ssh: [{ run: 'reboot', expectDisconnect: true }] }, accessTo(drop.port));
    expect(expected.result).toEqual({ ok: true });
    const surprising = await runStep({ ssh: 'reboot' }, accessTo(drop.port));
    expect(surprising.result).toMatchObject({ ok: false, acted: true });
  });

  test('a server that refuses to run the first command has not been touched', async () => {
    const server = await closing(startSshServer({ exec: (_open, _command, reject) => reject() }));
    const { result } = await runStep({ ssh: 'true' }, accessTo(server.port));
    expect(result).toMatchObject({ ok: false, acted: false });
  });

  test('a cancelled step signals the command and ends at once', async () => {
    const signals: string[] = [];
    const cancel = new AbortController();
    const server = await closing(
      startSshServer({
        exec: (open) => void open().write('working\n'),
        onSignal: (name) => signals.push(name),
      }),
    );
    const { result, tookMs } = await runStep({ ssh: 'sleep infinity' }, accessTo(server.port), {
      signal: cancel.signal,
      onLine: (line) => line === 'output: working' && cancel.abort(),
    });
    expect(result).toEqual({ ok: false, acted: true, message: '`sleep infinity`: cancelled' });
    expect(signals).toContain('TERM');
    expect(tookMs).toBeLessThan(5_000);
  });

  test('a child that holds the output open does not hold the step', async () => {
    const server = await closing(
      startSshServer({
        exec: (open) => {
          const channel = open();
          channel.write('started\n');
          channel.exit(0);
        },
      }),
    );
    const { result, tookMs } = await runStep({ ssh: 'daemon &' }, accessTo(server.port));
    expect(result).toEqual({ ok: true });
    expect(tookMs).toBeLessThan(5_000);
  });

  test('variables arrive as one word each, whatever is in them', async () => {
    const server = await closing(startSshServer());
    const { result, lines } = await runStep(
      { ssh: 'for word in {{ip}} {{ id }} {{label}}; do echo "<$word>"; done; echo {{.Names}}' },
      accessTo(server.port),
    );
    expect(result).toEqual({ ok: true });
    expect(lines).toContain('output: <10.0.0.7>');
    expect(lines).toContain('output: <web-1>');
    expect(lines).toContain('output: <Web "one" $(touch /nowhere)>');
    expect(lines).toContain('output: {{.Names}}');
  });

  test('sudo gets its password on standard input and the command gets none of it', async () => {
    const folder = temporaryFolder();
    // Stands in for sudo: shows its arguments and the line it was given, then runs the command.
    writeFileSync(
      join(folder, 'sudo'),
      '#!/bin/sh\necho "args: $1 $2 $3 [$4] $5"\nread -r line\necho "asked: $line"\nshift 5\nexec "$@"\n',
      { mode: 0o755 },
    );
    const server = await closing(startSshServer());
    process.env.PATH = `${folder}:${process.env.PATH}`;
    const { result, lines, masked } = await runStep(
      { ssh: `echo 'it'\\''s run'; cat; touch ${join(folder, 'done')}`, sudo: true },
      accessTo(server.port),
    );
    process.env.PATH = process.env.PATH.slice(folder.length + 1);
    expect(result).toEqual({ ok: true });
    expect(lines).toContain('output: args: -S -k -p [] --');
    expect(lines).toContain('output: asked: right');
    expect(lines).toContain("output: it's run");
    expect(existsSync(join(folder, 'done'))).toBe(true);
    expect(server.commands[0]).not.toContain('right');
    expect(masked).toContain('right');
  });
});
