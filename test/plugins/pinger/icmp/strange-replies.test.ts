import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { IcmpEngine } from '../../../../src/plugins/pinger/icmp/icmp-engine.ts';
import { type Libc, loadLibc } from '../../../../src/plugins/pinger/icmp/libc.ts';
import { describeWith, pingOf } from '../fixtures.ts';
import { HandMadeHost } from './hand-made-host.ts';
import { Namespace } from './namespace.ts';

const HOST = '127.0.0.50';
const timedOut = { ok: false, reason: 'timeout' };

function flip(reply: Buffer, at: number, bits = 1): undefined {
  reply[at] = (reply[at] as number) ^ bits;
}

function busy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describeWith(['ip'], 'a host that answers as the test says', () => {
  let libc: Libc;
  let net: Namespace;
  let host: HandMadeHost;
  const open: { stop(): void }[] = [];
  beforeAll(async () => {
    libc = (await loadLibc()) as Libc;
    net = new Namespace('strange');
    net.run('sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
    host = new HandMadeHost(net, HOST);
  });
  afterEach(() => {
    for (const engine of open.splice(0)) engine.stop();
  });
  afterAll(() => {
    host.close();
    net.remove();
  });

  for (const kind of ['unprivileged', 'raw', 'dgram'] as const) {
    const engineOf = async () => {
      net.allowPing(kind !== 'raw');
      const engine = await net.inside(() =>
        kind === 'dgram' ? IcmpEngine.openDgram(libc, 4) : IcmpEngine.open(libc, 4),
      );
      if ('fault' in engine) throw new Error(engine.fault);
      open.push(engine);
      return engine;
    };

    test(`${kind}: a duplicate counts once`, async () => {
      const engine = await engineOf();
      const result = engine.ping(pingOf(HOST, { packets: 2, timeoutMs: 400 }));
      const first = await host.asked();
      host.reply(first);
      host.reply(first);
      await host.asked();
      expect(await result).toMatchObject({ ok: true, lossPercent: 50 });
    });

    test(`${kind}: a reply that comes too late does not answer the next ping`, async () => {
      const engine = await engineOf();
      const first = engine.ping(pingOf(HOST, { timeoutMs: 60 }));
      const late = await host.asked();
      expect(await first).toMatchObject(timedOut);
      const second = engine.ping(pingOf(HOST, { timeoutMs: 120 }));
      await host.asked();
      host.reply(late);
      expect(await second).toMatchObject(timedOut);
    });

    test.each<[string, (reply: Buffer) => Buffer | undefined]>([
      ['with another nonce', (reply) => flip(reply, 15)],
      ['with another mark', (reply) => flip(reply, 11)],
      ['with another sequence number', (reply) => flip(reply, 7)],
      ['with another identifier', (reply) => flip(reply, 5)],
      ['cut before the nonce', (reply) => reply.subarray(0, 12)],
      ['without a payload', (reply) => reply.subarray(0, 8)],
      ['that is a timestamp reply', (reply) => flip(reply, 0, 14)],
    ])(`${kind}: a reply %s is none`, async (_what, change) => {
      const engine = await engineOf();
      const result = engine.ping(pingOf(HOST, { timeoutMs: 60 }));
      host.reply(await host.asked(), change);
      expect(await result).toMatchObject(timedOut);
    });

    test(`${kind}: a reply from another address is none`, async () => {
      const other = new HandMadeHost(net, '127.0.0.51');
      const engine = await engineOf();
      const result = engine.ping(pingOf(HOST, { timeoutMs: 60 }));
      other.reply(await host.asked());
      expect(await result).toMatchObject(timedOut);
      other.close();
    });

    test(`${kind}: a reply whose payload is cut after the nonce shows that the host is up`, async () => {
      const engine = await engineOf();
      const result = engine.ping(pingOf(HOST, { timeoutMs: 500, sizeBytes: 1_400 }));
      host.reply(await host.asked(), (reply) => reply.subarray(0, 72));
      expect(await result).toMatchObject({ ok: true });
    });

    test(`${kind}: a reply that came while this process was blocked past the deadline still counts`, async () => {
      const engine = await engineOf();
      const result = engine.ping(pingOf(HOST, { timeoutMs: 100 }));
      host.reply(await host.asked());
      busy(300);
      expect(await result).toMatchObject({ ok: true });
    });

    if (kind !== 'dgram') {
      test(`${kind}: the RTT is right although this process was blocked meanwhile`, async () => {
        const engine = await engineOf();
        const result = engine.ping(pingOf(HOST, { timeoutMs: 1_000 }));
        const request = await host.asked();
        const askedAtMs = performance.now();
        busy(30);
        host.reply(request);
        const heldMs = performance.now() - askedAtMs;
        busy(60);
        const { rttMs } = (await result) as { rttMs: number };
        expect(rttMs).toBeGreaterThan(heldMs - 1);
        // Had it been taken when the reply was read, it would be 60 ms more.
        expect(rttMs).toBeLessThan(heldMs + 20);
      });
    }
  }
});
