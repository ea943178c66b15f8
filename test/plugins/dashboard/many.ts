/** A fleet of many devices at several sites, some of them in trouble: always the same, to look at and to test with. */
import type { DeviceView, Snapshot } from '../../../src/core/api/types.ts';
import type { Incident } from '../../../src/core/model/types.ts';
import { deviceView, healView, incident, snapshotWith } from '../../core/api/fake-source.ts';

// biome-ignore format: a list
const CITIES = [
  'amsterdam', 'berlin', 'bologna', 'bristol', 'cork', 'dresden', 'eindhoven', 'gdansk', 'gent', 'graz', 'hamburg', 'helsinki',
  'krakow', 'leeds', 'lille', 'lisbon', 'lyon', 'malmo', 'milan', 'munich', 'odense', 'oslo', 'porto', 'prague', 'riga', 'turin',
];
const KINDS = ['sw', 'ap', 'cam', 'pos', 'srv', 'ups'] as const;
const MINUTE = 60_000;

/** Numbers that look random and are the same every time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A snapshot of so many devices; at one site the uplink is down. */
export function manyDevices(count: number, now = Date.now()): Snapshot {
  const roll = dice(count);
  const devices: DeviceView[] = [];
  const incidents: Incident[] = [];
  for (let index = 0; index < count; index++) {
    const site = CITIES[index % CITIES.length]!;
    const number = Math.floor(index / CITIES.length);
    const kind = number === 0 ? 'gw' : KINDS[number % KINDS.length]!;
    const label = `${kind}-${site}-${number}`;
    const base = 0.3 + roll() * (site.length > 6 ? 24 : 3);
    const recent = Array.from({ length: 20 }, () => base * (0.9 + roll() * 0.3));
    const device = deviceView(label, {
      address: `10.${index % CITIES.length}.${number >> 8}.${number & 255}`,
      label,
      group: site,
      tags: { kind, country: site.length > 5 ? 'north' : 'south' },
      parents: kind === 'gw' ? [] : [`gw-${site}-0`],
      rttMs: recent.at(-1)!,
      recent,
      since: now - Math.floor(roll() * 40 * 24 * 60) * MINUTE,
      stats: {
        uptimePercent: 99.2 + roll() * 0.8,
        averageRttMs: base,
        totalChecks: 9_000,
        onlineChecks: 8_990,
        since: now - 9e8,
      },
    });
    devices.push(changed(device, site, kind, roll(), now, incidents));
  }
  return snapshotWith({
    seq: 2,
    at: now,
    devices,
    incidents: incidents.reverse(),
    heals: [
      healView('h1', { device: 'pos-lyon-4', startedAt: now - 4 * MINUTE, finishedAt: now - 3 * MINUTE }),
    ],
    events: incidents.slice(0, 8).map(({ device, openedAt }, index) => ({
      seq: index + 1,
      at: new Date(openedAt).toISOString(),
      type: 'status-change' as const,
      level: 'bad' as const,
      device,
      message: `${device} is down: no answer within 2 s`,
    })),
  });
}

function changed(
  device: DeviceView,
  site: string,
  kind: string,
  fate: number,
  now: number,
  incidents: Incident[],
): DeviceView {
  const lost = { rttMs: null, lossPercent: 100, recent: device.recent.map(() => null) };
  const open = (before: number, change: Partial<Incident> = {}) => {
    const id = `inc-${incidents.length}`;
    incidents.push(incident(id, { device: device.id, openedAt: now - before, attempts: 0, ...change }));
    return id;
  };
  const healing = { phase: 'verifying' as const, attempts: 1, maxAttempts: 2, reason: null };
  if (site === 'lille') {
    const since = now - 65_000;
    if (kind !== 'gw')
      return { ...device, ...lost, reachability: 'unreachable', since, rootCause: 'gw-lille-0' };
    return { ...device, ...lost, reachability: 'down', since, incident: open(65_000), failure: null };
  }
  if (fate < 0.004) {
    const before = 2 * MINUTE + fate * 1e7;
    return { ...device, ...lost, reachability: 'down', since: now - before, incident: open(before) };
  }
  if (fate < 0.006) {
    const before = 2 * MINUTE + fate * 1e7;
    return {
      ...device,
      ...lost,
      reachability: 'down',
      since: now - before,
      healing,
      incident: open(before, { attempts: 1 }),
    };
  }
  if (fate < 0.016)
    return {
      ...device,
      reachability: 'degraded',
      rttMs: 180 + fate * 1e4,
      lossPercent: 10,
      since: now - fate * 1e8,
    };
  if (fate > 0.99) return { ...device, flags: { ...device.flags, downtime: 'firmware 7.2' } };
  return device;
}
