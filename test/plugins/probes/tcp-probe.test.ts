import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { NameResolver } from '../../../src/core/plugin.ts';
import { tcpProbe } from '../../../src/plugins/probes/tcp-probe.ts';
import { requestFor } from './request.ts';
import { newLanes, Servers } from './tools.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(host: string): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const servers = new Servers();
afterEach(() => servers.close());
const speak = (talk: (socket: Socket) => void) => servers.listen(createServer(talk));

async function closedPort(): Promise<number> {
  const port = await listen('127.0.0.1');
  closers.pop()!();
  return port;
}

const probe = tcpProbe(new NameResolver(), newLanes());

describe('the probe tcp', () => {
  test.each(['127.0.0.1', '::1'])(
    'a port that accepts on %s is ok, with the RTT of the handshake',
    async (host) => {
      const port = await listen(host);
      const result = await probe.run(requestFor(probe, { port }, { address: host }));
      expect(result).toMatchObject({ ok: true, rttMs: expect.any(Number) });
    },
  );

  test('another host may be named, by name as well', async () => {
    const port = await listen('127.0.0.3');
    const named = tcpProbe(
      new NameResolver({ lookup: async () => [{ address: '127.0.0.3', family: 4 }] }),
      newLanes(),
    );
    expect(await named.run(requestFor(named, { port, host: 'm.example' }))).toMatchObject({ ok: true });
  });

  test('a closed port refuses', async () => {
    const port = await closedPort();
    expect(await probe.run(requestFor(probe, { port }))).toMatchObject({ ok: false, reason: 'refused' });
  });

  test('a name that does not exist is a dns failure, a silent resolver our fault', async () => {
    const gone = new NameResolver({
      lookup: () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })),
    });
    const mute = new NameResolver({ lookup: () => new Promise(() => undefined) });
    const run = (resolver: NameResolver) => {
      const named = tcpProbe(resolver, newLanes());
      return named.run(requestFor(named, { port: 22 }, { address: 'a.example', timeoutMs: 100 }));
    };
    expect(await run(gone)).toMatchObject({ ok: false, reason: 'dns' });
    expect(await run(mute)).toMatchObject({ ok: 'unknown', reason: 'local-error' });
  });

  test('a greeting is waited for, over several packets, and told', async () => {
    const port = await speak((socket) => {
      socket.write('220 mail');
      socket.on('data', () => socket.write('.example ESMTP\r\n'));
    });
    const options = { port, send: 'x', expect: '/mail.example ESMTP/' };
    expect(await probe.run(requestFor(probe, options))).toMatchObject({
      ok: true,
      rttMs: expect.any(Number),
      detail: '220 mail.example ESMTP',
    });
  });

  test('what is sent is answered', async () => {
    const port = await speak((socket) => socket.on('data', (data) => socket.write(`you said ${data}`)));
    expect(await probe.run(requestFor(probe, { port, send: 'PING\r\n', expect: 'said PING' }))).toMatchObject(
      {
        ok: true,
      },
    );
  });

  test('a wrong greeting is a failure that tells it, with the RTT', async () => {
    const port = await speak((socket) => socket.end('500 no\r\n'));
    const result = await probe.run(requestFor(probe, { port, expect: '220' }));
    expect(result).toMatchObject({
      ok: false,
      reason: 'failed',
      message: `port ${port}: answered "500 no", expected 220`,
      rttMs: expect.any(Number),
    });
  });

  test('a server that keeps silent is a time-out, one that hangs up has failed', async () => {
    const mute = await speak(() => undefined);
    const run = (port: number, timeoutMs: number) =>
      probe.run(requestFor(probe, { port, expect: '220' }, { timeoutMs }));
    expect(await run(mute, 150)).toMatchObject({ ok: false, reason: 'timeout', answered: true });
    const rude = await speak((socket) => socket.destroy());
    expect(await run(rude, 10_000)).toMatchObject({ ok: false, reason: 'failed', answered: true });
  });

  test('a greeting without end is read up to its cap only', async () => {
    const port = await speak((socket) => socket.write('x'.repeat(100_000)));
    expect(await probe.run(requestFor(probe, { port, expect: '220' }))).toMatchObject({
      ok: false,
      reason: 'failed',
    });
  });

  test('a search that takes too long is our fault', async () => {
    const port = await speak((socket) => socket.write(`${'a'.repeat(60)}!\n`));
    expect(await probe.run(requestFor(probe, { port, expect: '/^(a+)+$/' }))).toMatchObject({
      ok: 'unknown',
      reason: 'local-error',
    });
  });

  test('a check that is cancelled ends at once', async () => {
    const port = await speak(() => undefined);
    const aborter = new AbortController();
    const options = { port, expect: '220' };
    const more = { signal: aborter.signal, timeoutMs: 60_000 };
    const result = probe.run(requestFor(probe, options, more));
    aborter.abort();
    expect(await result).toMatchObject({ ok: 'unknown', reason: 'skipped' });
  });

  test.each([
    {},
    { port: 0 },
    { port: 70_000 },
    { port: '22' },
    { port: 22, prot: 1 },
    { port: 22, expect: '/(/' },
  ])('the options %j are refused', (options) => {
    expect(probe.options.safeParse(options).success).toBe(false);
  });

  test('is named after its port', () => {
    expect(probe.name!({ port: 22 })).toBe('tcp:22');
  });
});
