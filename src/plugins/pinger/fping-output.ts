/**
 * What fping's count mode (`-c`) prints. Seen with 5.1 and 5.2:
 *
 *     10.0.0.1  : [0], 64 bytes, 0.028 ms (0.097 avg, 0% loss)
 *     10.0.0.7  : [0], timed out (NaN avg, 100% loss)
 *     10.0.0.1  : duplicate for [0], 64 bytes, 0.031 ms
 *     ICMP Host Unreachable from 10.0.0.1 for ICMP Echo sent to 10.0.0.7
 *     ICMP Unreachable (Communication Administratively Prohibited) from 10.0.0.1 for ICMP Echo sent to 10.0.0.7
 *     fd00::7: Address family for hostname not supported
 *     10.0.0.7  : xmt/rcv/%loss = 1/0/100%
 *
 * A packet that could not be SENT (no route, local firewall) gives no line at all, only a loss in the summary. So the
 * summary is never read: a target without lines was never asked. ICMPv6 errors give no line either. One fault of our own
 * cannot be told from silence: what a full queue of the network card drops (ENOBUFS) is "timed out", because without
 * IP_RECVERR, which fping does not set, the kernel calls it sent.
 */

export type FpingLine =
  | Readonly<{ type: 'reply'; address: string; sequence: number; rttMs: number }>
  | Readonly<{ type: 'lost'; address: string; sequence: number }>
  | Readonly<{ type: 'unreachable'; address: string; message: string }>
  /** fping would not take the address. */
  | Readonly<{ type: 'refused'; address: string; message: string }>
  /** What fping complains of in general. */
  | Readonly<{ type: 'complaint'; message: string }>;

const PACKET = /^(\S+)\s+: \[(\d{1,6})\], (?:\d+ bytes, ([\d.]+(?:e[+-]?\d+)?) ms\b|(timed out))/;
/** Redirects and source quenches are told in the same words, but the packet may still arrive. */
const ICMP_ERROR =
  /^ICMP ((?:\w+ )?Unreachable.{0,60}|Time Exceeded|Parameter Problem) from (\S+) for ICMP Echo sent to (\S+)/;
/** What `getaddrinfo` and fping say of a line of the list. */
const REFUSED =
  /^(\S+): ((?:Name or service|Address family|No address|Temporary failure|Non-recoverable).{0,100})$/;
const DUPLICATE_OR_SUMMARY = /^\S+\s+: (?:duplicate for|xmt\/rcv\/)/;

/** Reads one line of fping's output; `undefined` for lines that say nothing. */
export function readFpingLine(line: string): FpingLine | undefined {
  const packet = PACKET.exec(line);
  if (packet) {
    const [, address = '', sequence, rtt, timedOut] = packet;
    if (timedOut) return { type: 'lost', address, sequence: Number(sequence) };
    const rttMs = Number(rtt);
    return Number.isFinite(rttMs) ? { type: 'reply', address, sequence: Number(sequence), rttMs } : undefined;
  }
  // Fast path: of a healthy fleet the summaries are half of the lines.
  if (line === '' || DUPLICATE_OR_SUMMARY.test(line)) return undefined;
  const error = ICMP_ERROR.exec(line);
  if (error) {
    const [, what = '', by = '', address = ''] = error;
    return { type: 'unreachable', address, message: `${what} (says ${by})` };
  }
  const refused = REFUSED.exec(line);
  if (refused) {
    const [, address = '', message = ''] = refused;
    return { type: 'refused', address, message };
  }
  return { type: 'complaint', message: line };
}
