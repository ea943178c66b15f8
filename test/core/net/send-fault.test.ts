import { expect, test } from 'vitest';
import { sendFault } from '../../../src/core/net/send-fault.ts';

test('an address that can be sent to has no fault, whether anybody listens there or not', async () => {
  expect(await sendFault('127.0.0.1', 4)).toBeUndefined();
  expect(await sendFault('::1', 6)).toBeUndefined();
});

test('what the kernel refuses to send is told in words', async () => {
  // Nothing leaves: a broadcast needs a socket option that is not set.
  expect(await sendFault('255.255.255.255', 4)).toBe('not permitted on this machine (EACCES)');
  expect(await sendFault('::1', 4)).toEqual(expect.any(String));
});
