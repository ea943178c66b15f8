import { fastConfig, watched } from '../fast-config.ts';
import type { DeviceSpec, Lab } from '../lab.ts';
import type { LabDevice } from '../lab-device.ts';

/** How netheal is told to look and heal in a chaos run; what the bounds of the judge follow from. */
export const timing = {
  intervalMs: 1_000,
  timeoutMs: 800,
  retryIntervalMs: 500,
  failureThreshold: 3,
  settleMs: 300,
  verifyWindowMs: 6_000,
  minHealthyMs: 3_000,
} as const;

/** Intervals are spread by a tenth, so that a fleet is not checked in one moment. */
const JITTER = 1.1;

/**
 * The latest that a silence can be confirmed: the next check, the ones that confirm it, and the question to our own
 * witnesses, who are asked twice.
 */
export const detectionBoundMs =
  timing.intervalMs * JITTER +
  timing.failureThreshold * timing.timeoutMs +
  (timing.failureThreshold - 1) * timing.retryIntervalMs +
  2 * timing.timeoutMs;

export const limits = { maxUnhealthyPercent: 50, maxConcurrent: 3, maxAttempts: 3 } as const;

const CHILDREN = 3;

/** So many devices: a sixth of them switches with three children each, the others on their own. */
export function layOut(count: number): DeviceSpec[] {
  const switches = Math.max(1, Math.floor(count / 6));
  const ids = Array.from({ length: switches }, (_, n) => `sw${n + 1}`);
  const children = ids.flatMap((behind) =>
    Array.from({ length: CHILDREN }, (_, n) => ({ id: `${behind}-${'abc'[n]}`, behind })),
  );
  const alone = Math.max(0, count - switches - children.length);
  const hosts = Array.from({ length: alone }, (_, n) => ({ id: `host${n + 1}` }));
  return [...ids.map((id) => ({ id })), ...children, ...hosts];
}

export const parentOf = (id: string) => (id.includes('-') ? id.slice(0, id.indexOf('-')) : null);
export const isSwitch = (id: string) => /^sw\d+$/.test(id);
/** A switch with what is behind it is a group, and so are the hosts, four at a time. */
export const groupOf = (id: string) =>
  id.startsWith('sw') ? (parentOf(id) ?? id) : `hosts-${Math.floor((Number(id.slice(4)) - 1) / 4)}`;

/** A config that watches the whole lab, with a ladder of strategies for each device. */
export function chaosConfig(lab: Lab): object {
  const config = fastConfig(
    lab,
    lab.devices.map((device) => entry(lab, device)),
    {
      settle: `${timing.settleMs}ms`,
      verifyWindow: `${timing.verifyWindowMs}ms`,
      minHealthyPeriod: `${timing.minHealthyMs}ms`,
      maxAttempts: limits.maxAttempts,
      maxUnhealthy: `${limits.maxUnhealthyPercent}%`,
      maxConcurrent: limits.maxConcurrent,
      // An hour's worth of faults happens in minutes here; the cap has its own tests.
      maxPerHour: 10_000,
    },
  );
  const { monitoring } = config;
  return { ...config, monitoring: { ...monitoring, timeout: `${timing.timeoutMs}ms` } };
}

function entry(lab: Lab, device: LabDevice): object {
  const parent = parentOf(device.id);
  const link = rung('link', { failure: 'probe:icmp', ...(parent && { attempt: 1 }) }, device.id, [
    'ip link set eth0 up',
    'nft delete table inet fault 2>/dev/null || true',
  ]);
  const port = rung('port', { failure: 'probe:icmp' }, device.id, [`ip link set ${device.port} up`], parent);
  const service = rung('service', {}, device.id, ['svc restart']);
  return watched(device, {
    group: groupOf(device.id),
    ...(parent && { parents: [parent] }),
    ...(!isSwitch(device.id) && {
      probes: [{ type: 'http', url: `http://${lab.device(device.id).address}/`, expectStatus: 200 }],
    }),
    ssh: { host: device.management, connectTimeout: '2s' },
    heal: isSwitch(device.id) ? [link] : parent ? [link, port, service] : [link, service],
  });
}

/** The first command writes itself down on the device that it runs on, with its moment: that is how doubles are found. */
function rung(name: string, when: object, id: string, commands: string[], on?: string | null): object {
  const record = `echo "$(date +%s%3N) ${id} ${name}" >> /srv/heal.log; sleep 0.3`;
  return { name, when, steps: [{ ...(on && { on }), ssh: [record, ...commands] }] };
}
