import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Family } from '../../../../src/plugins/pinger/engine.ts';
import { IcmpEngine } from '../../../../src/plugins/pinger/icmp/icmp-engine.ts';
import type { PingerOptions } from '../../../../src/plugins/pinger/icmp/icmp-pinger.ts';
import { type Libc, loadLibc } from '../../../../src/plugins/pinger/icmp/libc.ts';
import { describeWith, pingOf } from '../fixtures.ts';
import { Namespace } from './namespace.ts';

const SILENT = '127.0.0.5';
const HALF = '127.0.0.8';
const FORBIDDEN = '127.0.0.11';
const UNREACHABLE_ROUTE = '10.60.0.1';
const NO_ROUTE = '10.50.0.1';
const EAGAIN = 11;
const ENOBUFS = 105;

/** That many loopback addresses. */
function many(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `127.${1 + (i >> 14)}.${(i >> 7) & 127}.${1 + (i & 127)}`);
}

describeWith(['ip', 'nft'], 'the icmp engine', () => {
  let libc: Libc;
  let net: Namespace;
  const open: IcmpEngine[] = [];
  beforeAll(async () => {
    const loaded = await loadLibc();
    if ('fault' in loaded) throw new Error(loaded.fault);
    libc = loaded;
    net = new Namespace('engine');
    net.allowPing(true);
    net.ip('route', 'add', 'unreachable', '10.60.0.0/16');
    net.nft(`
      table inet t {
        chain i { type filter hook input priority 0;
          ip daddr ${SILENT} icmp type echo-request drop
          ip daddr ${HALF} icmp type echo-request numgen inc mod 2 0 drop
          ip daddr 127.0.0.6 icmp type echo-request reject with icmp type host-unreachable
          ip daddr 127.0.0.7 icmp type echo-request reject with icmp type admin-prohibited
          ip daddr 127.0.0.9 icmp type echo-request reject with icmp type net-unreachable
          ip daddr 127.0.0.10 icmp type echo-request reject with icmp type port-unreachable
          ip6 daddr fd00::6 icmpv6 type echo-request reject with icmpv6 type addr-unreachable
          ip6 daddr fd00::7 icmpv6 type echo-request reject with icmpv6 type admin-prohibited
          ip6 daddr fd00::5 icmpv6 type echo-request drop
        }
        chain o { type filter hook output priority 0; ip daddr ${FORBIDDEN} drop; }
      }`);
    for (const n of [5, 6, 7]) net.ip('addr', 'add', `fd00::${n}/128`, 'dev', 'lo', 'nodad');
  });
  afterEach(() => {
    for (const engine of open.splice(0)) engine.stop();
  });
  afterAll(() => net.remove());

  function engineOf(family: Family, options: PingerOptions = {}, calls: Libc = libc): IcmpEngine {
    const engine = net.inside(() => IcmpEngine.open(calls, family, options));
    if ('fault' in engine) throw new Error(engine.fault);
    open.push(engine);
    return engine;
  }

  for (const isAllowed of [true, false]) {
    const kind = isAllowed ? 'an unprivileged' : 'a raw';
    test(`${kind} socket: answers, silence and unreachable of IPv4 and IPv6, each in words`, async () => {
      net.allowPing(isAllowed);
      const v4 = engineOf(4);
      const v6 = engineOf(6);
      net.allowPing(true);
      expect(v4.how).toContain(kind);
      const said = async (address: string, engine = v4) => engine.ping(pingOf(address, { timeoutMs: 300 }));
      expect(await v4.ping(pingOf('127.0.0.1'))).toEqual({
        ok: true,
        rttMs: expect.any(Number),
        lossPercent: 0,
      });
      expect(await v6.ping(pingOf('::1'))).toEqual({ ok: true, rttMs: expect.any(Number), lossPercent: 0 });
      expect(await said(SILENT)).toEqual({
        ok: false,
        reason: 'timeout',
        message: 'no answer within 300 ms',
      });
      expect(await said('fd00::5', v6)).toMatchObject({ ok: false, reason: 'timeout' });
      for (const [address, words, engine] of [
        ['127.0.0.6', 'the host is unreachable (ICMP type 3, code 1)', v4],
        ['127.0.0.7', 'communication is administratively prohibited (ICMP type 3, code 13)', v4],
        ['127.0.0.9', 'the network is unreachable (ICMP type 3, code 0)', v4],
        ['127.0.0.10', 'the port is unreachable (ICMP type 3, code 3)', v4],
        ['fd00::6', 'the host is unreachable (ICMP type 1, code 3)', v6],
        ['fd00::7', 'communication is administratively prohibited (ICMP type 1, code 1)', v6],
      ] as const) {
        expect(await said(address, engine)).toEqual({ ok: false, reason: 'unreachable', message: words });
      }
    });
  }

  test('the engine over node:dgram answers as well, and knows silence only', async () => {
    for (const [family, up, silent] of [
      [4, '127.0.0.1', SILENT],
      [6, '::1', 'fd00::5'],
    ] as const) {
      const engine = await net.inside(() => IcmpEngine.openDgram(libc, family));
      if ('fault' in engine) throw new Error(engine.fault);
      open.push(engine);
      expect(await engine.ping(pingOf(up))).toMatchObject({ ok: true, lossPercent: 0 });
      expect(await engine.ping(pingOf(silent, { timeoutMs: 200 }))).toMatchObject({ reason: 'timeout' });
      const several = await engine.ping(pingOf(up, { packets: 3, timeoutMs: 5_000 }));
      expect(several).toMatchObject({ ok: true, lossPercent: 0, jitterMs: expect.any(Number) });
    }
  });

  test('the engine over node:dgram answers 2,000 addresses at once, and stopping answers what is in flight', async () => {
    const engine = await net.inside(() => IcmpEngine.openDgram(libc, 4));
    if ('fault' in engine) throw new Error(engine.fault);
    const results = await Promise.all(
      many(2_000).map((address) => engine.ping(pingOf(address, { timeoutMs: 30_000 }))),
    );
    expect(results.filter(({ ok }) => ok !== true)).toEqual([]);
    const pending = engine.ping(pingOf(SILENT));
    engine.stop();
    expect(await pending).toMatchObject({ ok: 'unknown', reason: 'skipped' });
    expect(await engine.ping(pingOf('127.0.0.1'))).toMatchObject({ ok: 'unknown', reason: 'skipped' });
  });

  test('2,000 addresses at once are all answered, again and again', async () => {
    const engine = engineOf(4);
    for (let round = 0; round < 3; round++) {
      const results = await Promise.all(
        many(2_000).map((address) => engine.ping(pingOf(address, { timeoutMs: 30_000 }))),
      );
      expect(results.filter(({ ok }) => ok !== true)).toEqual([]);
    }
  });

  test('several packets give loss and jitter, half of them lost is half of them lost', async () => {
    const engine = engineOf(4);
    const all = await engine.ping(pingOf('127.0.0.1', { packets: 4 }));
    expect(all).toMatchObject({ ok: true, lossPercent: 0, jitterMs: expect.any(Number) });
    const half = await engine.ping(pingOf(HALF, { packets: 4, timeoutMs: 500 }));
    expect(half).toMatchObject({ ok: true, lossPercent: 50, jitterMs: expect.any(Number) });
  });

  test.each([16, 17, 55, 56, 57, 1_400, 9_001, 65_000])(
    'a payload of %i bytes comes back',
    async (sizeBytes) => {
      for (const isAllowed of [true, false]) {
        net.allowPing(isAllowed);
        const v4 = engineOf(4);
        const v6 = engineOf(6);
        net.allowPing(true);
        expect(await v4.ping(pingOf('127.0.0.1', { sizeBytes }))).toMatchObject({ ok: true });
        expect(await v6.ping(pingOf('::1', { sizeBytes }))).toMatchObject({ ok: true });
      }
    },
  );

  test('what cannot be sent is our own fault, in words, and the rest of the batch is sent', async () => {
    const engine = engineOf(4);
    const faults = {
      [FORBIDDEN]: 'not permitted on this machine (EPERM)',
      [UNREACHABLE_ROUTE]: 'no route to the host (EHOSTUNREACH)',
      [NO_ROUTE]: 'this machine has no route to that network (ENETUNREACH)',
      '255.255.255.255': 'this machine has no route to that network (ENETUNREACH)',
    };
    const addresses = many(40).flatMap((address, i) => [address, Object.keys(faults)[i] ?? '127.0.0.1']);
    const results = await Promise.all(addresses.map((address) => engine.ping(pingOf(address))));
    for (const [i, result] of results.entries()) {
      const words = faults[addresses[i] as keyof typeof faults];
      if (words === undefined) expect(result).toMatchObject({ ok: true });
      else {
        const message = `the ping cannot be sent: ${words}`;
        expect(result).toEqual({ ok: 'unknown', reason: 'local-error', message });
      }
    }
  });

  test('an ICMP error about one address is never told of another', async () => {
    const engine = engineOf(4);
    for (let round = 0; round < 20; round++) {
      const addresses = many(60).flatMap((address) => [address, '127.0.0.6']);
      const results = await Promise.all(addresses.map((address) => engine.ping(pingOf(address))));
      const wrong = results.filter(({ ok }, i) => addresses[i] !== '127.0.0.6' && ok !== true);
      expect(wrong).toEqual([]);
    }
  });

  test('an address of the other family is our own fault', async () => {
    expect(await engineOf(4).ping(pingOf('::1'))).toMatchObject({ ok: 'unknown', reason: 'local-error' });
    expect(await engineOf(6).ping(pingOf('fe80::1%none'))).toMatchObject({ reason: 'local-error' });
  });

  /** The C library with `sendmmsg` refused so many times. */
  const refusing = (errno: number, times: number): Libc => {
    let left = times;
    let isRefused = false;
    return {
      ...libc,
      sendmmsg: (...args) => {
        isRefused = left-- > 0;
        return isRefused ? -1 : libc.sendmmsg(...args);
      },
      errno: () => {
        const now = isRefused ? errno : libc.errno();
        isRefused = false;
        return now;
      },
    };
  };

  test.each([EAGAIN, ENOBUFS])(
    'a full send buffer (%i) makes pings wait until there is room again',
    async (errno) => {
      const engine = engineOf(4, {}, refusing(errno, 3));
      expect(await engine.ping(pingOf('127.0.0.1'))).toMatchObject({ ok: true });
    },
  );

  test.each([
    [EAGAIN, 'the send buffer is full (EAGAIN)'],
    [ENOBUFS, 'no buffer space left on this machine (ENOBUFS)'],
  ])('a send buffer that stays full (%i) is our own fault', async (errno, words) => {
    const engine = engineOf(4, {}, refusing(errno, Number.POSITIVE_INFINITY));
    expect(await engine.ping(pingOf('127.0.0.1', { timeoutMs: 100 }))).toEqual({
      ok: 'unknown',
      reason: 'local-error',
      message: `the ping cannot be sent: ${words}`,
    });
  });

  test('silence while the receive buffer overflowed means nothing, and is told once', async () => {
    const told: unknown[] = [];
    const SO_RCVBUF = 8;
    const SO_RCVBUFFORCE = 33;
    const tiny = new Int32Array([2_048]);
    const engine = engineOf(
      4,
      { onTrouble: (words) => told.push(words) },
      {
        ...libc,
        setsockopt: (fd, level, name, value, length) =>
          name === SO_RCVBUF || name === SO_RCVBUFFORCE
            ? libc.setsockopt(fd, level, SO_RCVBUF, libc.addressOf(tiny.buffer), 4)
            : libc.setsockopt(fd, level, name, value, length),
      },
    );
    const results = await Promise.all(
      many(200).map((address) => engine.ping(pingOf(address, { timeoutMs: 2_000 }))),
    );
    const lost = results.filter(({ ok }) => ok !== true);
    expect(lost.length).toBeGreaterThan(0);
    expect(new Set(lost.map((result) => result.ok))).toEqual(new Set(['unknown']));
    expect(lost[0]).toMatchObject({ message: 'replies were lost in the receive buffer of this machine' });
    expect(told).toEqual([expect.stringContaining('net.core.rmem_max')]);
    // The next silence is one again.
    expect(await engine.ping(pingOf(SILENT, { timeoutMs: 100 }))).toMatchObject({ reason: 'timeout' });
  });

  test('more than may be on their way wait, and those for which it would be too late are our own fault', async () => {
    const told: unknown[] = [];
    const engine = engineOf(4, { maxInFlight: 10, onTrouble: (words) => told.push(words) });
    const silent = Array.from({ length: 10 }, () => engine.ping(pingOf(SILENT, { timeoutMs: 300 })));
    const patient = engine.ping(pingOf('127.0.0.1', { timeoutMs: 2_000 }));
    const hasty = engine.ping(pingOf('127.0.0.1', { timeoutMs: 300 }));
    expect(await hasty).toMatchObject({ ok: 'unknown', message: 'the ping was not sent in time' });
    expect(await patient).toMatchObject({ ok: true });
    for (const result of silent) expect(await result).toMatchObject({ reason: 'timeout' });
    expect(told).toEqual([expect.stringContaining('too long')]);
  });

  test('packets a second are capped', async () => {
    const engine = engineOf(4, { maxPacketsPerSecond: 1_000 });
    const startMs = performance.now();
    const results = await Promise.all(
      many(350).map((address) => engine.ping(pingOf(address, { timeoutMs: 5_000 }))),
    );
    expect(results.filter(({ ok }) => ok !== true)).toEqual([]);
    // 50 leave at once, the rest at one a millisecond.
    expect(performance.now() - startMs).toBeGreaterThan(290);
  });

  test('more than there are sequence numbers is our own fault, at once', async () => {
    const told: unknown[] = [];
    const engine = engineOf(4, { maxInFlight: 1, onTrouble: (words) => told.push(words) });
    const results = Array.from({ length: 65_540 }, () => engine.ping(pingOf('127.0.0.1')));
    expect(await results[65_539]).toMatchObject({ ok: 'unknown', message: 'too many pings at once' });
    expect(told).toEqual([expect.stringContaining('at once')]);
    engine.stop();
    expect(await results[0]).toMatchObject({ ok: 'unknown', reason: 'skipped' });
  });

  test('stopping answers what is in flight, and whoever asks later', async () => {
    const engine = engineOf(4);
    const flying = engine.ping(pingOf(SILENT, { packets: 3 }));
    await engine.ping(pingOf('127.0.0.1'));
    const waiting = engine.ping(pingOf('127.0.0.1'));
    engine.stop();
    for (const result of [flying, waiting, engine.ping(pingOf('127.0.0.1'))]) {
      expect(await result).toMatchObject({ ok: 'unknown', reason: 'skipped' });
    }
  });

  test('with nothing on its way no timer runs', async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name)).length;
    const engine = engineOf(4);
    const before = timers();
    const result = engine.ping(pingOf('127.0.0.1'));
    expect(timers()).toBe(before + 1);
    await result;
    await new Promise(setImmediate);
    // A timer of somebody else may have ended meanwhile.
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
