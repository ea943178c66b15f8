/** The two endpoints that users of the Python version script against; snake_case because theirs is. */
import type { Reachability } from '../model/types.ts';
import type { EventRecord } from '../plugin.ts';
import type { DeviceView, Snapshot } from './types.ts';

const RECENT_CHANGES = 20;

/** Whatever does not answer is offline there, for whichever reason. */
const SEED_STATUS: Readonly<Record<Reachability, 'online' | 'offline' | 'unknown'>> = {
  unknown: 'unknown',
  up: 'online',
  degraded: 'online',
  down: 'offline',
  unreachable: 'offline',
};

const iso = (at: number) => new Date(at).toISOString();

/** Body of GET /api/status. */
export function seedStatus(snapshot: Snapshot, now: number) {
  return { timestamp: iso(now), devices: snapshot.devices.map(statusRow) };
}

function statusRow(device: DeviceView) {
  return {
    id: device.id,
    ip: device.address,
    label: device.label,
    status: SEED_STATUS[device.reachability],
    last_check: device.lastCheckAt === null ? null : iso(device.lastCheckAt),
    response_time_ms: device.rttMs,
    consecutive_failures: device.consecutiveFailures,
    healing_attempts: device.healing.attempts,
    state: {
      reachability: device.reachability,
      hardness: device.hardness,
      healing: device.healing.phase,
      flags: device.flags,
    },
  };
}

/** Body of GET /api/stats. */
export function seedStats(snapshot: Snapshot, now: number) {
  return {
    timestamp: iso(now),
    devices: snapshot.devices.map((device) => ({
      id: device.id,
      ip: device.address,
      label: device.label,
      uptime_percentage: device.stats.uptimePercent,
      average_response_time_ms: device.stats.averageRttMs,
      total_checks: device.stats.totalChecks,
      online_checks: device.stats.onlineChecks,
      since: iso(device.stats.since),
    })),
    recent: recentChanges(snapshot),
  };
}

/** The last hard changes of status, newest first. */
function recentChanges(snapshot: Snapshot) {
  const devices = new Map(snapshot.devices.map((device) => [device.id, device]));
  return snapshot.events
    .filter((event) => event.type === 'status-change')
    .slice(-RECENT_CHANGES)
    .reverse()
    .map((event) => changeRow(event, devices.get(event.device ?? '')));
}

function changeRow(event: EventRecord, device: DeviceView | undefined) {
  return {
    timestamp: event.at,
    id: event.device ?? null,
    ip: device?.address ?? null,
    label: device?.label ?? event.device ?? null,
    from: event.from ?? null,
    to: event.to ?? null,
    message: event.message,
  };
}
