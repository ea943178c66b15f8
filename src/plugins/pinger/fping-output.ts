/**
 * What fping's count mode (`-c`) prints. Seen with 5.1:
 *
 *     10.0.0.1  : [0], 64 bytes, 0.028 ms (0.097 avg, 0% loss)
 *     10.0.0.7  : [0], timed out (NaN avg, 100% loss)
 *     ICMP Host Unreachable from 10.0.0.1 for ICMP Echo sent to 10.0.0.7
 *
 * A packet that could not be SENT (no route, local firewall) gives no line at all, only a loss in the summary.
 * So the summary is never read: a target without lines was never asked.
 */

export type FpingLine =
  | Readonly<{ type: 'reply'; address: string; sequence: number; rttMs: number }>
  | Readonly<{ type: 'lost'; address: string; sequence: number }>
  | Readonly<{ type: 'unreachable'; address: string; message: string }>;

const PACKET = /^(\S+)\s+: \[(\d{1,6})\], (?:\d+ bytes, ([\d.]+(?:e[+-]?\d+)?) ms\b|(timed out))/;
const ICMP_ERROR = /^(ICMP .{1,60}) from (\S+) for ICMP Echo sent to (\S+)$/;

/** Reads one line of fping's output; `undefined` for lines that say nothing about a packet. */
export function readFpingLine(line: string): FpingLine | undefined {
  const packet = PACKET.exec(line);
  if (packet) {
    const [, address = '', sequence, rtt, timedOut] = packet;
    if (timedOut) return { type: 'lost', address, sequence: Number(sequence) };
    const rttMs = Number(rtt);
    return Number.isFinite(rttMs) ? { type: 'reply', address, sequence: Number(sequence), rttMs } : undefined;
  }
  const error = ICMP_ERROR.exec(line);
  if (!error) return undefined;
  const [, what = '', by = '', address = ''] = error;
  return { type: 'unreachable', address, message: `${what.replace(/^ICMP /, '')} (says ${by})` };
}
