import type { Family } from '../engine.ts';
import { AF, IOVEC, MMSGHDR, SOCKADDR } from './layout.ts';
import type { Libc } from './libc.ts';
import { FILL } from './packet.ts';

/** Packets of one system call. */
export const BATCH = 64;

/** Private memory of each packet that is sent: the default payload of 56 bytes needs no second piece. */
export const SEND_STRIDE = 64;
/** Enough of a reply: the largest IP header, and an echo with mark and nonce. */
export const RECEIVE_STRIDE = 128;
/** Room for either socket address. */
export const NAME_STRIDE = 32;
/** A timestamp and an extended error with the address of who sent it. */
export const CONTROL_STRIDE = 128;
const MAX_PAYLOAD = 65_535;

/** Memory for BATCH packets to send, with all pointers set. Offsets are in bytes. */
export function newSendMemory(libc: Libc, family: Family) {
  const vectors = BATCH * MMSGHDR.size;
  const names = vectors + BATCH * 2 * IOVEC.size;
  const packets = names + BATCH * NAME_STRIDE;
  const fill = packets + BATCH * SEND_STRIDE;
  const memory = new ArrayBuffer(fill + MAX_PAYLOAD + 1);
  const view = new DataView(memory);
  const address = libc.addressOf(memory);
  const pointer = (at: number, to: number) => view.setBigUint64(at, BigInt(address + to), true);
  const u8 = new Uint8Array(memory);
  u8.fill(FILL, fill);
  for (let i = 0; i < BATCH; i++) {
    const header = i * MMSGHDR.size;
    const name = names + i * NAME_STRIDE;
    const vector = vectors + i * 2 * IOVEC.size;
    view.setUint16(name, AF[family], true);
    pointer(header + MMSGHDR.name, name);
    view.setUint32(header + MMSGHDR.nameLength, SOCKADDR[family].size, true);
    pointer(header + MMSGHDR.iov, vector);
    pointer(vector + IOVEC.base, packets + i * SEND_STRIDE);
    pointer(vector + IOVEC.size + IOVEC.base, fill);
  }
  return {
    address,
    u8,
    u16: new Uint16Array(memory),
    u32: new Uint32Array(memory),
    vectors,
    names,
    packets,
  };
}

/** Memory for BATCH packets or errors to receive. */
export function newReceiveMemory(libc: Libc) {
  const vectors = BATCH * MMSGHDR.size;
  const names = vectors + BATCH * IOVEC.size;
  const packets = names + BATCH * NAME_STRIDE;
  const controls = packets + BATCH * RECEIVE_STRIDE;
  const memory = new ArrayBuffer(controls + BATCH * CONTROL_STRIDE);
  const view = new DataView(memory);
  const address = libc.addressOf(memory);
  const pointer = (at: number, to: number) => view.setBigUint64(at, BigInt(address + to), true);
  for (let i = 0; i < BATCH; i++) {
    const header = i * MMSGHDR.size;
    const vector = vectors + i * IOVEC.size;
    pointer(header + MMSGHDR.name, names + i * NAME_STRIDE);
    view.setUint32(header + MMSGHDR.nameLength, NAME_STRIDE, true);
    pointer(header + MMSGHDR.iov, vector);
    view.setUint32(header + MMSGHDR.iovCount, 1, true);
    pointer(header + MMSGHDR.control, controls + i * CONTROL_STRIDE);
    view.setUint32(header + MMSGHDR.controlLength, CONTROL_STRIDE, true);
    pointer(vector + IOVEC.base, packets + i * RECEIVE_STRIDE);
    view.setUint32(vector + IOVEC.length, RECEIVE_STRIDE, true);
  }
  return {
    address,
    view,
    u8: new Uint8Array(memory),
    u32: new Uint32Array(memory),
    names,
    packets,
    controls,
  };
}

export type SendMemory = ReturnType<typeof newSendMemory>;
export type ReceiveMemory = ReturnType<typeof newReceiveMemory>;
