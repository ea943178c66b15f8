import { Cron } from 'croner';
import type { DowntimeConfig } from '../config/types.ts';

/** Set by a person while netheal runs; kept in the journal. */
export type AdHocDowntime = Readonly<{ device: string; by: string; reason: string; until: number }>;

/** Why a device is in downtime at a moment, and until when; null where it is not. */
export type ActiveDowntime = Readonly<{ reason: string; until: number }>;

/** Tells which planned outage a device is in. Asked once a second and before each heal, never per probe. */
export class Downtimes {
  readonly #planned: readonly Readonly<{ config: DowntimeConfig; cron: Cron | null }>[];
  adHoc: readonly AdHocDowntime[];

  constructor(configs: readonly DowntimeConfig[], adHoc: readonly AdHocDowntime[]) {
    this.#planned = configs.map((config) => ({ config, cron: config.cron ? new Cron(config.cron) : null }));
    this.adHoc = adHoc;
  }

  active(device: Readonly<{ id: string; group: string }>, now: number): ActiveDowntime | null {
    for (const { device: id, reason, until } of this.adHoc) {
      if (id === device.id && now < until) return { reason, until };
    }
    for (const { config, cron } of this.#planned) {
      if (!config.devices.includes(device.id) && !config.groups.includes(device.group)) continue;
      const until = cron ? cronUntil(cron, config.durationMs ?? 0, now) : fixedUntil(config, now);
      if (until !== null) return { reason: config.reason, until };
    }
    return null;
  }
}

function fixedUntil(config: DowntimeConfig, now: number): number | null {
  const { from = Number.POSITIVE_INFINITY, to = Number.NEGATIVE_INFINITY } = config;
  return from <= now && now < to ? to : null;
}

/** The window that began last is still open if its start lies less than its length behind us. */
function cronUntil(cron: Cron, durationMs: number, now: number): number | null {
  const start = cron.nextRun(new Date(now - durationMs))?.getTime();
  return start !== undefined && start <= now ? start + durationMs : null;
}
