import type { Family } from '../engine.ts';
import { BATCH } from './batch-memory.ts';
import { FlightTable, SlotQueue, STATE } from './flight-table.ts';
import { IcmpSocket } from './icmp-socket.ts';
import type { IpAddress } from './ip-address.ts';
import { KernelClock } from './kernel-clock.ts';
import { EAGAIN, ENOBUFS, ENOMEM } from './layout.ts';
import type { Fault, Libc } from './libc.ts';
import { nextNonce } from './nonces.ts';
import { openSocket } from './open-socket.ts';
import { OUTCOME, type PacketSink, type Pinger } from './outcome.ts';
import { RateLimit } from './rate-limit.ts';
import { TickPace } from './tick-pace.ts';

export type PingerOptions = Readonly<{
  /** Packets that leave in a second at most; more wait. Default 50,000. */
  maxPacketsPerSecond?: number;
  /** Packets on their way at once at most; more wait. Default 32,768. */
  maxInFlight?: number;
  /** Told of trouble that concerns all packets, and `undefined` when it is over. */
  onTrouble?: (words: string | undefined) => void;
}>;

/** A tick that comes this much later than it was due: this process did not run. */
const STALL_MS = 50;
/** Packets that are sent in one turn of the event loop at most; the rest after others had their turn. */
const MAX_PER_TURN = 4_096;
/** Batches that one drain takes at most, so that a flood of replies does not hold up everything else. */
const MAX_DRAINS = 1_024;
/** An error that an earlier packet met is reported to whoever calls next, so a call is repeated this often. */
const MAX_REPEATS = 3;
/** Trouble is over when it was not met for so long. */
const TROUBLE_OVER_MS = 10_000;

/**
 * Sends echo requests and tells what became of each, over one socket of one family.
 *
 * Everything happens in ticks: what came is received, what is over its deadline is given up, what waits is sent. A tick
 * is due only while packets wait or fly. RTTs come from kernel timestamps, so it does not matter when a tick runs.
 */
export class IcmpPinger implements Pinger {
  readonly family: Family;
  readonly #socket: IcmpSocket;
  readonly #clock: KernelClock;
  readonly #maxInFlight: number;
  readonly #onTrouble: (words: string | undefined) => void;
  readonly #flights: FlightTable;
  readonly #queue = new SlotQueue();
  readonly #limit: RateLimit;
  readonly #pace = new TickPace();
  readonly #staged = new Int32Array(BATCH);
  readonly #due: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #nextTickMs = 0;
  #wasStalled = false;
  #isStopped = false;
  /** Replies received since the last tick armed the timer. */
  #received = 0;
  /** There was no room for the last packet, with this errno; 0 when there was. */
  #blockedBy = 0;
  #hasErrors = false;
  #drops = 0;
  #droppedUntilMs = Number.NEGATIVE_INFINITY;
  #troubleMs = Number.NEGATIVE_INFINITY;
  #trouble: string | undefined;

  constructor(libc: Libc, socket: IcmpSocket, options: PingerOptions = {}) {
    const nowMs = performance.now();
    this.family = socket.family;
    this.#socket = socket;
    this.#clock = new KernelClock(libc, socket.baseSeconds, () => performance.now());
    this.#maxInFlight = options.maxInFlight ?? 32_768;
    this.#onTrouble = options.onTrouble ?? (() => undefined);
    this.#flights = new FlightTable(nowMs);
    this.#limit = new RateLimit(options.maxPacketsPerSecond ?? 50_000, nowMs);
    this.#drops = socket.drops();
  }

  /** Opens a socket for a family, or says why there is none. */
  static open(libc: Libc, family: Family, options: PingerOptions = {}): IcmpPinger | Fault {
    const socket = openSocket(libc, family);
    if ('fault' in socket) return socket;
    return new IcmpPinger(libc, new IcmpSocket(libc, family, socket), options);
  }

  get isRaw(): boolean {
    return this.#socket.isRaw;
  }

  /** Packets that wait or are on their way. */
  get pending(): number {
    return this.#flights.used;
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
    const flights = this.#flights;
    const slot = flights.take(target, sizeBytes, sendAtMs, deadlineMs, sink, token);
    if (slot < 0) {
      this.#tell('more pings are asked for at once than can be on their way');
      sink.settled(token, OUTCOME.full, 0, 0);
      return;
    }
    if (sendAtMs <= performance.now()) {
      flights.state[slot] = STATE.queued;
      this.#queue.push(slot);
      // Under load packets are collected until the next tick; else they leave with all others of this turn.
      if (!this.#pace.isBusy || this.#timer === undefined) this.#tickSoon();
    } else {
      flights.schedule(slot);
      if (this.#timer === undefined) this.#tickSoon();
    }
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#flights.settleAll(OUTCOME.stopped);
    this.#socket.close();
  }

  // ---------------------------------------------------------------- ticks

  #tickSoon(): void {
    if (this.#immediate !== undefined || this.#isStopped) return;
    this.#nextTickMs = performance.now();
    this.#immediate = setImmediate(() => this.#tick());
  }

  #tick(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    const nowMs = performance.now();
    this.#drain();
    // After a stall the socket is looked at once more before anything is called silent; only once, because on a busy
    // machine every tick may be late, and then nobody would ever get an answer.
    const isStalled = nowMs - this.#nextTickMs > STALL_MS && !this.#wasStalled;
    this.#wasStalled = isStalled;
    if (!isStalled) this.#expire(nowMs);
    const sent = this.#send(nowMs);
    this.#endTroubleAt(nowMs);
    this.#arm(nowMs, sent, isStalled);
  }

  #arm(nowMs: number, sent: number, isStalled: boolean): void {
    const { used } = this.#flights;
    const delayMs = this.#pace.next(nowMs, sent, this.#received);
    this.#received = 0;
    if (this.#isStopped || this.#immediate !== undefined || used === 0) return;
    const mayGoOn = this.#queue.length > 0 && sent >= MAX_PER_TURN;
    if (isStalled || mayGoOn) {
      this.#tickSoon();
      return;
    }
    this.#nextTickMs = nowMs + delayMs;
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }

  // ---------------------------------------------------------------- receiving

  #drain(): void {
    for (let i = 0; i < MAX_DRAINS && !this.#isStopped; i++) {
      const messages = this.#socket.receive();
      if (messages > 0) this.#settleReplies();
      else if (messages < 0 && this.#socket.errno !== EAGAIN) {
        // What failed is a packet from before, not this call.
        this.#hasErrors = true;
        continue;
      }
      if (messages < BATCH) break;
    }
    if (this.#hasErrors) this.#drainErrors();
  }

  #settleReplies(): void {
    const { received } = this.#socket;
    const flights = this.#flights;
    this.#clock.look();
    const nowMs = performance.now();
    this.#received += received.count;
    for (let row = 0; row < received.count; row++) {
      const slot = received.sequence[row] as number;
      if (!this.#isOurs(slot, row) || received.nonce[row] !== flights.nonce[slot]) continue;
      const sentMs = flights.sentMs[slot] as number;
      const earliestMs = sentMs - (flights.slackMs[slot] as number);
      const atMs = this.#clock.toMonoMs(received.stampMs[row] as number, earliestMs, nowMs);
      this.#flights.settle(slot, OUTCOME.replied, Math.max(0.001, atMs - sentMs), 0);
    }
  }

  /** Whether a packet is on its way to the address of a received row. */
  #isOurs(slot: number, row: number): boolean {
    const { received } = this.#socket;
    if (slot >= this.#flights.capacity || this.#flights.state[slot] !== STATE.flying) return false;
    const target = this.#flights.target[slot] as IpAddress;
    if (received.w0[row] !== target.w0) return false;
    if (this.family === 4) return true;
    return received.w1[row] === target.w1 && received.w2[row] === target.w2 && received.w3[row] === target.w3;
  }

  #drainErrors(): void {
    this.#hasErrors = false;
    for (let i = 0; i < MAX_DRAINS && !this.#isStopped; i++) {
      const messages = this.#socket.receiveErrors();
      if (messages > 0) this.#settleErrors();
      if (messages < BATCH) break;
    }
  }

  #settleErrors(): void {
    const { received } = this.#socket;
    for (let row = 0; row < received.count; row++) {
      const slot = received.sequence[row] as number;
      if (!this.#isOurs(slot, row)) continue;
      if (received.hasNonce[row] === 1 && received.nonce[row] !== this.#flights.nonce[slot]) continue;
      this.#flights.settle(slot, OUTCOME.unreachable, 0, received.error[row] as number);
    }
  }

  // ---------------------------------------------------------------- deadlines

  #expire(nowMs: number): void {
    if (this.#flights.wheel.takeDue(nowMs, this.#due) === 0) return;
    this.#drainErrors();
    this.#lookForDrops(nowMs);
    for (const slot of this.#due) {
      const state = this.#flights.state[slot];
      if (state === STATE.scheduled) {
        this.#flights.state[slot] = STATE.queued;
        this.#queue.push(slot);
      } else if (state === STATE.flying) {
        const isDoubtful = (this.#flights.sentMs[slot] as number) <= this.#droppedUntilMs;
        this.#flights.settle(slot, isDoubtful ? OUTCOME.overflow : OUTCOME.silent, 0, 0);
      }
    }
  }

  #lookForDrops(nowMs: number): void {
    const drops = this.#socket.drops();
    // The kernel's counter has 32 bits.
    const lost = (drops - this.#drops) >>> 0;
    this.#drops = drops;
    if (lost === 0) return;
    this.#droppedUntilMs = nowMs;
    this.#tell(
      'replies were lost in the receive buffer, so silence means nothing for now; raise net.core.rmem_max',
    );
  }

  // ---------------------------------------------------------------- sending

  /** Sends what waits, as far as the caps allow; answers how many packets left. */
  #send(nowMs: number): number {
    let sent = 0;
    while (this.#queue.length > 0 && sent < MAX_PER_TURN && !this.#isStopped) {
      const room = Math.min(BATCH, this.#limit.available(nowMs), this.#maxInFlight - this.#flights.flying);
      const staged = this.#stage(Math.max(0, room), nowMs);
      if (staged === 0) break;
      const left = this.#transmit(staged);
      this.#limit.spend(left);
      sent += left;
      if (this.#blockedBy !== 0) break;
      this.#drain();
    }
    return sent;
  }

  /** Writes up to `room` packets that wait into the next batch; those that waited too long are given up. */
  #stage(room: number, nowMs: number): number {
    const flights = this.#flights;
    let staged = 0;
    while (this.#queue.length > 0) {
      const slot = this.#queue.shift();
      if (flights.state[slot] !== STATE.queued) continue;
      if (flights.isTooLate(slot, nowMs)) {
        this.#settleLate(slot);
        continue;
      }
      if (staged >= room) {
        this.#queue.unshift(slot);
        break;
      }
      const nonce = nextNonce();
      flights.nonce[slot] = nonce;
      this.#staged[staged] = slot;
      this.#socket.stage(
        staged,
        flights.target[slot] as IpAddress,
        slot,
        nonce,
        flights.sizeBytes[slot] as number,
      );
      staged += 1;
    }
    return staged;
  }

  #settleLate(slot: number): void {
    if (this.#blockedBy !== 0) this.#flights.settle(slot, OUTCOME.unsendable, 0, this.#blockedBy);
    else {
      this.#tell('pings wait too long before they are sent: too many at once, or this process did not run');
      this.#flights.settle(slot, OUTCOME.late, 0, 0);
    }
  }

  /** Sends the staged packets and answers how many left; what there was no room for waits on. */
  #transmit(staged: number): number {
    let at = 0;
    let left = 0;
    let repeats = 0;
    while (at < staged && !this.#isStopped) {
      const beforeMs = performance.now();
      const sent = this.#socket.transmit(at, staged - at);
      if (sent > 0) {
        this.#launch(at, sent, beforeMs, performance.now());
        at += sent;
        left += sent;
        repeats = 0;
        this.#blockedBy = 0;
        continue;
      }
      const { errno } = this.#socket;
      if (errno === EAGAIN || errno === ENOBUFS || errno === ENOMEM) {
        this.#blockedBy = errno;
        while (staged > at) this.#queue.unshift(this.#staged[--staged] as number);
        break;
      }
      repeats += 1;
      this.#drainErrors();
      if (repeats < MAX_REPEATS) continue;
      this.#flights.settle(this.#staged[at] as number, OUTCOME.unsendable, 0, errno);
      at += 1;
      repeats = 0;
    }
    return left;
  }

  /** Packets of one call left one after the other: each gets its share of the time the call took. */
  #launch(from: number, count: number, beforeMs: number, afterMs: number): void {
    const shareMs = (afterMs - beforeMs) / count;
    for (let i = 0; i < count; i++) {
      const slackMs = (i + 0.5) * shareMs;
      this.#flights.launch(this.#staged[from + i] as number, beforeMs + slackMs, slackMs);
    }
  }

  // ---------------------------------------------------------------- trouble

  #tell(words: string): void {
    this.#troubleMs = performance.now();
    if (words === this.#trouble) return;
    this.#trouble = words;
    this.#onTrouble(words);
  }

  #endTroubleAt(nowMs: number): void {
    if (this.#trouble === undefined || nowMs - this.#troubleMs < TROUBLE_OVER_MS) return;
    this.#trouble = undefined;
    this.#onTrouble(undefined);
  }
}
