import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  findControlMessage,
  readIcmpError,
  readTimestampMs,
} from '../../../../src/plugins/pinger/icmp/control-messages.ts';

/** Control messages one after the other, as the kernel lays them out. */
function laidOut(...messages: readonly { level: number; type: number; data: Uint8Array }[]): DataView {
  const view = new DataView(new ArrayBuffer(512));
  let at = 0;
  for (const { level, type, data } of messages) {
    view.setBigUint64(at, BigInt(16 + data.length), true);
    view.setInt32(at + 8, level, true);
    view.setInt32(at + 12, type, true);
    new Uint8Array(view.buffer).set(data, at + 16);
    at += (16 + data.length + 7) & ~7;
  }
  return new DataView(view.buffer, 0, at);
}

function timespec(seconds: bigint, nanoseconds: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(seconds, nanoseconds).buffer);
}

const timestamp = { level: 1, type: 35, data: timespec(1_800_000_001n, 250_000_000n) };
const dropCount = { level: 1, type: 40, data: Uint8Array.of(1, 2, 3, 4) };
const error = {
  level: 0,
  type: 11,
  data: Uint8Array.of(113, 0, 0, 0, 2, 3, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 10, 0, 0, 1),
};

test('the timestamp is found wherever it stands', () => {
  for (const messages of [[timestamp], [dropCount, timestamp], [error, dropCount, timestamp]]) {
    const view = laidOut(...messages);
    expect(readTimestampMs(view, 0, view.byteLength, 1_800_000_000)).toBe(1_250);
  }
});

test('without a timestamp there is none, whatever else is said', () => {
  const view = laidOut(dropCount);
  expect(readTimestampMs(view, 0, view.byteLength, 0)).toBeNaN();
  expect(readTimestampMs(view, 0, 0, 0)).toBeNaN();
});

test('an ICMP error gives type and code, an error of our own machine gives none', () => {
  const view = laidOut(timestamp, error);
  expect(readIcmpError(view, 0, view.byteLength, 4)).toBe(3 * 256 + 13);
  expect(readIcmpError(view, 0, view.byteLength, 6)).toBe(-1);
  const local = laidOut({ ...error, data: error.data.with(4, 1) });
  expect(readIcmpError(local, 0, local.byteLength, 4)).toBe(-1);
});

test('a message that is cut off counts as none', () => {
  const view = laidOut(timestamp);
  for (let length = 0; length < 32; length++) {
    expect(readTimestampMs(view, 0, length, 0)).toBeNaN();
  }
});

test('no bytes crash the parser, keep it busy for ever, or take it beyond their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), fc.nat(200), fc.nat(16), (bytes, length, at) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const found = findControlMessage(view, at, length, 1, 35, 16);
      if (found >= 0) expect(found + 16).toBeLessThanOrEqual(bytes.length);
      readTimestampMs(view, at, length, 0);
      readIcmpError(view, at, length, 4);
      readIcmpError(view, at, length, 6);
    }),
  );
});
