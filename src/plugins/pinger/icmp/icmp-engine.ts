import type { ProbeResult } from 'netheal/plugin';
import { type Family, localError, type PingTarget, type PromptEngine, packetSpacingMs } from '../engine.ts';
import { DgramPinger } from './dgram-pinger.ts';
import { IcmpCheck } from './icmp-check.ts';
import { IcmpPinger, type PingerOptions } from './icmp-pinger.ts';
import { AddressBook } from './ip-address.ts';
import { isLayoutKnown } from './layout.ts';
import type { Fault, Libc } from './libc.ts';
import type { Pinger } from './outcome.ts';

/** The answer must be on its way before the check's own deadline: a tick is up to 10 ms late. */
const BEFORE_DEADLINE_MS = 15;

/** The engines `icmp` and `dgram`: a pinger, with checks of several packets and promises on top of it. */
export class IcmpEngine implements PromptEngine {
  readonly name: 'icmp' | 'dgram';
  readonly isPrompt = true;
  /** How it is done, for `doctor`. */
  readonly how: string;
  readonly #pinger: Pinger;
  readonly #addresses: AddressBook;

  constructor(name: 'icmp' | 'dgram', how: string, pinger: Pinger, libc: Libc) {
    this.name = name;
    this.how = how;
    this.#pinger = pinger;
    this.#addresses = new AddressBook((zone) => libc.if_nametoindex(zone));
  }

  /** The engine `icmp` of a family, with batches and kernel timestamps, or why it cannot be. */
  static open(libc: Libc, family: Family, options: PingerOptions = {}): IcmpEngine | Fault {
    if (!isLayoutKnown(process.platform, process.arch)) {
      return { fault: `the memory layout of ${process.platform} on ${process.arch} is not known` };
    }
    const pinger = IcmpPinger.open(libc, family, options);
    if ('fault' in pinger) return pinger;
    const how = pinger.isRaw ? 'over a raw ICMP socket' : 'over an unprivileged ICMP socket';
    return new IcmpEngine('icmp', how, pinger, libc);
  }

  /** The engine `dgram` of a family, for machines whose memory layout is not known, or why it cannot be. */
  static async openDgram(libc: Libc, family: Family): Promise<IcmpEngine | Fault> {
    const pinger = await DgramPinger.open(libc, family);
    if ('fault' in pinger) return pinger;
    return new IcmpEngine('dgram', 'over an unprivileged ICMP socket without batches', pinger, libc);
  }

  ping(target: PingTarget): Promise<ProbeResult> {
    const { family, timeoutMs, packets, sizeBytes } = target;
    const address = this.#addresses.get(target.address);
    if (address?.family !== this.#pinger.family) {
      return Promise.resolve(localError(`an IPv${this.#pinger.family} socket cannot ping this address`));
    }
    return new Promise((resolve) => {
      const windowMs = Math.max(timeoutMs / 2, timeoutMs - BEFORE_DEADLINE_MS);
      const check = new IcmpCheck(family, packets, timeoutMs, resolve);
      const startMs = performance.now();
      const spacingMs = packetSpacingMs(windowMs, packets);
      for (let i = 0; i < packets; i++) {
        this.#pinger.ping(address, sizeBytes, startMs + i * spacingMs, startMs + windowMs, check, i);
      }
    });
  }

  stop(): void {
    this.#pinger.stop();
  }
}
