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
  ["fping: can't create socket (must run as root?)", undefined],
])('%s', (line, expected) => {
  expect(readFpingLine(line)).toEqual(expected);
});
