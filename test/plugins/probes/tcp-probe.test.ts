import { execFileSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { NameResolver, Slots } from '../../../src/core/plugin.ts';
import { tcpProbe } from '../../../src/plugins/probes/tcp-probe.ts';
import { requestFor } from './request.ts';

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

async function closedPort(): Promise<number> {
  const port = await listen('127.0.0.1');
  closers.pop()!();
  return port;
}

const probe = tcpProbe(new NameResolver(), new Slots(64));

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
      new Slots(1),
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
      const named = tcpProbe(resolver, new Slots(1));
      return named.run(requestFor(named, { port: 22 }, { address: 'a.example', timeoutMs: 100 }));
    };
    expect(await run(gone)).toMatchObject({ ok: false, reason: 'dns' });
    expect(await run(mute)).toMatchObject({ ok: 'unknown', reason: 'local-error' });
  });

  test('a check that gets no slot in time is our fault, not a time-out', async () => {
    const slots = new Slots(1);
    await slots.take({ slow: false, waitMs: 0, signal: new AbortController().signal });
    const queued = tcpProbe(new NameResolver(), slots);
    expect(await queued.run(requestFor(queued, { port: 22 }, { timeoutMs: 100 }))).toMatchObject({
      ok: 'unknown',
      message: 'too many connects at once',
    });
  });

  test('exhausted file descriptors are our fault', () => {
    // A process of its own: its limit would be this one's, too.
    const script = `
      const { openSync } = require('node:fs');
      const modules = ['plugins/probes/tcp-probe', 'core/plugin'].map((m) => import(process.argv[1] + m + '.ts'));
      Promise.all(modules).then(async ([{ tcpProbe }, { NameResolver, Slots }]) => {
        const probe = tcpProbe(new NameResolver(), new Slots(64));
        try { for (;;) openSync('/dev/null'); } catch {}
        const device = { address: '127.0.0.1' };
        const signal = new AbortController().signal;
        const result = await probe.run({ device, options: { port: 9 }, timeoutMs: 500, packets: 1, signal });
        process.stdout.write(JSON.stringify(result), () => process.exit());
      });`;
    const hooks = `
      import { registerHooks } from 'node:module';
      registerHooks({ resolve: (name, context, next) =>
        name === 'netheal/plugin' ? { url: ${JSON.stringify(new URL('../../../src/core/plugin.ts', import.meta.url).href)}, shortCircuit: true } : next(name, context) });`;
    const output = execFileSync(
      'sh',
      [
        '-c',
        'ulimit -n 60; exec "$@"',
        'sh',
        process.execPath,
        '--import',
        `data:text/javascript,${encodeURIComponent(hooks)}`,
        '-e',
        script,
        fileURLToPath(new URL('../../../src/', import.meta.url)),
      ],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(output)).toMatchObject({
      ok: 'unknown',
      reason: 'local-error',
      message: expect.stringContaining('EMFILE'),
    });
  });

  test.each([{}, { port: 0 }, { port: 70_000 }, { port: '22' }, { port: 22, prot: 1 }])(
    'the options %j are refused',
    (options) => {
      expect(probe.options.safeParse(options).success).toBe(false);
    },
  );

  test('is named after its port', () => {
    expect(probe.name!({ port: 22 })).toBe('tcp:22');
  });
});
