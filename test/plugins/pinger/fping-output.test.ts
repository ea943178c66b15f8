import { expect, test } from 'vitest';
import { readFpingLine } from '../../../src/plugins/pinger/fping-output.ts';

test.each([
  [
    '127.0.0.1 : [0], 64 bytes, 0.028 ms (0.097 avg, 0% loss)',
    { type: 'reply', address: '127.0.0.1', sequence: 0, rttMs: 0.028 },
  ],
  [
    'fd00:9::7 : [12], 84 bytes, 1.04 ms (1.04 avg, 0% loss)',
    { type: 'reply', address: 'fd00:9::7', sequence: 12, rttMs: 1.04 },
  ],
  ['10.9.0.7  : [1], timed out (NaN avg, 100% loss)', { type: 'lost', address: '10.9.0.7', sequence: 1 }],
  [
    'ICMP Host Unreachable from 10.9.0.1 for ICMP Echo sent to 10.9.0.7',
    { type: 'unreachable', address: '10.9.0.7', message: 'Host Unreachable (says 10.9.0.1)' },
  ],
  ['10.9.0.7  : xmt/rcv/%loss = 2/0/100%', undefined],
  ['127.0.0.1 : duplicate for [0], 64 bytes, 0.03 ms', undefined],
  ['127.0.0.1 : [0], 64 bytes, 0.0.3 ms', undefined],
  ['', undefined],
  [
    'ICMP Unreachable (Communication Administratively Prohibited) from 10.9.0.1 for ICMP Echo sent to 10.9.0.7',
    {
      type: 'unreachable',
      address: '10.9.0.7',
      message: 'Unreachable (Communication Administratively Prohibited) (says 10.9.0.1)',
    },
  ],
  [
    'ICMP Unreachable (Fragmentation Needed) from 10.9.0.1 for ICMP Echo sent to 10.9.0.7',
    {
      type: 'unreachable',
      address: '10.9.0.7',
      message: 'Unreachable (Fragmentation Needed) (says 10.9.0.1)',
    },
  ],
  [
    'ICMP Time Exceeded from 10.9.0.1 for ICMP Echo sent to 10.9.0.7',
    { type: 'unreachable', address: '10.9.0.7', message: 'Time Exceeded (says 10.9.0.1)' },
  ],
  [
    'garb: Name or service not known',
    { type: 'refused', address: 'garb', message: 'Name or service not known' },
  ],
  [
    '::1: Address family for hostname not supported',
    { type: 'refused', address: '::1', message: 'Address family for hostname not supported' },
  ],
  [
    "fping: can't create socket (must run as root?)",
    { type: 'complaint', message: "fping: can't create socket (must run as root?)" },
  ],
  [
    'fping error: not enough sequence numbers available! (expire_timeout=10, host_nr=1, ping_count=0)',
    expect.objectContaining({ type: 'complaint' }),
  ],
])('%j', (line, expected) => {
  expect(readFpingLine(line)).toEqual(expected);
});

test.each([
  'ICMP Redirect from 10.9.0.1 for ICMP Echo sent to 10.9.0.7',
  'ICMP Source Quench from 10.9.0.1 for ICMP Echo sent to 10.9.0.7',
])('%s is no failure', (line) => {
  expect(readFpingLine(line)).not.toMatchObject({ type: 'unreachable' });
});
