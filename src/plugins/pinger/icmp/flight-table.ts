import { DueWheel } from './due-wheel.ts';
import type { IpAddress } from './ip-address.ts';
import type { Outcome, PacketSink } from './outcome.ts';

/** Sequence numbers have 16 bits, and a slot's number is its sequence number. */
const MAX_SLOTS = 65_536;
const FIRST_SLOTS = 4_096;

/** Where a packet stands. */
export const STATE = { free: 0, scheduled: 1, queued: 2, flying: 3 } as const;

/**
 * All packets from being asked for to being settled, in columns: a slot each. Freed slots go to the end of the line,
 * so a sequence number comes back as late as possible.
 */
export class FlightTable {
  state = new Uint8Array(FIRST_SLOTS);
  sizeBytes = new Uint16Array(FIRST_SLOTS);
  nonce = new Uint32Array(FIRST_SLOTS);
  /** Monotonic times: when it is to be sent, was sent (interpolated), and is given up. */
  sendAtMs = new Float64Array(FIRST_SLOTS);
  sentMs = new Float64Array(FIRST_SLOTS);
  /** How much earlier than `sentMs` it may have left: the time since its batch was handed over. */
  slackMs = new Float32Array(FIRST_SLOTS);
  deadlineMs = new Float64Array(FIRST_SLOTS);
  readonly target: (IpAddress | undefined)[] = new Array(FIRST_SLOTS).fill(undefined);
  /** Sending times of scheduled packets and deadlines of flying ones. */
  readonly wheel: DueWheel;
  used = 0;
  flying = 0;
  #token = new Int32Array(FIRST_SLOTS);
  readonly #sink: (PacketSink | undefined)[] = new Array(FIRST_SLOTS).fill(undefined);
  #capacity = FIRST_SLOTS;
  readonly #free = new SlotQueue();

  constructor(nowMs: number) {
    this.wheel = new DueWheel(FIRST_SLOTS, nowMs);
    for (let slot = 0; slot < FIRST_SLOTS; slot++) this.#free.push(slot);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** A slot for a packet that is asked for, or -1 when all are used. */
  take(
    target: IpAddress,
    sizeBytes: number,
    sendAtMs: number,
    deadlineMs: number,
    sink: PacketSink,
    token: number,
  ): number {
    if (this.#free.length === 0 && !this.#grow()) return -1;
    this.used += 1;
    const slot = this.#free.shift();
    this.target[slot] = target;
    this.sizeBytes[slot] = sizeBytes;
    this.sendAtMs[slot] = sendAtMs;
    this.deadlineMs[slot] = deadlineMs;
    this.#sink[slot] = sink;
    this.#token[slot] = token;
    return slot;
  }

  /** It is not yet time to send it. */
  schedule(slot: number): void {
    this.state[slot] = STATE.scheduled;
    this.wheel.add(slot, this.sendAtMs[slot] as number);
  }

  /** The packet of a slot is on its way. */
  launch(slot: number, sentMs: number, slackMs: number): void {
    this.state[slot] = STATE.flying;
    this.slackMs[slot] = slackMs;
    this.sentMs[slot] = sentMs;
    this.flying += 1;
    this.wheel.add(slot, this.deadlineMs[slot] as number);
  }

  /** With less than half of its time left for a reply, silence would say more about us than about the device. */
  isTooLate(slot: number, nowMs: number): boolean {
    const sendAtMs = this.sendAtMs[slot] as number;
    return nowMs - sendAtMs > ((this.deadlineMs[slot] as number) - sendAtMs) / 2;
  }

  /** The end of a packet: its slot is free before its sink hears of it. */
  settle(slot: number, outcome: Outcome, rttMs: number, detail: number): void {
    const sink = this.#sink[slot];
    const token = this.#token[slot] as number;
    if (this.state[slot] === STATE.flying) this.flying -= 1;
    this.wheel.remove(slot);
    this.state[slot] = STATE.free;
    this.target[slot] = undefined;
    this.#sink[slot] = undefined;
    this.used -= 1;
    this.#free.push(slot);
    sink?.settled(token, outcome, rttMs, detail);
  }

  /** The end of all packets. */
  settleAll(outcome: Outcome): void {
    for (let slot = 0; slot < this.#capacity; slot++) {
      if (this.state[slot] !== STATE.free) this.settle(slot, outcome, 0, 0);
    }
  }

  #grow(): boolean {
    const from = this.#capacity;
    if (from >= MAX_SLOTS) return false;
    const to = from * 2;
    const grown = <T extends { set(old: T): void }>(array: T, old: T): T => {
      array.set(old);
      return array;
    };
    this.state = grown(new Uint8Array(to), this.state);
    this.sizeBytes = grown(new Uint16Array(to), this.sizeBytes);
    this.nonce = grown(new Uint32Array(to), this.nonce);
    this.#token = grown(new Int32Array(to), this.#token);
    this.sendAtMs = grown(new Float64Array(to), this.sendAtMs);
    this.slackMs = grown(new Float32Array(to), this.slackMs);
    this.sentMs = grown(new Float64Array(to), this.sentMs);
    this.deadlineMs = grown(new Float64Array(to), this.deadlineMs);
    this.wheel.grow(to);
    for (let slot = from; slot < to; slot++) {
      this.target.push(undefined);
      this.#sink.push(undefined);
      this.#free.push(slot);
    }
    this.#capacity = to;
    return true;
  }
}

/** Slots in line, first come first served: a ring that holds every slot there can be. */
export class SlotQueue {
  readonly #ring = new Uint16Array(MAX_SLOTS);
  #head = 0;
  length = 0;

  push(slot: number): void {
    this.#ring[(this.#head + this.length) % MAX_SLOTS] = slot;
    this.length += 1;
  }

  /** Back to the front of the line. */
  unshift(slot: number): void {
    this.#head = (this.#head + MAX_SLOTS - 1) % MAX_SLOTS;
    this.#ring[this.#head] = slot;
    this.length += 1;
  }

  /** The line must not be empty. */
  shift(): number {
    const slot = this.#ring[this.#head] as number;
    this.#head = (this.#head + 1) % MAX_SLOTS;
    this.length -= 1;
    return slot;
  }
}
