import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FpingEngine } from '../../../src/plugins/pinger/fping-engine.ts';
import { PingEngine } from '../../../src/plugins/pinger/ping-engine.ts';
import { describeWith, pingOf, putOnPath } from './fixtures.ts';

const namespace = `nhping-${process.pid}`;
const SILENT = '127.0.0.5';
const REJECTING = '127.0.0.6';
const FORBIDDEN = '127.0.0.7';
const NO_ROUTE = '10.50.0.1';

describeWith(['fping', 'ping', 'ip', 'nft'], 'in a network that can be silent', () => {
  beforeAll(() => {
    const ip = (...args: string[]) => execFileSync('ip', args);
    ip('netns', 'add', namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    execFileSync('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], {
      input: `table inet t {
        chain i { type filter hook input priority 0;
          ip daddr ${SILENT} drop
          ip daddr ${REJECTING} reject with icmp type host-unreachable
        }
        chain o { type filter hook output priority 0; ip daddr ${FORBIDDEN} drop; }
      }`,
    });
  });
  afterAll(() => void execFileSync('ip', ['netns', 'del', namespace]));

  for (const name of ['fping', 'ping'] as const) {
    test(`${name} tells silence, unreachable and our own faults apart, and silence delays nobody`, async () => {
      const real = execFileSync('which', [name], { encoding: 'utf8' }).trim();
      putOnPath({ [name]: `exec ip netns exec ${namespace} ${real} "$@"` });
      const engine =
        name === 'fping' ? new FpingEngine({ intervalMs: 0.1 }) : new PingEngine({ 4: 'ping', 6: 'ping' });
      const order: string[] = [];
      const ping = async (address: string) => {
        const result = await engine.ping(pingOf(address, { timeoutMs: 1_500 }));
        order.push(address);
        return result;
      };
      const [silent, up, rejecting, forbidden, noRoute] = await Promise.all(
        [SILENT, '127.0.0.1', REJECTING, FORBIDDEN, NO_ROUTE].map(ping),
      );
      expect(up).toMatchObject({ ok: true });
      expect(silent).toMatchObject({ ok: false, reason: 'timeout' });
      expect(rejecting).toMatchObject({ ok: false, reason: 'unreachable' });
      // iputils says nothing of a send that the local firewall dropped.
      if (name === 'fping') expect(forbidden).toMatchObject({ ok: 'unknown', reason: 'local-error' });
      expect(noRoute).toMatchObject({ ok: 'unknown', reason: 'local-error' });
      expect(order.indexOf('127.0.0.1')).toBeLessThan(order.indexOf(SILENT));
      engine.stop();
    });
  }
});
