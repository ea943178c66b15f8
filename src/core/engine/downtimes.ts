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

  constructor(configs: readonly DowntimeConfig[], adHoc: readonly AdHocDowntime[]) {
    this.#planned = configs.map((config) => ({
      config,
      cron: config.cron ? new CronWindow(config.cron, config.durationMs ?? 0) : null,
    }));
    this.adHoc = adHoc;
  }

  /** All downtimes of a moment, for a look at each device of the fleet; null where there are none. */
  at(now: number): ActiveDowntimes | null {
    const devices = new Map<string, ActiveDowntime>();
    const groups = new Map<string, ActiveDowntime>();
    for (const { device, reason, until } of this.adHoc) {
      if (now < until && !devices.has(device)) devices.set(device, { reason, until });
    }
    for (const { config, cron } of this.#planned) {
      if (config.flexible) continue;
      const until = cron ? cron.until(now) : fixedUntil(config, now);
      if (until === null) continue;
      const active = { reason: config.reason, until };
      for (const id of config.devices) if (!devices.has(id)) devices.set(id, active);
      for (const group of config.groups) if (!groups.has(group)) groups.set(group, active);
    }
    if (devices.size + groups.size === 0) return null;
    return { of: ({ id, group }) => devices.get(id) ?? groups.get(group) ?? null };
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
