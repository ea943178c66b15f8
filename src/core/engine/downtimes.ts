import { Cron } from 'croner';
import type { DowntimeConfig } from '../config/types.ts';

/** Begun while netheal runs, by a person or by a device that went down in a flexible one; kept in the journal. */
export type AdHocDowntime = Readonly<{
  device: string;
  by: string;
  reason: string;
  until: number;
  /** Of a flexible downtime that has begun: the end of its window, in which it does not begin again. */
  windowEnd?: number;
}>;

/** Why a device is in downtime at a moment, and until when; null where it is not. */
export type ActiveDowntime = Readonly<{ reason: string; until: number }>;

export type ActiveDowntimes = Readonly<{
  of(device: Readonly<{ id: string; group: string }>): ActiveDowntime | null;
}>;

/** Tells which planned outage a device is in. Asked once a second, never per probe. */
export class Downtimes {
  readonly #planned: readonly Readonly<{ config: DowntimeConfig; cron: CronWindow | null }>[];
  adHoc: readonly AdHocDowntime[];
  /** Planned ones that a person has ended, by device: those that last until this moment at most. */
  ended: Readonly<Record<string, number>>;

  constructor(
    configs: readonly DowntimeConfig[],
    adHoc: readonly AdHocDowntime[],
    ended: Readonly<Record<string, number>> = {},
  ) {
    this.#planned = configs.map((config) => ({
      config,
      cron: config.cron ? new CronWindow(config.cron, config.durationMs ?? 0) : null,
    }));
    this.adHoc = adHoc;
    this.ended = ended;
  }

  /** All downtimes of a moment, for a look at each device of the fleet; null where there are none. */
  at(now: number): ActiveDowntimes | null {
    const begun = new Map<string, ActiveDowntime>();
    const devices = new Map<string, ActiveDowntime>();
    const groups = new Map<string, ActiveDowntime>();
    for (const { device, reason, until } of this.adHoc) {
      if (now < until) keepLongest(begun, device, { reason, until });
    }
    for (const { config, cron } of this.#planned) {
      if (config.flexible) continue;
      const until = cron ? cron.until(now) : fixedUntil(config, now);
      if (until === null) continue;
      const active = { reason: config.reason, until };
      for (const id of config.devices) keepLongest(devices, id, active);
      for (const group of config.groups) keepLongest(groups, group, active);
    }
    if (begun.size + devices.size + groups.size === 0) return null;
    return {
      of: ({ id, group }) => {
        const planned = longer(devices.get(id), groups.get(group));
        const isEnded = planned && planned.until <= (this.ended[id] ?? Number.NEGATIVE_INFINITY);
        return begun.get(id) ?? (isEnded ? null : planned) ?? null;
      },
    };
  }

  /** Until when what is planned for the device now would last; null where nothing is. */
  plannedUntil({ id, group }: Readonly<{ id: string; group: string }>, now: number): number | null {
    const ends = this.#planned
      .filter(({ config }) => !config.flexible)
      .filter(({ config }) => config.devices.includes(id) || config.groups.includes(group))
      .map(
        ({ config, cron }) => (cron ? cron.until(now) : fixedUntil(config, now)) ?? Number.NEGATIVE_INFINITY,
      );
    const last = Math.max(...ends, Number.NEGATIVE_INFINITY);
    return last === Number.NEGATIVE_INFINITY ? null : last;
  }

  /** The downtime that begins because the device goes down now; null where none is planned or it has had its own. */
  begunBy({ id, group }: Readonly<{ id: string; group: string }>, now: number): AdHocDowntime | null {
    for (const { config } of this.#planned) {
      const { flexible, devices, groups, reason, durationMs = 0, to: windowEnd = 0 } = config;
      if (!flexible || fixedUntil(config, now) === null) continue;
      if (!devices.includes(id) && !groups.includes(group)) continue;
      if (this.adHoc.some((begun) => begun.device === id && begun.windowEnd === windowEnd)) continue;
      return { device: id, by: 'config', reason, until: now + durationMs, windowEnd };
    }
    return null;
  }
}

/** Of several at once the one that lasts longest is told: who ends it ends them all. */
function keepLongest(of: Map<string, ActiveDowntime>, id: string, active: ActiveDowntime): void {
  of.set(id, longer(of.get(id), active)!);
}

function longer(one: ActiveDowntime | undefined, other: ActiveDowntime | undefined) {
  return one && other ? (other.until > one.until ? other : one) : (one ?? other);
}

function fixedUntil(config: DowntimeConfig, now: number): number | null {
  const { from = Number.POSITIVE_INFINITY, to = Number.NEGATIVE_INFINITY } = config;
  return from <= now && now < to ? to : null;
}

/** The windows of a cron downtime, one after the other. The cron is asked once for each of them, not once a second. */
class CronWindow {
  readonly #cron: Cron;
  readonly #durationMs: number;
  #askedAt = Number.POSITIVE_INFINITY;
  /** The first start that lies less than the length before `askedAt`, or after it. */
  #start = Number.NaN;

  constructor(cron: string, durationMs: number) {
    this.#cron = new Cron(cron);
    this.#durationMs = durationMs;
  }

  /** The end of the window that is open, or null. */
  until(now: number): number | null {
    // The wall clock may have been set back since.
    const isKnown = now >= this.#askedAt && now < this.#start + this.#durationMs;
    if (!isKnown) {
      this.#askedAt = now;
      this.#start =
        this.#cron.nextRun(new Date(now - this.#durationMs))?.getTime() ?? Number.POSITIVE_INFINITY;
    }
    return this.#start <= now ? this.#start + this.#durationMs : null;
  }
}
