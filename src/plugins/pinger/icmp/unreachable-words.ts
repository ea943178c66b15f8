import type { Family } from '../engine.ts';

/** ICMP errors in words, by type and code (RFC 792, 1122, 1812; RFC 4443). */
const WORDS: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  4: {
    '3/0': 'the network is unreachable',
    '3/1': 'the host is unreachable',
    '3/2': 'the host does not speak ICMP',
    '3/3': 'the port is unreachable',
    '3/4': 'the packet is too large for the way',
    '3/5': 'the source route failed',
    '3/6': 'the network is unknown',
    '3/7': 'the host is unknown',
    '3/8': 'the source host is isolated',
    '3/9': 'the network is administratively prohibited',
    '3/10': 'the host is administratively prohibited',
    '3/11': 'the network is unreachable for this type of service',
    '3/12': 'the host is unreachable for this type of service',
    '3/13': 'communication is administratively prohibited',
    '3/14': 'host precedence violation',
    '3/15': 'precedence cut-off',
    '11/0': 'the time to live was exceeded on the way (a routing loop?)',
    '11/1': 'the packet was not reassembled in time',
    '12/0': 'a router did not understand the packet',
  },
  6: {
    '1/0': 'there is no route to the host',
    '1/1': 'communication is administratively prohibited',
    '1/2': 'the host is beyond the scope of the source address',
    '1/3': 'the host is unreachable',
    '1/4': 'the port is unreachable',
    '1/5': 'the source address failed a policy',
    '1/6': 'the route to the host rejects packets',
    '2/0': 'the packet is too large for the way',
    '3/0': 'the hop limit was exceeded on the way (a routing loop?)',
    '3/1': 'the packet was not reassembled in time',
    '4/0': 'a router did not understand the packet',
  },
};

/** The ICMP error `type * 256 + code` in words, with its numbers. */
export function unreachableWords(family: Family, error: number): string {
  const type = error >> 8;
  const code = error & 0xff;
  const words = WORDS[family][`${type}/${code}`] ?? 'unreachable';
  return `${words} (ICMP type ${type}, code ${code})`;
}

/** True where a router says that a packet was too large: that is our doing and not the device's. */
export function isTooLarge(family: Family, error: number): boolean {
  return error === (family === 4 ? 3 * 256 + 4 : 2 * 256);
}
