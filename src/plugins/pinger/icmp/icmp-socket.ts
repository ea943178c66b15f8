import { randomFillSync } from 'node:crypto';
import type { Family } from '../engine.ts';
import {
  BATCH,
  CONTROL_STRIDE,
  NAME_STRIDE,
  newReceiveMemory,
  newSendMemory,
  RECEIVE_STRIDE,
  type ReceiveMemory,
  SEND_STRIDE,
  type SendMemory,
} from './batch-memory.ts';
import { readIcmpError, readTimestampMs } from './control-messages.ts';
import type { IpAddress } from './ip-address.ts';
import {
  IOVEC,
  MEMINFO,
  MMSGHDR,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  SO_ERROR,
  SO_MEMINFO,
  SOL_SOCKET,
} from './layout.ts';
import type { Libc } from './libc.ts';
import type { OpenSocket } from './open-socket.ts';
import {
  ECHO,
  ECHO_REPLY,
  ECHO_REQUEST,
  FILL,
  foldChecksum,
  isEcho,
  isEchoHeader,
  readUint16,
  skipIpHeader,
  sumOfFill,
  sumWords,
} from './packet.ts';

/** Replies or errors of one `receive`, in columns; the first `count` rows are valid. */
export type Received = {
  count: number;
  readonly sequence: Uint16Array;
  /** In errors 0 where the quotation was too short to have it; `hasNonce` says so. */
  readonly nonce: Uint32Array;
  readonly hasNonce: Uint8Array;
  /** Whose reply, or whom the packet in error was for. */
  readonly w0: Uint32Array;
  readonly w1: Uint32Array;
  readonly w2: Uint32Array;
  readonly w3: Uint32Array;
  /** Replies: the kernel's wall clock in milliseconds since `baseSeconds`, or NaN. */
  readonly stampMs: Float64Array;
  /** Errors: type * 256 + code. */
  readonly error: Uint16Array;
};

/**
 * An ICMP socket with `sendmmsg` and `recvmmsg` over memory that is made once. It knows bytes and nothing of probes:
 * `stage` packets, `transmit` them, `receive` what came. Allocates nothing per packet.
 */
export class IcmpSocket {
  readonly family: Family;
  readonly isRaw: boolean;
  /** The second that timestamps are counted from, so that they keep their nanoseconds as numbers. */
  readonly baseSeconds = Math.floor(Date.now() / 1_000);
  readonly received: Received = newReceived();
  /** errno of the last call that failed. */
  errno = 0;

  readonly #libc: Libc;
  readonly #fd: number;
  readonly #identifier: number;
  readonly #mark: number;
  readonly #send: SendMemory;
  readonly #receive: ReceiveMemory;
  readonly #fillSums = new Map<number, number>();
  readonly #option = new Uint32Array(MEMINFO.count + 1);
  readonly #optionAddress: number;
  #isOpen = true;

  constructor(libc: Libc, family: Family, { fd, isRaw, identifier }: OpenSocket) {
    this.family = family;
    this.isRaw = isRaw;
    this.#libc = libc;
    this.#fd = fd;
    this.#identifier = identifier;
    this.#mark = randomFillSync(new Uint32Array(1))[0] as number;
    this.#send = newSendMemory(libc, family);
    this.#receive = newReceiveMemory(libc);
    this.#optionAddress = libc.addressOf(this.#option.buffer);
    for (let i = 0; i < BATCH; i++) this.#prepare(i);
  }

  /** What never changes in the packets to send. */
  #prepare(index: number): void {
    const { u8, u16, u32, packets } = this.#send;
    const at = packets + index * SEND_STRIDE;
    u8.fill(FILL, at, at + SEND_STRIDE);
    u8[at] = ECHO_REQUEST[this.family];
    u8[at + 1] = 0;
    u16[(at + ECHO.checksum) >> 1] = 0;
    u8[at + ECHO.identifier] = this.#identifier >> 8;
    u8[at + ECHO.identifier + 1] = this.#identifier & 0xff;
    u32[(at + ECHO.mark) >> 2] = this.#mark;
  }

  /** Writes packet `index` (below BATCH) of the next `transmit`. Payloads have 16 bytes at least. */
  stage(index: number, to: IpAddress, sequence: number, nonce: number, sizeBytes: number): void {
    const { u8, u16, u32, packets, names, vectors } = this.#send;
    const at = packets + index * SEND_STRIDE;
    u8[at + ECHO.sequence] = sequence >> 8;
    u8[at + ECHO.sequence + 1] = sequence & 0xff;
    u32[(at + ECHO.nonce) >> 2] = nonce;
    if (this.isRaw && this.family === 4) {
      u16[(at + ECHO.checksum) >> 1] = 0;
      const sum = sumWords(u16, at >> 1, ECHO.minimum >> 1) + this.#sumOfFill(sizeBytes);
      u16[(at + ECHO.checksum) >> 1] = foldChecksum(sum);
    }

    const name = (names + index * NAME_STRIDE) >> 2;
    if (this.family === 4) u32[name + 1] = to.w0;
    else {
      u32[name + 2] = to.w0;
      u32[name + 3] = to.w1;
      u32[name + 4] = to.w2;
      u32[name + 5] = to.w3;
      u32[name + 6] = to.scope;
    }

    const length = sizeBytes + ECHO.headerSize;
    const vector = (vectors + index * 2 * IOVEC.size) >> 2;
    const header = (index * MMSGHDR.size) >> 2;
    const isSmall = length <= SEND_STRIDE;
    u32[vector + 2] = isSmall ? length : SEND_STRIDE;
    if (!isSmall) u32[vector + 6] = length - SEND_STRIDE;
    u32[header + (MMSGHDR.iovCount >> 2)] = isSmall ? 1 : 2;
  }

  #sumOfFill(sizeBytes: number): number {
    let sum = this.#fillSums.get(sizeBytes);
    if (sum === undefined) {
      sum = sumOfFill(sizeBytes);
      this.#fillSums.set(sizeBytes, sum);
    }
    return sum;
  }

  /** Sends staged packets; answers how many went out, or -1 with `errno` when the very first could not. */
  transmit(from: number, count: number): number {
    const sent = this.#libc.sendmmsg(this.#fd, this.#send.address + from * MMSGHDR.size, count, MSG_DONTWAIT);
    if (sent < 0) this.errno = this.#libc.errno();
    return sent;
  }

  /** Receives up to BATCH packets; answers how many came (of which `received.count` are replies to us), or -1. */
  receive(): number {
    const messages = this.#receiveMessages(MSG_DONTWAIT);
    const { received } = this;
    const { u8, u32, view, packets, controls } = this.#receive;
    const hasHeader = this.isRaw && this.family === 4;
    const type = ECHO_REPLY[this.family];
    let count = 0;
    for (let i = 0; i < messages; i++) {
      const header = i * MMSGHDR.size;
      const start = packets + i * RECEIVE_STRIDE;
      const whole = Math.min(u32[(header + MMSGHDR.length) >> 2] as number, RECEIVE_STRIDE);
      const at = hasHeader ? skipIpHeader(u8, start, whole) : start;
      if (at < 0 || !isEcho(u8, at, whole - (at - start), type, this.#identifier)) continue;
      if (u32[(at + ECHO.mark) >> 2] !== this.#mark) continue;
      received.sequence[count] = readUint16(u8, at + ECHO.sequence);
      received.nonce[count] = u32[(at + ECHO.nonce) >> 2] as number;
      received.stampMs[count] = readTimestampMs(
        view,
        controls + i * CONTROL_STRIDE,
        u32[(header + MMSGHDR.controlLength) >> 2] as number,
        this.baseSeconds,
      );
      this.#readName(i, count);
      count += 1;
    }
    received.count = count;
    this.#resetHeaders(messages);
    return messages;
  }

  /** Takes up to BATCH entries from the socket's error queue; answers as `receive` does. */
  receiveErrors(): number {
    const messages = this.#receiveMessages(MSG_DONTWAIT | MSG_ERRQUEUE);
    const { received } = this;
    const { u8, u32, view, packets, controls } = this.#receive;
    let count = 0;
    for (let i = 0; i < messages; i++) {
      const header = i * MMSGHDR.size;
      const at = packets + i * RECEIVE_STRIDE;
      const controlLength = u32[(header + MMSGHDR.controlLength) >> 2] as number;
      const error = readIcmpError(view, controls + i * CONTROL_STRIDE, controlLength, this.family);
      const length = Math.min(u32[(header + MMSGHDR.length) >> 2] as number, RECEIVE_STRIDE);
      if (error < 0 || !isEchoHeader(u8, at, length, ECHO_REQUEST[this.family], this.#identifier)) continue;
      const isWhole = length >= ECHO.minimum;
      if (isWhole && u32[(at + ECHO.mark) >> 2] !== this.#mark) continue;
      received.sequence[count] = readUint16(u8, at + ECHO.sequence);
      received.hasNonce[count] = isWhole ? 1 : 0;
      received.nonce[count] = isWhole ? (u32[(at + ECHO.nonce) >> 2] as number) : 0;
      received.error[count] = error;
      this.#readName(i, count);
      count += 1;
    }
    received.count = count;
    this.#resetHeaders(messages);
    return messages;
  }

  #receiveMessages(flags: number): number {
    const messages = this.#libc.recvmmsg(this.#fd, this.#receive.address, BATCH, flags, 0);
    if (messages < 0) this.errno = this.#libc.errno();
    return messages;
  }

  #readName(index: number, row: number): void {
    const { u32, names } = this.#receive;
    const { received } = this;
    const name = (names + index * NAME_STRIDE) >> 2;
    if (this.family === 4) {
      received.w0[row] = u32[name + 1] as number;
      return;
    }
    received.w0[row] = u32[name + 2] as number;
    received.w1[row] = u32[name + 3] as number;
    received.w2[row] = u32[name + 4] as number;
    received.w3[row] = u32[name + 5] as number;
  }

  /** The kernel wrote the lengths it used over the lengths there are. */
  #resetHeaders(messages: number): void {
    const { u32 } = this.#receive;
    for (let i = 0; i < messages; i++) {
      const header = (i * MMSGHDR.size) >> 2;
      u32[header + (MMSGHDR.nameLength >> 2)] = NAME_STRIDE;
      u32[header + (MMSGHDR.controlLength >> 2)] = CONTROL_STRIDE;
    }
  }

  /** Takes away the error that the next call would otherwise report in place of its own. */
  clearPendingError(): void {
    this.#option[0] = 4;
    this.#libc.getsockopt(this.#fd, SOL_SOCKET, SO_ERROR, this.#optionAddress + 4, this.#optionAddress);
  }

  /** How many packets the kernel has dropped because the receive buffer was full (0 where it does not say). */
  drops(): number {
    const size = MEMINFO.count * 4;
    this.#option[0] = size;
    const address = this.#optionAddress;
    if (this.#libc.getsockopt(this.#fd, SOL_SOCKET, SO_MEMINFO, address + 4, address) < 0) return 0;
    return (this.#option[0] as number) < size ? 0 : (this.#option[1 + MEMINFO.drops] as number);
  }

  close(): void {
    if (this.#isOpen) this.#libc.close(this.#fd);
    this.#isOpen = false;
  }
}

function newReceived(): Received {
  return {
    count: 0,
    sequence: new Uint16Array(BATCH),
    nonce: new Uint32Array(BATCH),
    hasNonce: new Uint8Array(BATCH),
    w0: new Uint32Array(BATCH),
    w1: new Uint32Array(BATCH),
    w2: new Uint32Array(BATCH),
    w3: new Uint32Array(BATCH),
    stampMs: new Float64Array(BATCH),
    error: new Uint16Array(BATCH),
  };
}
