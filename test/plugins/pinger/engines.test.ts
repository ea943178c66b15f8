import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/plugins/pinger/engine.ts';
import { FpingEngine } from '../../../src/plugins/pinger/fping-engine.ts';
import { PingEngine } from '../../../src/plugins/pinger/ping-engine.ts';
import { TcpEngine } from '../../../src/plugins/pinger/tcp-engine.ts';
import { describeWith, pingOf, pingWithoutDescriptors, putOnPath } from './fixtures.ts';

const makers = {
  fping: (): Engine => new FpingEngine({ intervalMs: 0.1 }),
  ping: (): Engine => new PingEngine({ 4: 'ping', 6: 'ping' }),
};

for (const name of ['fping', 'ping'] as const) {
  describeWith([name], `the ${name} engine`, () => {
    test('a host that answers is up, over IPv4 and IPv6, with its RTT', async () => {
      const engine = makers[name]();
      const results = await Promise.all([engine.ping(pingOf('127.0.0.1')), engine.ping(pingOf('::1'))]);
      for (const result of results) expect(result).toMatchObject({ ok: true, lossPercent: 0 });
      engine.stop();
    });

    test('several packets give loss and jitter', async () => {
      const engine = makers[name]();
      const result = await engine.ping(pingOf('127.0.0.1', { packets: 3, timeoutMs: 2_000 }));
      expect(result).toMatchObject({ ok: true, lossPercent: 0, jitterMs: expect.any(Number) });
      engine.stop();
    });

    test('many checks at once are all answered, two for the same address as well', async () => {
      const engine = makers[name]();
      const count = name === 'fping' ? 450 : 40;
      const addresses = Array.from({ length: count }, (_, i) => `127.1.${i >> 7}.${1 + (i & 127)}`);
      const results = await Promise.all(
        [...addresses, addresses[0]!].map((address) => engine.ping(pingOf(address, { timeoutMs: 8_000 }))),
      );
      expect(results.filter((result) => result.ok !== true)).toEqual([]);
      engine.stop();
    });
  });

  describe(`a broken ${name}`, () => {
    test.each([
      ['hangs', 'exec sleep 60'],
      ['hangs with a child that holds its pipes', 'sleep 5 & wait'],
      ['crashes', 'kill -SEGV $$'],
      ['is killed', 'kill -KILL $$'],
      ['exits with 4', 'echo "out of luck" >&2; exit 4'],
      ['exits at once without a word', 'exit 1'],
      ['prints garbage', 'echo garbage; echo "\\033[31m::: [x]"; exit 1'],
      ['prints without end', 'while :; do echo garbage garbage garbage garbage garbage; done'],
    ])('that %s is our fault, never a device that is down', async (_what, script) => {
      putOnPath({ [name]: script });
      const engine = makers[name]();
      const result = await engine.ping(pingOf('127.0.0.1', { timeoutMs: 600 }));
      expect(result).toMatchObject({
        ok: 'unknown',
        reason: 'local-error',
        message: expect.stringContaining(name),
      });
      engine.stop();
    });

    test('that is missing is our fault, and works again when it is back', async () => {
      const engine = makers[name]();
      const folder = putOnPath({}, true);
      expect(await engine.ping(pingOf('127.0.0.1'))).toMatchObject({
        ok: 'unknown',
        message: expect.stringContaining('ENOENT'),
      });
      expect(folder).not.toBe('');
      putOnPath({
        fping: 'echo "127.0.0.1 : [0], 64 bytes, 1.5 ms (1.5 avg, 0% loss)"',
        ping: 'echo "PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data."; echo "64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=1.5 ms"',
      });
      expect(await engine.ping(pingOf('127.0.0.1'))).toMatchObject({ ok: true, rttMs: 1.5 });
      engine.stop();
    });

    test('stopping answers what is in flight', async () => {
      putOnPath({ [name]: 'exec sleep 60' });
      const engine = makers[name]();
      const result = engine.ping(pingOf('127.0.0.1', { timeoutMs: 10_000 }));
      engine.stop();
      expect(await result).toMatchObject({ ok: 'unknown' });
    });

    test('never gets an address as an option', async () => {
      const folder = putOnPath({
        [name]: 'printf "%s\\n" "$@" > "$(dirname "$0")/args"; cat > "$(dirname "$0")/stdin"',
      });
      const engine = makers[name]();
      await engine.ping(pingOf('127.0.0.1'));
      const args = readFileSync(join(folder, 'args'), 'utf8').trim().split('\n');
      if (name === 'fping') {
        expect(args).not.toContain('127.0.0.1');
        expect(readFileSync(join(folder, 'stdin'), 'utf8')).toBe('127.0.0.1\n');
      } else expect(args.slice(-2)).toEqual(['--', '127.0.0.1']);
      engine.stop();
    });
  });
}

test('exhausted file descriptors are our fault, for every engine', () => {
  for (const [file, name, options] of [
    ['fping-engine', 'FpingEngine', { intervalMs: 1 }],
    ['ping-engine', 'PingEngine', { 4: 'ping', 6: 'ping' }],
    ['tcp-engine', 'TcpEngine', undefined],
  ] as const) {
    expect(pingWithoutDescriptors(file, name, options)).toMatchObject({
      ok: 'unknown',
      reason: 'local-error',
    });
  }
});

describe('the fping engine with children in trouble', () => {
  test('targets that were answered before a crash keep their answer', async () => {
    putOnPath({ fping: 'echo "127.0.0.1 : [0], 64 bytes, 1.5 ms (1.5 avg, 0% loss)"; exit 4' });
    const engine = makers.fping();
    const [answered, open] = await Promise.all([
      engine.ping(pingOf('127.0.0.1')),
      engine.ping(pingOf('127.0.0.2')),
    ]);
    expect(answered).toMatchObject({ ok: true });
    expect(open).toMatchObject({ ok: 'unknown', message: expect.stringContaining('code 4') });
    engine.stop();
  });

  test('a cancelled check starts no child', async () => {
    const controller = new AbortController();
    const engine = makers.fping();
    const result = engine.ping(pingOf('127.0.0.1', { signal: controller.signal }));
    controller.abort();
    expect(await result).toMatchObject({ ok: 'unknown', reason: 'skipped' });
    engine.stop();
  });
});

describe('the TCP engine', () => {
  test('a host that refuses is up', async () => {
    const engine = new TcpEngine();
    expect(await engine.ping(pingOf('127.0.0.1'))).toMatchObject({ ok: true });
    expect(await engine.ping(pingOf('::1'))).toMatchObject({ ok: true });
    engine.stop();
  });
});
