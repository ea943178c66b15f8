import { describe, expect, test } from 'vitest';
import { readPingOutput } from '../../../src/plugins/pinger/ping-output.ts';

const read = (output: string, packets = 1) => readPingOutput('10.9.0.7', output, packets, 'linux');

const HEAD = 'PING 10.9.0.7 (10.9.0.7) 56(84) bytes of data.\n';

describe('what ping printed', () => {
  test('replies of iputils give the mean RTT, loss and jitter', () => {
    const output = `${HEAD}64 bytes from 10.9.0.7: icmp_seq=1 ttl=64 time=1.00 ms
64 bytes from 10.9.0.7: icmp_seq=2 ttl=64 time=3.00 ms

--- 10.9.0.7 ping statistics ---
4 packets transmitted, 2 received, 50% packet loss, time 203ms
rtt min/avg/max/mdev = 1.000/2.000/3.000/1.000 ms
`;
    expect(read(output, 4)).toEqual({ ok: true, rttMs: 2, lossPercent: 50, jitterMs: 2 });
  });

  test('replies of busybox are read as well', () => {
    const output = `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: seq=0 ttl=64 time=0.037 ms

--- 127.0.0.1 ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = 0.037/0.037/0.037 ms
`;
    expect(read(output)).toEqual({ ok: true, rttMs: 0.037, lossPercent: 0 });
  });

  test('a second answer to one packet is no answer to the next', () => {
    const output = `${HEAD}64 bytes from 10.9.0.7: icmp_seq=1 ttl=64 time=1.00 ms
64 bytes from 10.9.0.7: icmp_seq=1 ttl=64 time=9.00 ms (DUP!)

--- 10.9.0.7 ping statistics ---
2 packets transmitted, 1 received, +1 duplicates, 50% packet loss, time 203ms
`;
    expect(read(output, 2)).toEqual({ ok: true, rttMs: 1, lossPercent: 50 });
  });

  test('a warning about the clock does not hide the reply', () => {
    const output = `${HEAD}Warning: time of day goes back (-3us), taking countermeasures
64 bytes from 10.9.0.7: icmp_seq=1 ttl=64 time=1.00 ms
`;
    expect(read(output)).toEqual({ ok: true, rttMs: 1, lossPercent: 0 });
  });

  test.each([
    [
      `${HEAD}\n--- 10.9.0.7 ping statistics ---\n1 packets transmitted, 0 received, 100% packet loss, time 0ms\n`,
    ],
    [
      'PING 10.9.0.7 (10.9.0.7): 56 data bytes\n\n--- 10.9.0.7 ping statistics ---\n1 packets transmitted, 0 packets received, 100% packet loss\n',
    ],
  ])('an account without replies is a timeout', (output) => {
    expect(read(output)).toMatchObject({ ok: false, reason: 'timeout' });
  });

  test.each([
    [
      `${HEAD}From 10.9.0.1 icmp_seq=1 Destination Host Unreachable\n1 packets transmitted, 0 received, +1 errors\n`,
    ],
    [
      `${HEAD}From 10.9.0.2 icmp_seq=1 Destination Net Unreachable\n1 packets transmitted, 0 received, +1 errors\n`,
    ],
    [
      'PING fd00:9::7(fd00:9::7) 56 data bytes\nFrom fd00:9::1 icmp_seq=1 Destination unreachable: Address unreachable\n',
    ],
    [`${HEAD}From 10.9.0.1 icmp_seq=1 Time to live exceeded\n1 packets transmitted, 0 received, +1 errors\n`],
    [
      `${HEAD}From 10.9.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)\n1 packets transmitted, 0 received\n`,
    ],
    ['PING 10.9.0.7 (10.9.0.7): 56 data bytes\n92 bytes from 10.9.0.1: Destination Host Unreachable\n'],
  ])('an unreachable host is told from a silent one', (output) => {
    expect(read(output)).toMatchObject({ ok: false, reason: 'unreachable' });
  });

  test.each([
    ['ping: connect: Network is unreachable\n'],
    ['PING 10.9.0.7 (10.9.0.7): 56 data bytes\nping: sendto: Network is unreachable\n'],
    [
      `${HEAD}ping: sendmsg: Operation not permitted\n\n--- 10.9.0.7 ping statistics ---\n1 packets transmitted, 0 received, 100% packet loss, time 0ms\n`,
    ],
    ['ping: socket: Operation not permitted\n'],
    ['ping: connect: No route to host\n'],
    ['PING 10.9.0.7 (10.9.0.7): 56 data bytes\nping: sendto: No route to host\n'],
    ['PING 10.9.0.7 (10.9.0.7): 56 data bytes\nping: sending packet: Network is unreachable\n'],
    ['PING 10.9.0.7 (10.9.0.7): 56 data bytes\n/usr/bin/ping: sending packet: No route to host\n'],
    [
      `${HEAD}ping: sendmsg: No buffer space available\n\n1 packets transmitted, 0 received, 100% packet loss\n`,
    ],
    [
      `${HEAD}ping: local error: message too long, mtu=1280\n\n1 packets transmitted, 0 received, +1 errors\n`,
    ],
    ['ping: connect: Invalid argument\n'],
    ['ping: permission denied (are you root?)\n'],
    ['ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules\n'],
    ["ping: invalid option -- 'W'\nUsage: ping [OPTIONS] HOST\n"],
    ['garbage\n'],
    ['a\nb\nc\n'],
    ['0 packets transmitted, 0 received\n'],
    [''],
    [HEAD],
  ])('trouble of our own and garbage (%j) say nothing about the device', (output) => {
    expect(read(output)).toMatchObject({ ok: 'unknown', reason: 'local-error' });
  });

  test('a name that does not exist is a dns failure', () => {
    expect(read("ping: bad address 'nosuch.invalid'\n")).toMatchObject({ ok: false, reason: 'dns' });
  });
});
