import type { ResolvedConfig } from './types.ts';

/** The config as `netheal config` prints it: resolved, secrets masked (a `Secret` turns itself into a mask in JSON). */
export function describeConfig({ locate: _, ...config }: ResolvedConfig): unknown {
  return JSON.parse(JSON.stringify(config));
}
