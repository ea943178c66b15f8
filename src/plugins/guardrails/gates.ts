import type { DeviceSnapshot, FleetSnapshot, HealAttempt, Veto } from 'netheal/plugin';
import { type Health, healthOf, isBehindDeadParents, isDead } from './fleet-health.ts';

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
/** Failures are confirmed or over within seconds. */
const DOUBT_MS = 1_000;

/**
 * Every gate before a heal, in the order in which they are asked: the cheapest and surest reasons first, so that the
 * person reads the one that matters.
 */
export const GATES: readonly Gate[] = [
  gate('healing-disabled', ({ device }) =>
    device.healing.enabled ? undefined : { veto: 'healing is turned off in the config', needsHuman: true },
  ),
  gate('paused', (situation) => {
    const { paused } = situation.fleet;
    if (paused !== null) return { veto: `all healing was paused by ${paused}` };
    return ofTargets(situation, (target) => (target.paused ? 'healing of it is paused' : null));
  }),
  gate('self-offline', ({ fleet }) =>
    fleet.selfOffline ? { veto: 'our own uplink is down: nothing is known about anybody' } : undefined,
  ),
  gate('downtime', (situation) =>
    ofTargets(situation, ({ downtime }) => (downtime === null ? null : `in downtime: ${downtime}`)),
  ),
  gate('acknowledged', (situation) =>
    ofTargets(situation, ({ acknowledged }) =>
      acknowledged === null ? null : `acknowledged by ${acknowledged}: a person is on it`,
    ),
  ),
  gate('unreachable', (situation) => {
    const { device, fleet } = situation;
    return ofTargets(situation, (target) => {
      if (target.reachability === 'unreachable' || isBehindDeadParents(target, fleet)) {
        const parent = target.rootCause ?? target.device.parents[0] ?? 'a parent';
        return `behind ${parent}, which does not answer: nothing is known about this one`;
      }
      // That it does not answer is why the device itself is healed; on any other one half of the steps may get lost.
      if (target === device || !isDead(target)) return null;
      return target.reachability === 'down' ? 'it is down itself' : 'it fails, which is not confirmed yet';
    });
  }),
  gate('healthy', ({ device }) => {
    if (device.broken) return undefined;
    return { veto: `it is ${device.hardness === 'soft' ? 'not confirmed to be down' : device.reachability}` };
  }),
  gate('flapping', (situation) =>
    ofTargets(situation, ({ flapping }) =>
      flapping ? 'it is flapping: a heal could not be told from its next swing' : null,
    ),
  ),
  gate('attempts', ({ attempt }) => {
    if (attempt.attempt <= attempt.maxAttempts) return undefined;
    return { veto: `all ${attempt.maxAttempts} attempts are used up`, needsHuman: true };
  }),
  gate('cooling-down', ({ device, fleet }) => {
    const waitMs = (device.healing.notBeforeMonoMs ?? 0) - fleet.monoMs;
    return waitMs <= 0 ? undefined : { veto: `cooling down for ${Math.ceil(waitMs / 1_000)} s more`, waitMs };
  }),
  gate('concurrency', ({ attempt, fleet, options }) => {
    const { running } = fleet.heals;
    // A step that runs on another device counts against the limit of that one's group as well.
    const groups = groupsOf({ ...attempt, group: attempt.device.group }, fleet);
    const sameGroup = running.find((heal) => groupsOf(heal, fleet).some((group) => groups.includes(group)));
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
  // The last one: it alone looks at every device of the fleet.
  gate('blast-radius', blastRadius),
];

function groupsOf(
  { group, targets }: Readonly<{ group: string; targets: readonly string[] }>,
  fleet: FleetSnapshot,
): string[] {
  return [group, ...targets.flatMap((id) => fleet.device(id)?.device.group ?? [])];
}

/** A step may run `on` another device: what holds a hand off that one holds this heal too. */
function ofTargets(
  { attempt, device, fleet }: Situation,
  why: (target: DeviceSnapshot) => string | null,
): Omit<Veto, 'gate'> | undefined {
  const own = why(device);
  if (own !== null) return { veto: own };
  for (const id of attempt.targets) {
    const target = id === device.device.id ? undefined : fleet.device(id);
    const other = target ? why(target) : null;
    if (target && other !== null)
      return { veto: `${target.device.label}, on which a step would run: ${other}` };
  }
  return undefined;
}

/** Many devices at once are one cause that no heal of theirs will mend, or a mistake of ours: stop, and ask. */
function blastRadius({ attempt, fleet, options }: Situation): Omit<Veto, 'gate'> | undefined {
  if (fleet.healingStopped !== null) return { veto: `all healing is stopped: ${fleet.healingStopped}` };
  const { group: name } = attempt.device;
  const health = healthOf(fleet);
  const group = health.groups.get(name);
  if (!group) return { veto: `the group "${name}" is empty or unknown`, needsHuman: true };
  return tooMany(group, `group "${name}"`, options) ?? tooMany(health.all, 'the fleet', options);
}

function tooMany(
  { size, unhealthy, doubtful }: Health,
  where: string,
  { maxUnhealthyPercent }: GuardrailOptions,
): Omit<Veto, 'gate'> | undefined {
  const isOver = (count: number) => count >= MIN_UNHEALTHY && (100 * count) / size > maxUnhealthyPercent;
  if (isOver(unhealthy)) {
    const veto = `${unhealthy} of ${size} devices of ${where} are down, more than ${maxUnhealthyPercent} %`;
    return { veto, stopsAll: true };
  }
  // In a mass outage somebody is confirmed first: wait for the verdict on those that fail as well.
  if (doubtful === 0 || !isOver(unhealthy + doubtful)) return undefined;
  return { veto: `${doubtful} more of ${where} fail and are not confirmed yet`, waitMs: DOUBT_MS };
}

function gate(name: string, verdict: Gate['verdict']): Gate {
  return { name, verdict };
}
