import type { DeviceView } from '../core/api/types.ts';
import { SEVERITY, shownState } from '../core/model/shown-state.ts';

const RANK = new Map(SEVERITY.map((state, rank) => [state, rank]));

/** 0 is the gravest. */
export function severityOf(device: DeviceView): number {
  return RANK.get(shownState(device)) ?? SEVERITY.length;
}

/** What stands around a device, for the words about it. */
export type Neighbours = Readonly<{
  labelOf: (id: string) => string;
  /** How many devices are unreachable because of this one. */
  victimsOf: (id: string) => number;
}>;

/** The last column: what a person should know beside the state, the most urgent first. */
export function noteOf(device: DeviceView, { labelOf, victimsOf }: Neighbours): string {
  const { healing, flags, reachability, rootCause, consecutiveFailures, config } = device;
  const attempt = `${healing.attempts}/${healing.maxAttempts}`;
  const notes: string[] = [];
  if (healing.phase === 'needs-human') notes.push('needs a person');
  if (healing.phase === 'waiting-approval') notes.push('approval!');
  if (healing.phase === 'running') notes.push(`heal ${attempt}`);
  if (healing.phase === 'settling') notes.push(`settling ${attempt}`);
  if (healing.phase === 'verifying') notes.push(`verifying ${attempt}`);
  if (healing.phase === 'cooling-down') notes.push(`next after ${attempt}`);
  const victims = victimsOf(device.id);
  if (victims > 0) notes.push(`ROOT of ${victims}`);
  if (reachability === 'unreachable' && rootCause !== null) notes.push(`via ${labelOf(rootCause)}`);
  if (flags.acknowledged) notes.push(`ack ${flags.acknowledged.by}`);
  if (flags.flapping) notes.push('flapping');
  if (flags.paused) notes.push('paused');
  if (flags.downtime !== null && flags.downtime !== '') notes.push(flags.downtime);
  const softly = reachability === 'up' || reachability === 'degraded' || reachability === 'unknown';
  if (softly && consecutiveFailures > 0)
    notes.push(`failed ${consecutiveFailures}/${config.failureThreshold}`);
  return notes.join(' ');
}
