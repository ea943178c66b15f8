import type { Family } from '../engine.ts';
import {
  CMSGHDR,
  EXTENDED_ERROR,
  ORIGIN_ICMP,
  ORIGIN_ICMP6,
  RECVERR,
  SO_TIMESTAMPNS,
  SOL_SOCKET,
} from './layout.ts';

/**
 * Where the data of a control message begins in a native buffer, or -1. `needed` bytes of it are certain to lie within
 * the `length` bytes from `at`. Garbage ends the search.
 */
export function findControlMessage(
  view: DataView,
  at: number,
  length: number,
  level: number,
  type: number,
  needed: number,
): number {
  const end = Math.min(at + length, view.byteLength);
  let header = at;
  while (header >= 0 && header + CMSGHDR.size <= end) {
    const size = view.getUint32(header + CMSGHDR.length, true);
    if (size < CMSGHDR.size || header + size > end) return -1;
    if (
      view.getInt32(header + CMSGHDR.level, true) === level &&
      view.getInt32(header + CMSGHDR.type, true) === type
    ) {
      return size >= CMSGHDR.size + needed ? header + CMSGHDR.size : -1;
    }
    header += (size + 7) & ~7;
  }
  return -1;
}

/** When the kernel received a packet: milliseconds of its wall clock since `baseSeconds`, or NaN where it does not say. */
export function readTimestampMs(view: DataView, at: number, length: number, baseSeconds: number): number {
  const data = findControlMessage(view, at, length, SOL_SOCKET, SO_TIMESTAMPNS, 16);
  if (data < 0) return Number.NaN;
  // The low half of the seconds is enough until 2106.
  return (view.getUint32(data, true) - baseSeconds) * 1_000 + view.getUint32(data + 8, true) / 1e6;
}

/** Type and code of the ICMP error in a message from the error queue, `type * 256 + code`; -1 for other errors. */
export function readIcmpError(view: DataView, at: number, length: number, family: Family): number {
  const { level, option } = RECVERR[family];
  const data = findControlMessage(view, at, length, level, option, EXTENDED_ERROR.size);
  if (data < 0) return -1;
  if (view.getUint8(data + EXTENDED_ERROR.origin) !== (family === 4 ? ORIGIN_ICMP : ORIGIN_ICMP6)) return -1;
  return view.getUint8(data + EXTENDED_ERROR.type) * 256 + view.getUint8(data + EXTENDED_ERROR.code);
}
