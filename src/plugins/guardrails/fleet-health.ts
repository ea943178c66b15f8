import type { DeviceSnapshot, FleetSnapshot } from 'netheal/plugin';

/** How many devices of a group, or of the fleet, are not well. */
export type Health = Readonly<{
  size: number;
  /** Confirmed to be broken, in no downtime. */
  unhealthy: number;
  /** They fail, and whether they are down is not confirmed yet. */
  doubtful: number;
}>;

export type FleetHealth = Readonly<{ all: Health; groups: ReadonlyMap<string, Health> }>;

type Counts = { -readonly [K in keyof Health]: Health[K] };

/** By the picture that was counted: the remedies of a thousand devices ask about the same one. */
const counted = new WeakMap<FleetSnapshot['devices'], FleetHealth>();

/** Counts a fleet and its groups. Pure, but for remembering what it has counted. */
export function healthOf(fleet: FleetSnapshot): FleetHealth {
  const { devices } = fleet;
  const known = counted.get(devices);
  if (known) return known;
  const all: Counts = { size: 0, unhealthy: 0, doubtful: 0 };
  const groups = new Map<string, Counts>();
  for (const snapshot of devices) {
    const { group } = snapshot.device;
    const counts = groups.get(group) ?? { size: 0, unhealthy: 0, doubtful: 0 };
    groups.set(group, counts);
    for (const each of [all, counts]) {
      each.size++;
      if (isUnhealthy(snapshot)) each.unhealthy++;
      else if (isDoubtful(snapshot, fleet)) each.doubtful++;
    }
  }
  const health = { all, groups };
  counted.set(devices, health);
  return health;
}

/** A device that was down on its own account before its parents broke too stays down, and yet nothing can be done to it. */
export function isBehindDeadParents({ device }: DeviceSnapshot, fleet: FleetSnapshot): boolean {
  const parents = device.parents.map((id) => fleet.device(id)).filter((parent) => parent !== undefined);
  return parents.length > 0 && parents.every(isDead);
}

/** Also while that is being confirmed, or does not count yet because it is being healed: nobody is reached at it or through it now. */
export function isDead({ reachability, failing }: DeviceSnapshot): boolean {
  return reachability === 'down' || reachability === 'unreachable' || failing;
}

/**
 * Unreachable devices count with their root cause as one: they are not unhealthy on their own account. A planned outage
 * is explained; it must not stop the healing of everybody else.
 */
function isUnhealthy({ broken, reachability, downtime }: DeviceSnapshot): boolean {
  return (broken || reachability === 'down') && !downtime;
}

function isDoubtful(snapshot: DeviceSnapshot, fleet: FleetSnapshot): boolean {
  return (
    snapshot.failing &&
    !snapshot.downtime &&
    snapshot.reachability !== 'down' &&
    !isBehindDeadParents(snapshot, fleet)
  );
}
