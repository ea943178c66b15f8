/**
 * Uptime and averages of one device, accounted as time goes by. Mutable on purpose: with 100,000 devices a check must
 * not copy twenty numbers to add one. The clock is an argument.
 */
import type { Reachability } from './types.ts';

/** How a stretch of time counts. `excluded`: downtime, our own uplink gone, or not checked yet. */
export type Standing = 'up' | 'down' | 'unreachable' | 'excluded';

/** What the views show of a device's past. */
export type StatsSummary = Readonly<{
  /** Wall time at which the accounting began, epoch milliseconds. */
  since: number;
  /** Up time / (all time - excluded time), percent; null while nothing counts yet. Unreachable time is not up time. */
  uptimePercent: number | null;
  /** The part of the time that counts in which nothing could be said, percent; null while nothing counts yet. */
  unreachablePercent: number | null;
  averageRttMs: number | null;
  totalChecks: number;
  onlineChecks: number;
}>;

/** How a device's time counts: an excluded stretch counts neither way, whatever the device does in it. */
export function standing(reachability: Reachability, excluded: boolean): Standing {
  return excluded ? 'excluded' : STANDINGS[reachability];
}

const STANDINGS: Readonly<Record<Reachability, Standing>> = {
  unknown: 'excluded',
  up: 'up',
  degraded: 'up',
  down: 'down',
  unreachable: 'unreachable',
};

/** The account of one device. */
export class DeviceStats {
  readonly since: number;
  #standing: Standing = 'excluded';
  #standsSinceMonoMs: number;
  readonly #spentMs: Record<Standing, number> = { up: 0, down: 0, unreachable: 0, excluded: 0 };
  #totalChecks = 0;
  #onlineChecks = 0;
  #rttCount = 0;
  #averageRttMs = 0;

  /** Starts an account in which no time counts until the first `stand`. `at`: epoch ms; `monoMs`: monotonic ms. */
  constructor(at: number, monoMs: number) {
    this.since = at;
    this.#standsSinceMonoMs = monoMs;
  }

  /** Credits the time up to `monoMs` to the standing held so far, and goes on with a new one. */
  stand(standing: Standing, monoMs: number): void {
    this.#spentMs[this.#standing] += this.#heldMs(monoMs);
    this.#standing = standing;
    this.#standsSinceMonoMs = monoMs;
  }

  /** Leaves out the time since the last `stand`: the monitor was stopped or stalled and saw nothing of it. */
  leaveOut(monoMs: number): void {
    this.#standsSinceMonoMs = monoMs;
  }

  /** Counts one check with a verdict (checks without one are not counted). `rttMs` is null where it got no answer. */
  countCheck(ok: boolean, rttMs: number | null): void {
    this.#totalChecks++;
    if (ok) this.#onlineChecks++;
    if (rttMs !== null) {
      this.#rttCount++;
      // A running mean instead of a sum: it stays exact however long the monitor runs.
      this.#averageRttMs += (rttMs - this.#averageRttMs) / this.#rttCount;
    }
  }

  /** The account as it stands at `monoMs`. */
  summary(monoMs: number): StatsSummary {
    const running = this.#heldMs(monoMs);
    const spent = (kind: Standing): number => this.#spentMs[kind] + (this.#standing === kind ? running : 0);
    const countedMs = spent('up') + spent('down') + spent('unreachable');
    // Right after the first check no time has passed yet, but what it said is known.
    const percent = (kind: Standing): number | null => {
      if (countedMs > 0) return (spent(kind) / countedMs) * 100;
      if (this.#standing === 'excluded') return null;
      return this.#standing === kind ? 100 : 0;
    };
    return {
      since: this.since,
      uptimePercent: percent('up'),
      unreachablePercent: percent('unreachable'),
      averageRttMs: this.#rttCount === 0 ? null : this.#averageRttMs,
      totalChecks: this.#totalChecks,
      onlineChecks: this.#onlineChecks,
    };
  }

  #heldMs(monoMs: number): number {
    return Math.max(0, monoMs - this.#standsSinceMonoMs);
  }
}
