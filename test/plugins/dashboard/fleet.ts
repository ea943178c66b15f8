/** A dozen devices in every state a page must be able to show. */
import type { DeviceView, Snapshot } from '../../../src/core/api/types.ts';
import { deviceView, healPlan, healView, incident, snapshotWith } from '../../core/api/fake-source.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Twenty RTTs around `base`, the same every time; `null` at the given places. */
function rtts(base: number, lost: readonly number[] = []): (number | null)[] {
  return Array.from({ length: 20 }, (_, i) =>
    lost.includes(i)
      ? null
      : Number((base * (1 + 0.35 * Math.sin(i * 1.7) + (i % 7 === 3 ? 0.6 : 0))).toFixed(2)),
  );
}

export function fleet(now = Date.now()): Snapshot {
  const down = { hardness: 'hard' as const, rttMs: null };
  const device = (id: string, label: string, address: string, change: Partial<DeviceView> = {}) =>
    deviceView(id, { label, address, since: now - 26 * HOUR, recent: rtts(1.2), ...change });
  const devices = [
    device('core-gw', 'Core gateway', '10.0.0.1', {
      ...down,
      reachability: 'down',
      since: now - 192_000,
      lossPercent: 100,
      recent: rtts(1.2, [14, 15, 16, 17, 18, 19]),
      incident: 'inc-1',
      failure: { kind: 'timeout', probe: 'icmp', message: 'no answer within 2 s' },
      healing: { phase: 'waiting-approval', attempts: 0, maxAttempts: 2, reason: null },
      stats: {
        uptimePercent: 99.41,
        averageRttMs: 1.3,
        totalChecks: 2000,
        onlineChecks: 1988,
        since: now - 30 * HOUR,
      },
    }),
    device('sw-branch', 'Branch switch', '10.0.1.2', {
      ...down,
      reachability: 'unreachable',
      since: now - 190_000,
      rootCause: 'core-gw',
      lossPercent: 100,
      recent: rtts(2.1, [15, 16, 17, 18, 19]),
    }),
    device('printer', 'Front desk printer', '10.0.1.40', {
      ...down,
      reachability: 'down',
      since: now - 41 * MINUTE,
      lossPercent: 100,
      recent: rtts(4, [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
      incident: 'inc-2',
      healing: { phase: 'needs-human', attempts: 2, maxAttempts: 2, reason: 'attempts used up' },
      stats: {
        uptimePercent: 96.2,
        averageRttMs: 4.8,
        totalChecks: 2000,
        onlineChecks: 1924,
        since: now - 30 * HOUR,
      },
    }),
    device('vpn', 'VPN concentrator', '10.0.0.7', {
      ...down,
      reachability: 'down',
      since: now - 65_000,
      incident: 'inc-3',
      lossPercent: 35,
      recent: rtts(11, [17, 18, 19]),
      healing: { phase: 'verifying', attempts: 1, maxAttempts: 2, reason: null },
    }),
    device('wan-2', 'Backup uplink', '203.0.113.9', {
      reachability: 'degraded',
      since: now - 12 * MINUTE,
      rttMs: 612,
      lossPercent: 25,
      recent: rtts(480, [3, 8, 12, 15, 18]),
      stats: {
        uptimePercent: 99.02,
        averageRttMs: 92.4,
        totalChecks: 2000,
        onlineChecks: 1980,
        since: now - 30 * HOUR,
      },
    }),
    device('sw-01', 'Switch 1', '10.0.0.2', { recent: rtts(0.9), rttMs: 0.9 }),
    device('sw-02', 'Switch 2', '10.0.0.3', { recent: rtts(1.1, [6]), rttMs: 1.1, lossPercent: 5 }),
    device('nas', 'NAS', '10.0.0.9', { recent: rtts(0.4), rttMs: 0.4 }),
    device('ap-hall', 'Access point, hall', '10.0.0.31', {
      recent: rtts(3.2),
      rttMs: 3.4,
      flags: { flapping: true, downtime: null, acknowledged: null, paused: false },
    }),
    device('ups', 'UPS', '10.0.0.40', {
      ...down,
      reachability: 'down',
      recent: rtts(2, [16, 17, 18, 19]),
      flags: { flapping: false, downtime: 'battery swap', acknowledged: null, paused: false },
    }),
    device('dns', 'Resolver', '2001:db8::53', { recent: rtts(0.7), rttMs: 0.7 }),
    device('cam-3', 'Camera 3', '10.0.2.13', {
      reachability: 'unknown',
      hardness: 'soft',
      rttMs: null,
      recent: [],
      stats: { uptimePercent: null, averageRttMs: null, totalChecks: 0, onlineChecks: 0, since: now },
    }),
  ];
  const changes = [
    ['vpn', 'bad', 'VPN concentrator is down: no answer within 2 s', 65_000],
    ['sw-branch', 'warn', 'Branch switch is unreachable behind Core gateway', 190_000],
    ['core-gw', 'bad', 'Core gateway is down: no answer within 2 s', 192_000],
    ['wan-2', 'warn', 'Backup uplink is degraded: 612 ms, loss 25 %', 12 * MINUTE],
    ['printer', 'bad', 'Front desk printer is down: host unreachable', 41 * MINUTE],
    ['nas', 'good', 'NAS is up', 3 * HOUR],
    ['nas', 'bad', 'NAS is down: no answer within 2 s', 3 * HOUR + 2 * MINUTE],
    ['sw-02', 'good', 'Switch 2 is up', 30 * HOUR],
  ] as const;
  return snapshotWith({
    seq: changes.length,
    at: now,
    devices,
    incidents: [
      incident('inc-2', {
        device: 'printer',
        openedAt: now - 41 * MINUTE,
        failure: { kind: 'host-unreachable', probe: 'icmp', message: 'host unreachable' },
        needsHuman: 'attempts used up',
        attempts: 2,
        acknowledged: { by: 'ada', reason: 'paper jam', at: now - 20 * MINUTE, until: null },
      }),
      incident('inc-1', { openedAt: now - 192_000 }),
      incident('inc-3', { device: 'vpn', openedAt: now - 65_000 }),
    ],
    heals: [
      healView('h3', {
        device: 'printer',
        incident: 'inc-2',
        outcome: 'failed',
        reason: 'No good check within 2 minutes.',
        strategy: 'restart print service',
        attempt: 2,
        startedAt: now - 36 * MINUTE,
        finishedAt: now - 33 * MINUTE,
        transcript: [
          { at: now, kind: 'info', text: 'logged in to printer as netheal' },
          { at: now, kind: 'command', text: 'systemctl restart cups' },
          { at: now, kind: 'output', text: 'Job for cups.service canceled.' },
          { at: now, kind: 'error', text: 'exit code 1' },
          { at: now, kind: 'verdict', text: 'not healed: no good check within 2 minutes' },
        ],
      }),
      healView('h4', {
        device: 'vpn',
        incident: 'inc-3',
        phase: 'verifying',
        outcome: null,
        reason: null,
        strategy: 'restart tunnel',
        startedAt: now - 40_000,
        finishedAt: null,
      }),
      healView('h5', {
        phase: 'waiting-approval',
        outcome: null,
        reason: null,
        by: 'auto',
        startedAt: now - 100_000,
        finishedAt: null,
        expiresAt: now + 8 * MINUTE,
        transcript: [],
        plan: healPlan({
          risk: 'high',
          steps: [
            { kind: 'ssh', target: 'core-gw', lines: ['systemctl restart dhcpd', 'ip link set eth0 up'] },
          ],
        }),
      }),
      healView('h2', { device: 'nas', startedAt: now - 3 * HOUR, finishedAt: now - 3 * HOUR + 74_000 }),
    ],
    events: changes
      .map(([id, level, message, before], index) => ({
        seq: changes.length - index,
        at: new Date(now - before).toISOString(),
        type: 'status-change' as const,
        level,
        device: id,
        message,
      }))
      .reverse(),
  });
}
