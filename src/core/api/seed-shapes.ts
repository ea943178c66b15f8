/** The two endpoints that users of the Python version script against; snake_case because theirs is. */
import type { Reachability } from '../model/types.ts';
import type { EventRecord } from '../plugin.ts';
import type { DeviceView, Source } from './types.ts';

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

/** A device in GET /api/status. */
export function statusRow(device: DeviceView) {
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

/** A device in GET /api/stats. */
export function statsRow(device: DeviceView) {
  return {
    id: device.id,
    ip: device.address,
    label: device.label,
    uptime_percentage: device.stats.uptimePercent,
    average_response_time_ms: device.stats.averageRttMs,
    total_checks: device.stats.totalChecks,
    online_checks: device.stats.onlineChecks,
    since: iso(device.stats.since),
  };
}

/** The last hard changes of status, newest first: `recent` in GET /api/stats. */
export function recentChanges(source: Source) {
  return source
    .snapshot()
    .events.filter((event) => event.type === 'status-change')
    .slice(-RECENT_CHANGES)
    .reverse()
    .map((event) => changeRow(event, source.device(event.device ?? '')));
}

function changeRow(event: EventRecord, device: DeviceView | null) {
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
