import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Family } from '../../../../src/plugins/pinger/engine.ts';
import { IcmpEngine } from '../../../../src/plugins/pinger/icmp/icmp-engine.ts';
import type { PingerOptions } from '../../../../src/plugins/pinger/icmp/icmp-pinger.ts';
import { type Libc, loadLibc } from '../../../../src/plugins/pinger/icmp/libc.ts';
import { describeWith, pingOf } from '../fixtures.ts';
import { Namespace } from './namespace.ts';

const SILENT = '127.0.0.5';
const HALF = '127.0.0.8';

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
    net.ip('addr', 'add', '10.61.0.1/24', 'dev', 'lo');
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
        chain o { type filter hook output priority 0; ip daddr 127.0.0.11 drop; }
      }`);
    for (const n of [5, 6, 7]) net.ip('addr', 'add', `fd00::${n}/128`, 'dev', 'lo', 'nodad');
  });
  afterEach(() => {
    for (const engine of open.splice(0)) engine.stop();
  });
  afterAll(() => net.remove());

  function engineOf(family: Family, options: PingerOptions = {}): IcmpEngine {
    const engine = net.inside(() => IcmpEngine.open(libc, family, options));
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
      expect(await said('127.0.0.1')).toEqual({ ok: true, rttMs: expect.any(Number), lossPercent: 0 });
      expect(await said('::1', v6)).toEqual({ ok: true, rttMs: expect.any(Number), lossPercent: 0 });
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
});
