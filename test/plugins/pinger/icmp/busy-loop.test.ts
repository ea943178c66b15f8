import { expect, test } from 'vitest';
import { IcmpEngine } from '../../../../src/plugins/pinger/icmp/icmp-engine.ts';
import { loadLibc } from '../../../../src/plugins/pinger/icmp/libc.ts';
import { describeWith, pingOf } from '../fixtures.ts';
import { Namespace } from './namespace.ts';

const SILENT = '127.0.0.5';
/** Longer than what counts as a stall. */
const TURN_MS = 70;
const MOST_TURNS = 60;

describeWith(
  ['ip', 'nft'],
  'the icmp engine on a machine so busy that every turn of the loop is late',
  () => {
    test('still answers, and silence is silence', async () => {
      const libc = await loadLibc();
      if ('fault' in libc) throw new Error(libc.fault);
      const net = new Namespace('busy');
      net.allowPing(true);
      net.nft(`
      table inet t {
        chain i { type filter hook input priority 0;
          ip daddr ${SILENT} icmp type echo-request drop
        }
      }`);
      const engine = net.inside(() => IcmpEngine.open(libc, 4));
      if ('fault' in engine) throw new Error(engine.fault);
      try {
        let turns = 0;
        let answers = 0;
        const asked = [SILENT, '127.0.0.1'].map(async (address) => {
          const { ok } = await engine.ping(pingOf(address, { timeoutMs: 500 }));
          answers++;
          return ok;
        });
        while (answers < asked.length && turns < MOST_TURNS) {
          for (const until = performance.now() + TURN_MS; performance.now() < until; );
          turns++;
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(turns).toBeLessThan(MOST_TURNS);
        const [silent, alive] = await Promise.all(asked);
        expect(alive).toBe(true);
        expect(silent).not.toBe(true);
      } finally {
        engine.stop();
        net.remove();
      }
    });
  },
);
