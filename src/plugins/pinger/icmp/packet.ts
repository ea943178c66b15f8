import type { Family } from '../engine.ts';

/** ICMP types of an echo, by family. */
export const ECHO_REQUEST: Readonly<Record<Family, number>> = { 4: 8, 6: 128 };
export const ECHO_REPLY: Readonly<Record<Family, number>> = { 4: 0, 6: 129 };

/**
 * The first bytes of an echo, which is all that we look at:
 *   0 type, 1 code, 2 checksum, 4 identifier, 6 sequence, 8 mark of this socket, 12 nonce of this packet.
 */
export const ECHO = {
  checksum: 2,
  identifier: 4,
  sequence: 6,
  mark: 8,
  nonce: 12,
  /** Bytes before the payload. */
  headerSize: 8,
  /** With mark and nonce. */
  minimum: 16,
} as const;

/** What the payload is filled with after mark and nonce. */
export const FILL = 0x6e;

/** The sum of 16-bit words as they lie in memory, not yet folded; RFC 1071 lets byte order and order be what they are. */
export function sumWords(words: Uint16Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += words[i] as number;
  return sum;
}

/** The Internet checksum of a sum of words, as a word that lies in memory like those. */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/** The sum of the fill bytes after the 16 bytes that differ. */
export function sumOfFill(sizeBytes: number): number {
  const length = sizeBytes + ECHO.headerSize - ECHO.minimum;
  const whole = (length >> 1) * (FILL | (FILL << 8));
  return length % 2 === 0 ? whole : whole + FILL;
}

/** Where the ICMP message begins in what a raw IPv4 socket got, or -1 where this is none. */
export function skipIpHeader(bytes: Uint8Array, at: number, length: number): number {
  if (length < 20) return -1;
  const first = bytes[at] as number;
  const header = (first & 0x0f) * 4;
  if (first >> 4 !== 4 || header < 20 || header > length) return -1;
  return at + header;
}

/** Whether an echo of this type and identifier, with mark and nonce, lies here. */
export function isEcho(
  bytes: Uint8Array,
  at: number,
  length: number,
  type: number,
  identifier: number,
): boolean {
  return length >= ECHO.minimum && isEchoHeader(bytes, at, length, type, identifier);
}

/** The same for a quotation in an ICMP error, of which only the first 8 bytes are certain to be there. */
export function isEchoHeader(
  bytes: Uint8Array,
  at: number,
  length: number,
  type: number,
  identifier: number,
): boolean {
  if (length < ECHO.headerSize) return false;
  return bytes[at] === type && bytes[at + 1] === 0 && readUint16(bytes, at + ECHO.identifier) === identifier;
}

/** A 16-bit number in network order. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** A 32-bit number in network order. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at) * 0x10000 + readUint16(bytes, at + 2);
}
