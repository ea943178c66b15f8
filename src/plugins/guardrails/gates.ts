import type { DeviceSnapshot, FleetSnapshot, HealAttempt, Veto } from 'netheal/plugin';

export type GuardrailOptions = Readonly<{
  maxUnhealthyPercent: number;
  maxConcurrent: number;
  maxPerHour: number;
}>;

/** What a gate looks at: the attempt, the device it is for, and the fleet at this moment. */
export type Situation = Readonly<{
  attempt: HealAttempt;
  device: DeviceSnapshot;
  fleet: FleetSnapshot;
  options: GuardrailOptions;
}>;

/** Says why not, or nothing. Pure. */
export type Gate = Readonly<{
  name: string;
  verdict: (situation: Situation) => Omit<Veto, 'gate'> | undefined;
}>;

const HOUR_MS = 3_600_000;
/** Below this many unhealthy devices the blast radius never trips: a fleet of one to three heals its single failure. */
const MIN_UNHEALTHY = 2;

/**
 * Every gate before a heal, in the order in which they are asked: the cheapest and surest reasons first, so that the
 * person reads the one that matters.
 */
export const GATES: readonly Gate[] = [
  gate('healing-disabled', ({ device }) =>
    device.healing.enabled ? undefined : { veto: 'healing is turned off in the config', needsHuman: true },
  ),
  gate('paused', ({ fleet, device }) => {
    if (fleet.paused !== null) return { veto: `all healing was paused by ${fleet.paused}` };
    return device.paused ? { veto: 'healing of this device is paused' } : undefined;
  }),
  gate('self-offline', ({ fleet }) =>
    fleet.selfOffline ? { veto: 'our own uplink is down: nothing is known about anybody' } : undefined,
  ),
  gate('downtime', ({ device }) =>
    device.downtime === null ? undefined : { veto: `in downtime: ${device.downtime}` },
  ),
  gate('acknowledged', ({ device }) =>
    device.acknowledged === null
      ? undefined
      : { veto: `acknowledged by ${device.acknowledged}: a person is on it` },
  ),
  gate('unreachable', ({ device, fleet }) => {
    if (device.reachability !== 'unreachable' && !isBehindDeadParents(device, fleet)) return undefined;
    return {
      veto: `behind ${device.rootCause ?? device.device.parents[0] ?? 'a parent'}, which is down: nothing is known about this one`,
    };
  }),
  gate('healthy', ({ device }) => {
    if (device.reachability === 'down' && device.hardness === 'hard') return undefined;
    return { veto: `it is ${device.hardness === 'soft' ? 'not confirmed to be down' : device.reachability}` };
  }),
  gate('flapping', ({ device }) =>
    device.flapping ? { veto: 'it is flapping: a heal could not be told from its next swing' } : undefined,
  ),
  gate('attempts', ({ attempt }) => {
    if (attempt.attempt <= attempt.maxAttempts) return undefined;
    return { veto: `all ${attempt.maxAttempts} attempts are used up`, needsHuman: true };
  }),
  gate('cooling-down', ({ device, fleet }) => {
    const waitMs = (device.healing.notBeforeMonoMs ?? 0) - fleet.monoMs;
    return waitMs <= 0 ? undefined : { veto: `cooling down for ${Math.ceil(waitMs / 1_000)} s more`, waitMs };
  }),
  gate('blast-radius', blastRadius),
  gate('concurrency', ({ attempt, fleet, options }) => {
    const { running } = fleet.heals;
    const sameGroup = running.find((heal) => heal.group === attempt.device.group);
    if (sameGroup) return { veto: `${sameGroup.device} of the same group is being healed`, waitMs: 1_000 };
    if (running.length < options.maxConcurrent) return undefined;
    return {
      veto: `${running.length} heals are running, the limit is ${options.maxConcurrent}`,
      waitMs: 1_000,
    };
  }),
  gate('hourly-cap', ({ fleet, options }) => {
    const { begun } = fleet.heals;
    if (begun.length < options.maxPerHour) return undefined;
    const waitMs = Math.min(...begun) + HOUR_MS - fleet.at;
    return { veto: `${begun.length} heals in the last hour, the limit is ${options.maxPerHour}`, waitMs };
  }),
];

/** A device that was down on its own account before its parents broke too stays down, and yet nothing can be done to it. */
function isBehindDeadParents({ device }: DeviceSnapshot, { devices }: FleetSnapshot): boolean {
  if (device.parents.length === 0) return false;
  const parents = devices.filter((other) => device.parents.includes(other.device.id));
  return (
    parents.length > 0 &&
    parents.every(({ reachability }) => reachability === 'down' || reachability === 'unreachable')
  );
}

/** Many devices at once are one cause that no heal of theirs will mend, or a mistake of ours: stop, and ask. */
function blastRadius({ attempt, fleet, options }: Situation): Omit<Veto, 'gate'> | undefined {
  if (fleet.healingStopped !== null) return { veto: `all healing is stopped: ${fleet.healingStopped}` };
  const group = fleet.devices.filter(({ device }) => device.group === attempt.device.group);
  if (group.length === 0)
    return { veto: `the group "${attempt.device.group}" is empty or unknown`, needsHuman: true };
  return (
    tooMany(group, `group "${attempt.device.group}"`, options) ?? tooMany(fleet.devices, 'the fleet', options)
  );
}

function tooMany(
  devices: readonly DeviceSnapshot[],
  where: string,
  { maxUnhealthyPercent }: GuardrailOptions,
): Omit<Veto, 'gate'> | undefined {
  // Unreachable devices count with their root cause as one: they are not unhealthy on their own account.
  // A planned outage is explained; it must not stop the healing of everybody else.
  const unhealthy = devices.filter((device) => device.reachability === 'down' && !device.downtime).length;
  const percent = (100 * unhealthy) / devices.length;
  if (unhealthy < MIN_UNHEALTHY || percent <= maxUnhealthyPercent) return undefined;
  const veto = `${unhealthy} of ${devices.length} devices of ${where} are down, more than ${maxUnhealthyPercent} %`;
  return { veto, stopsAll: true };
}

function gate(name: string, verdict: Gate['verdict']): Gate {
  return { name, verdict };
}
