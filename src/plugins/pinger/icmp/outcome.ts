import type { Family } from '../engine.ts';
import type { IpAddress } from './ip-address.ts';

/** What became of one packet. Numbers, because they are passed on for every packet. */
export const OUTCOME = {
  /** `rttMs` is valid. */
  replied: 0,
  silent: 1,
  /** `detail` is type * 256 + code of the ICMP error. */
  unreachable: 2,
  /** It could not be sent; `detail` is an errno. */
  unsendable: 3,
  /** It was not sent in time: too many were waiting before it, or the process did not run. */
  late: 4,
  /** It was silent, while replies were lost in our own receive buffer. */
  overflow: 5,
  /** As many as can be are on their way or waiting. */
  full: 6,
  /** The pinger was stopped. */
  stopped: 7,
} as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/** Gets the outcomes of its packets, one call each. Must not throw. */
export interface PacketSink {
  settled(token: number, outcome: Outcome, rttMs: number, detail: number): void;
}

/** Sends single packets and tells what became of each: what `IcmpEngine` makes checks of. */
export interface Pinger {
  readonly family: Family;
  /**
   * Pings an address of this pinger's family once: `sink.settled(token, ...)` is called exactly once, and from within
   * this call only when nothing more can be taken on. Payload 16..65,507 bytes. The packet leaves at `sendAtMs` and is
   * given up at `deadlineMs`, both as `performance.now()`.
   */
  ping(
    target: IpAddress,
    sizeBytes: number,
    sendAtMs: number,
    deadlineMs: number,
    sink: PacketSink,
    token: number,
  ): void;
  /** Settles everything that is pending and closes the socket. */
  stop(): void;
}
