import type { Source } from '../core/api/types.ts';

const DAY_MS = 86_400_000;
/** A quarter of an hour each: the plugin adds checks up by the minute. */
const SLOTS = 96;

/** What the checks of some time have come to; `null`: there were none. */
export type PastSlot = 'up' | 'degraded' | 'down' | null;

/** What the history plugin knows of a device for longer than the samples reach. */
export type Past = Readonly<{
  /** The last 24 hours, the newest last. */
  slots: readonly PastSlot[];
  /** Uptime in percent, over so many local days, today the last of them. */
  uptime: readonly Readonly<{ days: number; percent: number | null }>[];
}>;

/** A share of lost packets from which on a quarter of an hour was not well: one lost packet in it is no story. */
const DEGRADED_PERCENT = 5;
const UPTIME_DAYS = [1, 7, 30] as const;

type Series = Readonly<{
  stepMs: number;
  points: readonly (readonly [at: number, checks: number, lossPercent: number | null])[];
}>;
type Days = Readonly<{ days: readonly Readonly<{ uptimePercent: number | null; checks: number }>[] }>;

/** Asks the history for a device; null where none is kept. */
export async function pastOf(source: Source, device: string, now: number): Promise<Past | null> {
  const id = encodeURIComponent(device);
  const from = now - DAY_MS;
  const [series, days] = await Promise.all([
    source.askPlugin?.(`history/series?device=${id}&from=${from}&to=${now}&points=${SLOTS}`),
    source.askPlugin?.(`history/days?device=${id}&days=${Math.max(...UPTIME_DAYS)}`),
  ]);
  if (!series || !days) return null;
  return {
    slots: slotsOf(series as Series, from),
    uptime: UPTIME_DAYS.map((count) => ({
      days: count,
      percent: uptimeOf((days as Days).days.slice(-count)),
    })),
  };
}

function slotsOf({ stepMs, points }: Series, from: number): PastSlot[] {
  const slots: PastSlot[] = Array.from({ length: SLOTS }, () => null);
  const slotMs = DAY_MS / SLOTS;
  for (const [at, , lossPercent] of points) {
    if (lossPercent === null) continue;
    // What is older was added up by the hour: such a point fills several.
    const first = Math.max(0, Math.round((at - from) / slotMs));
    const last = Math.max(first + 1, Math.round((at + stepMs - from) / slotMs));
    slots.fill(stateOf(lossPercent), first, last);
  }
  return slots;
}

function stateOf(lossPercent: number): PastSlot {
  if (lossPercent >= 100) return 'down';
  return lossPercent >= DEGRADED_PERCENT ? 'degraded' : 'up';
}

/** Days weigh as much as they have checks: today is not over, and the first one began late. */
function uptimeOf(days: Days['days']): number | null {
  let checks = 0;
  let sum = 0;
  for (const { uptimePercent, checks: own } of days) {
    if (uptimePercent === null) continue;
    checks += own;
    sum += uptimePercent * own;
  }
  return checks === 0 ? null : sum / checks;
}

/** The slots in so many cells; the worst of those that share one is shown. */
export function squeezed(slots: readonly PastSlot[], cells: number): PastSlot[] {
  const worst: readonly PastSlot[] = ['down', 'degraded', 'up'];
  return Array.from({ length: cells }, (_, cell) => {
    const from = Math.floor((cell * slots.length) / cells);
    const shared = slots.slice(from, Math.max(from + 1, Math.floor(((cell + 1) * slots.length) / cells)));
    return worst.find((state) => shared.includes(state)) ?? null;
  });
}
