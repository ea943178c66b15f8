import type { DeviceView, FleetCounts } from '../core/api/types.ts';
import { SEVERITY } from '../core/model/shown-state.ts';

const GLYPHS: Readonly<Record<DeviceView['reachability'], string>> = {
  up: '●',
  degraded: '◐',
  down: '✖',
  unreachable: '◌',
  unknown: '?',
};

/** Does it answer? */
export function isWell({ reachability }: DeviceView): boolean {
  return reachability === 'up' || reachability === 'degraded';
}

/** A device in one line. Pure. */
export function statusLine(device: DeviceView): string {
  const { label, address, reachability, rttMs, stats, healing, failure, rootCause } = device;
  const parts = [`${GLYPHS[reachability]} ${reachability.padEnd(11)} ${label} (${address})`];
  if (rttMs !== null && isWell(device)) parts.push(`${rttMs.toFixed(1)} ms`);
  if (stats.uptimePercent !== null) parts.push(`up ${stats.uptimePercent.toFixed(2)} %`);
  if (failure && !isWell(device)) parts.push(`${failure.probe}: ${failure.message}`);
  if (rootCause) parts.push(`behind ${rootCause}`);
  if (healing.phase !== 'idle') parts.push(`${healing.phase} (${healing.attempts}/${healing.maxAttempts})`);
  if (healing.reason) parts.push(healing.reason);
  return parts.join('  ');
}

/** What else there is to know of a device that was named. Pure. */
export function detailLines({
  since,
  lastCheckAt,
  lossPercent,
  probes,
  flags,
  parents,
  config,
  incident,
}: DeviceView): string[] {
  const time = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  return [
    `since ${time(since)}, last check ${lastCheckAt === null ? 'not yet' : time(lastCheckAt)}, loss ${lossPercent.toFixed(0)} %`,
    ...probes.map(
      ({ name, ok, rttMs, message }) =>
        `probe ${name}: ${ok === null ? 'not yet' : ok ? 'ok' : 'failed'}${rttMs === null ? '' : `, ${rttMs.toFixed(1)} ms`}${message ? `, ${message}` : ''}`,
    ),
    ...(incident === null ? [] : [`incident ${incident}`]),
    ...(flags.acknowledged ? [`acknowledged by ${flags.acknowledged.by}: ${flags.acknowledged.reason}`] : []),
    ...(flags.downtime === null ? [] : [`in a downtime: ${flags.downtime}`]),
    ...(flags.flapping ? ['flapping'] : []),
    ...(flags.paused ? ['its healing is paused'] : []),
    ...(parents.length > 0 ? [`behind ${parents.join(', ')}`] : []),
    ...(config.ssh === null
      ? []
      : [`ssh ${config.ssh}${config.via ? ` by way of ${config.via.join(', ')}` : ''}`]),
    ...(config.strategies.length > 0 ? [`heals by: ${config.strategies.join(', ')}`] : []),
  ];
}

/** A fleet in one line. Pure. */
export function fleetLine(
  { total, states }: FleetCounts,
  { openIncidents, waitingApprovals }: Readonly<{ openIncidents: number; waitingApprovals: number }>,
): string {
  const counts = SEVERITY.filter((state) => states[state] > 0).map((state) => `${states[state]} ${state}`);
  const parts = [`${total} device${total === 1 ? '' : 's'}: ${counts.join(', ') || 'none'}`];
  if (openIncidents > 0) parts.push(`open incidents: ${openIncidents}`);
  if (waitingApprovals > 0) parts.push(`heals that wait for an approval: ${waitingApprovals}`);
  return parts.join('; ');
}
