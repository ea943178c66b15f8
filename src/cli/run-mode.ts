import type { ResolvedConfig } from '../core/config/types.ts';
import type { Reread } from '../core/reload.ts';
import { type GlobalOptions, load } from './context.ts';

/** A heal's command may take this long to finish after SIGTERM. */
export const STOP_GRACE_MS = 10_000;

/** What the config and `--no-heal` make of healing. */
export function healingMode(config: ResolvedConfig, heal: boolean): 'act' | 'observe' | 'off' {
  return heal && config.healing.enabled ? config.healing.mode : 'off';
}

/** For `--no-dashboard`, and for commands that only look. */
export function withoutDashboard(config: ResolvedConfig, dashboard: boolean): ResolvedConfig {
  if (dashboard) return config;
  return { ...config, plugins: config.plugins.filter(({ name }) => name !== 'dashboard') };
}

/** Reads the config of a command again, for a reload. */
export function rereading(options: GlobalOptions, heal: boolean): Reread {
  return async () => {
    const config = await load(options);
    return { config, healing: healingMode(config, heal) };
  };
}
