import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IcmpPinger } from '../../../../src/plugins/pinger/icmp/icmp-pinger.ts';
import { IcmpSocket } from '../../../../src/plugins/pinger/icmp/icmp-socket.ts';
import { type IpAddress, parseIpAddress } from '../../../../src/plugins/pinger/icmp/ip-address.ts';
import { OUTCOME, type Outcome } from '../../../../src/plugins/pinger/icmp/outcome.ts';
import { type MadeUpMessage, madeUpKernel } from './made-up-kernel.ts';

const IDENTIFIER = 0x1234;
/** Bytes that look like a reply to us up to the mark, with a few of them changed: what passes the first looks. */
const almostReply = fc
  .tuple(fc.constantFrom(0, 129, 8, 128), fc.uint8Array({ minLength: 12, maxLength: 90 }))
  .map(([type, rest]) => Uint8Array.of(type, 0, 0, 0, IDENTIFIER >> 8, IDENTIFIER & 0xff, ...rest));
const message: fc.Arbitrary<MadeUpMessage> = fc.record({
  packet: fc.oneof(fc.uint8Array({ maxLength: 128 }), almostReply),
  name: fc.uint8Array({ maxLength: 32 }),
  control: fc.uint8Array({ maxLength: 128 }),
  length: fc.oneof(fc.nat(128), fc.constantFrom(0, 7, 8, 15, 16, 0xffff_ffff)),
  controlLength: fc.oneof(fc.nat(128), fc.constantFrom(0, 15, 16, 0xffff_ffff)),
});
const batches = fc.array(fc.array(message, { minLength: 1, maxLength: 64 }), { maxLength: 3 });
const address = { 4: parseIpAddress('127.0.0.1', () => 0), 6: parseIpAddress('::1', () => 0) };

for (const family of [4, 6] as const) {
  for (const isRaw of [true, false]) {
    test(`IPv${family}, ${isRaw ? 'raw' : 'datagram'}: whatever the kernel hands over, nothing throws and no ping is answered by it`, async () => {
      await fc.assert(
        fc.asyncProperty(batches, batches, async (packets, errors) => {
          const libc = madeUpKernel((isErrorQueue) => (isErrorQueue ? errors : packets).pop() ?? []);
          const socket = new IcmpSocket(libc, family, { fd: 3, isRaw, identifier: IDENTIFIER });
          const pinger = new IcmpPinger(libc, socket);
          const outcomes: Outcome[] = [];
          await new Promise<void>((resolve) => {
            const sink = {
              settled: (_token: number, outcome: Outcome) => {
                outcomes.push(outcome);
                resolve();
              },
            };
            const nowMs = performance.now();
            pinger.ping(address[family] as IpAddress, 56, nowMs, nowMs + 3, sink, 0);
          });
          pinger.stop();
          expect(outcomes).toHaveLength(1);
          // `late` where this machine was busy with something else.
          expect([OUTCOME.silent, OUTCOME.late]).toContain(outcomes[0]);
        }),
        { numRuns: 50 },
      );
    });
  }
}
