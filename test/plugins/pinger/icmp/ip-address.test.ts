import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AddressBook,
  type IpAddress,
  parseIpAddress,
} from '../../../../src/plugins/pinger/icmp/ip-address.ts';

const noScope = () => 0;
const bytesOf = ({ w0, w1, w2, w3 }: IpAddress) => [...new Uint8Array(Uint32Array.of(w0, w1, w2, w3).buffer)];

test.each([
  ['10.0.0.255', [10, 0, 0, 255]],
  ['::', []],
  ['::1', [...new Array(15).fill(0), 1]],
  ['fe80::', [0xfe, 0x80]],
  ['2001:db8::a:b', [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 11]],
  ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ['::ffff:1.2.3.4', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4]],
])('%s lies in memory as the network has it', (text, bytes) => {
  const parsed = parseIpAddress(text, noScope) as IpAddress;
  expect(bytesOf(parsed)).toEqual([...bytes, ...new Array(16 - bytes.length).fill(0)]);
});

test('every IPv6 address has the bytes that its canonical spelling has', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      fc.pre(isIPv6(text));
      const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
      const [one, other] = [text, canonical].map(
        (spelling) => parseIpAddress(spelling, noScope) as IpAddress,
      );
      expect(bytesOf(one as IpAddress)).toEqual(bytesOf(other as IpAddress));
    }),
  );
});

test('what is no address gives none, and nothing throws', () => {
  for (const text of ['', 'a', '1.2.3', '1.2.3.4.5', '::g', '-f', '1.2.3.4%eth0', '::1%']) {
    expect(parseIpAddress(text, noScope)).toBeUndefined();
  }
  fc.assert(fc.property(fc.string(), (text) => void parseIpAddress(text, noScope)));
});

test('a link-local address has the number of its interface, and is looked up each time', () => {
  let number = 3;
  const book = new AddressBook((zone) => (zone === 'eth0' ? number : 0));
  expect(book.get('fe80::1%eth0')).toMatchObject({ scope: 3 });
  number = 7;
  expect(book.get('fe80::1%eth0')).toMatchObject({ scope: 7 });
  expect(book.get('fe80::1%12')).toMatchObject({ scope: 12 });
  expect(book.get('fe80::1%gone')).toBeUndefined();
});

test('an address is parsed once, and the oldest is forgotten when there are too many', () => {
  const book = new AddressBook(noScope, 2);
  const first = book.get('10.0.0.1');
  expect(book.get('10.0.0.1')).toBe(first);
  book.get('10.0.0.2');
  book.get('10.0.0.3');
  expect(book.get('10.0.0.1')).not.toBe(first);
});
