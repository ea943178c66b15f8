/** The one word that a device has in every list. Pure. */
import type { HealingPhase, Reachability } from './types.ts';

export type ShownState = 'down' | 'healing' | 'unreachable' | 'degraded' | 'unknown' | 'downtime' | 'up';

/** All words, the gravest first. */
export const SEVERITY = [
  'down',
  'healing',
  'degraded',
  'unreachable',
  'unknown',
  'downtime',
  'up',
] as const satisfies readonly ShownState[];

type Shown = Readonly<{
  reachability: Reachability;
  healing: Readonly<{ phase: HealingPhase }>;
  flags: Readonly<{ downtime: string | null; flapping: boolean }>;
}>;

/** A running heal says more than the outage it treats, and a downtime more than the state it explains. */
export function shownState({ reachability, healing, flags }: Shown): ShownState {
  if (healing.phase === 'running' || healing.phase === 'settling' || healing.phase === 'verifying')
    return 'healing';
  if (flags.downtime !== null) return 'downtime';
  return reachability;
}

/** True for a device that somebody may have to look at. */
export function isProblem(device: Shown): boolean {
  const state = shownState(device);
  return (state !== 'up' && state !== 'downtime') || device.flags.flapping;
}
