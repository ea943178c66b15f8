import { createSocket, type Socket } from 'node:dgram';
import { messageOf } from 'netheal/plugin';
import type { Family } from '../engine.ts';
import { FlightTable, SlotQueue, STATE } from './flight-table.ts';
import { type IpAddress, parseIpAddress } from './ip-address.ts';
import { AF, IPPROTO, SOCK_DGRAM } from './layout.ts';
import type { Fault, Libc } from './libc.ts';
import { nextNonce } from './nonces.ts';
import { FORBIDDEN, isForbidden } from './open-socket.ts';
import { OUTCOME, type PacketSink, type Pinger } from './outcome.ts';
import { ECHO, ECHO_REPLY, ECHO_REQUEST, FILL, readUint16, readUint32 } from './packet.ts';

const TICK_MS = 10;
/** After so many the event loop gets its turn to read replies, or they would fill the receive buffer. */
const MAX_PER_TURN = 64;
const BUFFER_BYTES = 4 * 1024 * 1024;
/** Node asks for one; ICMP has none. */
const ANY_PORT = 1;

/**
 * Pings over an unprivileged ICMP socket that is handed to node:dgram. It needs no knowledge of native structures, so it
 * works where `IcmpPinger` cannot, at three times the CPU time. What it lacks: ICMP errors look like silence, and
 * RTTs are taken when the event loop comes to it.
 */
export class DgramPinger implements Pinger {
  readonly family: Family;
  readonly #socket: Socket;
  readonly #mark = nextNonce();
  readonly #flights = new FlightTable(performance.now());
  readonly #queue = new SlotQueue();
  readonly #due: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #received = 0;
  #isStopped = false;

  private constructor(family: Family, socket: Socket) {
    this.family = family;
    this.#socket = socket;
    socket.on('message', (bytes, from) => this.#receive(bytes, from.address));
    // Nothing is known of whom it concerns; those packets will be found silent or were told by their own callback.
    socket.on('error', () => undefined);
    // Pending packets have a timer; an idle socket keeps no process running.
    socket.unref();
    try {
      socket.setRecvBufferSize(BUFFER_BYTES);
      socket.setSendBufferSize(BUFFER_BYTES);
    } catch {
      // The kernel's own sizes then.
    }
  }

  /** Opens a socket for a family, or says why there is none. */
  static open(libc: Libc, family: Family): Promise<DgramPinger | Fault> {
    const fd = libc.socket(AF[family], SOCK_DGRAM, IPPROTO[family]);
    if (fd < 0) {
      const errno = libc.errno();
      const fault = `an ICMP socket cannot be opened (error ${errno})`;
      return Promise.resolve(isForbidden(errno) ? FORBIDDEN : { fault });
    }
    return new Promise((resolve) => {
      const socket = createSocket({
        type: family === 4 ? 'udp4' : 'udp6',
        // Addresses are literal: without this each send would take another turn of the loop.
        lookup: (address, _options, done) => done(null, address, family),
      });
      const fail = (error: unknown) => {
        libc.close(fd);
        resolve({ fault: `node:dgram does not take an ICMP socket: ${messageOf(error)}` });
      };
      socket.once('error', fail);
      try {
        socket.bind({ fd }, () => {
          socket.off('error', fail);
          resolve(new DgramPinger(family, socket));
        });
      } catch (error) {
        fail(error);
      }
    });
  }

  ping(
    target: IpAddress,
    sizeBytes: number,
    sendAtMs: number,
    deadlineMs: number,
    sink: PacketSink,
    token: number,
  ): void {
    if (this.#isStopped) {
      sink.settled(token, OUTCOME.stopped, 0, 0);
      return;
    }
    const slot = this.#flights.take(target, sizeBytes, sendAtMs, deadlineMs, sink, token);
    if (slot < 0) {
      sink.settled(token, OUTCOME.full, 0, 0);
      return;
    }
    this.#flights.nonce[slot] = nextNonce();
    if (sendAtMs <= performance.now()) this.#enqueue(slot);
    else this.#flights.schedule(slot);
    this.#immediate ??= setImmediate(() => this.#turn());
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#flights.settleAll(OUTCOME.stopped);
    this.#socket.close();
  }

  #enqueue(slot: number): void {
    this.#flights.state[slot] = STATE.queued;
    this.#queue.push(slot);
  }

  /** Runs right after the event loop has read the socket; what it reads in one go is not all there is. */
  #turn(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#immediate = undefined;
    const isQuiet = this.#received === 0;
    this.#received = 0;
    if (isQuiet) this.#expire(performance.now());
    for (let i = 0; i < MAX_PER_TURN && this.#queue.length > 0 && !this.#isStopped; i++) this.#send();
    if (this.#isStopped || this.#flights.used === 0) return;
    const soon = () => {
      this.#immediate ??= setImmediate(() => this.#turn());
    };
    if (!isQuiet || this.#queue.length > 0) soon();
    else this.#timer = setTimeout(soon, TICK_MS);
  }

  #expire(nowMs: number): void {
    this.#flights.wheel.takeDue(nowMs, this.#due);
    for (const slot of this.#due) {
      const state = this.#flights.state[slot];
      if (state === STATE.scheduled) this.#enqueue(slot);
      else if (state === STATE.flying) this.#flights.settle(slot, OUTCOME.silent, 0, 0);
    }
  }

  #send(): void {
    const slot = this.#queue.shift();
    const target = this.#flights.target[slot];
    if (!target) return;
    if (this.#flights.isTooLate(slot, performance.now())) {
      this.#flights.settle(slot, OUTCOME.late, 0, 0);
      return;
    }
    const nonce = this.#flights.nonce[slot] as number;
    const packet = Buffer.alloc(ECHO.headerSize + (this.#flights.sizeBytes[slot] as number), FILL);
    // The kernel writes identifier and checksum.
    packet.fill(0, 0, ECHO.headerSize);
    packet.writeUInt8(ECHO_REQUEST[this.family]);
    packet.writeUInt16BE(slot, ECHO.sequence);
    packet.writeUInt32BE(this.#mark, ECHO.mark);
    packet.writeUInt32BE(nonce, ECHO.nonce);
    this.#flights.launch(slot, performance.now(), 0);
    this.#socket.send(packet, ANY_PORT, target.text, (error) => {
      if (!error || !this.#isFlying(slot, nonce)) return;
      const errno = Math.abs((error as NodeJS.ErrnoException).errno ?? 0);
      this.#flights.settle(slot, OUTCOME.unsendable, 0, errno);
    });
  }

  #receive(bytes: Buffer, from: string): void {
    this.#received += 1;
    const nowMs = performance.now();
    if (bytes.length < ECHO.minimum || bytes[0] !== ECHO_REPLY[this.family]) return;
    if (readUint32(bytes, ECHO.mark) !== this.#mark) return;
    const slot = readUint16(bytes, ECHO.sequence);
    if (!this.#isFlying(slot, readUint32(bytes, ECHO.nonce))) return;
    if (!isSameAddress(from, this.#flights.target[slot])) return;
    this.#flights.settle(
      slot,
      OUTCOME.replied,
      Math.max(0.001, nowMs - (this.#flights.sentMs[slot] as number)),
      0,
    );
  }

  #isFlying(slot: number, nonce: number): boolean {
    return this.#flights.state[slot] === STATE.flying && this.#flights.nonce[slot] === nonce;
  }
}

function isSameAddress(from: string, target: IpAddress | undefined): boolean {
  if (target === undefined || from === target.text) return target !== undefined;
  // IPv6 has many spellings of one address.
  const sender = parseIpAddress(from, () => target.scope);
  return (
    sender !== undefined &&
    sender.w0 === target.w0 &&
    sender.w1 === target.w1 &&
    sender.w2 === target.w2 &&
    sender.w3 === target.w3
  );
}
