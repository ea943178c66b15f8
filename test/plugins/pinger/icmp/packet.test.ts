import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ECHO,
  FILL,
  foldChecksum,
  isEcho,
  isEchoHeader,
  skipIpHeader,
  sumOfFill,
  sumWords,
} from '../../../../src/plugins/pinger/icmp/packet.ts';

function checksumOf(bytes: readonly number[]): number {
  const padded = new Uint8Array(bytes.length + (bytes.length % 2));
  padded.set(bytes);
  const words = new Uint16Array(padded.buffer);
  return foldChecksum(sumWords(words, 0, words.length));
}

test('the checksum is that of RFC 1071', () => {
  // The example of section 3, whose sum is ddf2, as little-endian words.
  expect(checksumOf([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])).toBe(~0xf2dd & 0xffff);
});

test('a packet with its checksum filled in sums up to zero, whatever is in it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 2_000 }), (payload) => {
      const bytes = [...payload, ...(payload.length % 2 ? [0] : [])];
      bytes[2] = 0;
      bytes[3] = 0;
      const checksum = checksumOf(bytes);
      bytes[2] = checksum & 0xff;
      bytes[3] = checksum >> 8;
      expect(checksumOf(bytes)).toBe(0);
    }),
  );
});

test('the sum of the fill is that of its bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 65_000 }), (sizeBytes) => {
      const length = sizeBytes + ECHO.headerSize - ECHO.minimum;
      expect(foldChecksum(sumOfFill(sizeBytes))).toBe(checksumOf(new Array(length).fill(FILL)));
    }),
  );
});

test('an IP header is skipped with its options, and garbage is none', () => {
  const packet = new Uint8Array(80);
  packet[0] = 0x45;
  expect(skipIpHeader(packet, 0, 80)).toBe(20);
  packet[0] = 0x4f;
  expect(skipIpHeader(packet, 0, 80)).toBe(60);
  expect(skipIpHeader(packet, 0, 59)).toBe(-1);
  packet[0] = 0x44;
  expect(skipIpHeader(packet, 0, 80)).toBe(-1);
  packet[0] = 0x65;
  expect(skipIpHeader(packet, 0, 80)).toBe(-1);
});

test('no bytes crash the parser or take it beyond their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), fc.nat(128), (bytes, length) => {
      const at = skipIpHeader(bytes, 0, Math.min(length, bytes.length));
      expect(at).toBeLessThanOrEqual(bytes.length);
      if (at < 0) return;
      const rest = Math.min(length, bytes.length) - at;
      for (const is of [isEcho, isEchoHeader]) {
        if (is(bytes, at, rest, 0, 1)) expect(rest).toBeGreaterThanOrEqual(ECHO.headerSize);
      }
    }),
  );
});
