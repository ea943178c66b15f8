import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { accessTo, closing, runStep } from './harness.ts';
import { startSshServer, startTcpServer } from './ssh-server.ts';

const message = (run: Awaited<ReturnType<typeof runStep>>) =>
  'message' in run.result ? run.result.message : '';

describe('a server that behaves badly', () => {
  test('a closed port is refused at connect, in plain words', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await vi.waitFor(() => expect(server.listening).toBe(true));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    const run = await runStep({ ssh: 'true' }, accessTo(port));
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(message(run)).toBe(
      `SSH to web-1 [admin@127.0.0.1:${port}] failed at connect: connection refused; ` +
        'mend: start sshd on the device, or correct ssh.port',
    );
  });

  test.each<
    [
      string,
      (write: (text: string | Buffer) => void, every: (ms: number, action: () => void) => void) => void,
      RegExp,
    ]
  >([
    ['a mute one', () => {}, /failed at handshake: connected, but no SSH identification came within 400 ms/],
    [
      'one that drips',
      (write, every) => every(20, () => write('x')),
      /failed at handshake: connected, but no SSH identification came within 400 ms/,
    ],
    [
      'one that stops after its identification',
      (write) => write('SSH-2.0-OpenSSH_9.9\r\n'),
      /failed at handshake: the key exchange was not finished within 400 ms/,
    ],
    [
      'one that sends garbage after its identification',
      (write, every) => {
        write('SSH-2.0-OpenSSH_9.9\r\n');
        every(1, () => write(Buffer.alloc(8192, 0xfe)));
      },
      /failed at handshake: /,
    ],
    [
      'one that sends lines for ever',
      (write, every) => every(1, () => write('welcome\r\n'.repeat(900))),
      /failed at handshake: (64 KB came without an SSH identification|Max greeting lines exceeded)/,
    ],
    [
      'one that speaks HTTP',
      (write) => write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /failed at handshake: connected, but no SSH identification came/,
    ],
  ])('%s ends at its deadline and leaves no socket behind', async (_name, behave, wanted) => {
    const timers: NodeJS.Timeout[] = [];
    const server = await closing(
      startTcpServer((socket) => {
        const every = (ms: number, action: () => void) => {
          const timer = setInterval(action, ms);
          timers.push(timer);
          socket.on('close', () => clearInterval(timer));
        };
        behave((text) => socket.writable && socket.write(text), every);
      }),
    );
    const run = await runStep({ ssh: 'true' }, accessTo(server.port, { connectTimeoutMs: 400 }));
    expect(message(run)).toMatch(wanted);
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(run.tookMs).toBeLessThan(2_000);
    await vi.waitFor(() => expect(server.sockets.size).toBe(0));
    for (const timer of timers) clearInterval(timer);
  });

  test('one that closes at once is told from one that is mute', async () => {
    const server = await closing(startTcpServer((socket) => socket.end()));
    const run = await runStep({ ssh: 'true' }, accessTo(server.port));
    expect(message(run)).toMatch(/failed at handshake: .* before an SSH identification came/);
  });

  test('one that never answers a login ends at the deadline', async () => {
    const server = await closing(startSshServer({ auth: () => {} }));
    const run = await runStep({ ssh: 'true' }, accessTo(server.port, { connectTimeoutMs: 500 }));
    expect(message(run)).toMatch(/failed at login: the login was not finished within 500 ms/);
  });

  test('one that never opens a channel ends at the deadline of the command', async () => {
    const server = await closing(startSshServer({ exec: () => {} }));
    const run = await runStep({ ssh: 'true', commandTimeout: '300ms' }, accessTo(server.port));
    // The command was sent: nobody knows whether it runs.
    expect(run.result).toMatchObject({ ok: false, acted: true });
    expect(message(run)).toMatch(/timeout/);
  });

  test('one that falls silent in mid-command is found by keepalives', { timeout: 30_000 }, async () => {
    const server = await closing(startSshServer({ exec: (open) => void open().write('working\n') }));
    const relay = await closing(silencing(server.port));
    const run = await runStep({ ssh: 'sleep infinity', commandTimeout: '25s' }, accessTo(relay.port), {
      timeoutMs: 27_000,
      onLine: (line) => line === 'output: working' && relay.silence(),
    });
    expect(message(run)).toContain('the session dropped: Keepalive timeout');
    expect(run.tookMs).toBeLessThan(12_000);
  });

  test('the deadline of the step ends a login that takes longer', async () => {
    const server = await closing(startTcpServer(() => {}));
    const run = await runStep({ ssh: 'true' }, accessTo(server.port), { timeoutMs: 900 });
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(message(run)).toContain('failed at handshake: the time of the step was up');
    expect(run.tookMs).toBeLessThan(900);
  });

  test('a login that is cancelled ends at once', async () => {
    const cancel = new AbortController();
    const server = await closing(startTcpServer(() => cancel.abort()));
    const run = await runStep({ ssh: 'true' }, accessTo(server.port), { signal: cancel.signal });
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(message(run)).toMatch(/failed at (connect|handshake): cancelled/);
    expect(run.tookMs).toBeLessThan(2_000);
    await vi.waitFor(() => expect(server.sockets.size).toBe(0));
  });

  test.each(['HUAWEI-1.5', 'Comware-7.1.070', 'Cisco-2.0'])(
    'a network device without a dialect (%s) is recognised and nothing is typed',
    async (ident) => {
      const server = await closing(startSshServer({ ident }));
      const run = await runStep({ ssh: 'reload' }, accessTo(server.port));
      expect(run.result).toMatchObject({ ok: false, acted: false });
      expect(message(run)).toMatch(/^looks like .*, for which there is no dialect/);
      expect(server.commands).toEqual([]);
    },
  );

  test('what a dialect cannot do stops before a connection is opened', async () => {
    const server = await closing(startTcpServer(() => {}));
    const run = await runStep({ ssh: 'reload', sudo: true }, accessTo(server.port, { dialect: 'cisco-ios' }));
    expect(run.result).toEqual({
      ok: false,
      acted: false,
      message: '`reload`: sudo is for commands by exec, not for dialect cisco-ios',
    });
    expect(server.sockets.size).toBe(0);
  });
});

/** A relay that stops carrying anything once told to, with every connection left open. */
async function silencing(port: number) {
  const { connect } = await import('node:net');
  let silent = false;
  const relay = await startTcpServer((socket) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.on('error', () => {});
    socket.on('data', (chunk) => silent || upstream.write(chunk));
    upstream.on('data', (chunk) => silent || socket.write(chunk));
    socket.on('close', () => upstream.destroy());
  });
  return {
    ...relay,
    silence: () => {
      silent = true;
    },
  };
}
