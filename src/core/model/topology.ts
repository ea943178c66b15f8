/** Who is reached through whom, and whom to blame. Pure; parents that are not in the fleet are ignored. */
import type { Device, DeviceState, Surroundings } from './types.ts';

/** The part of a device that topology looks at. */
export type Node = Pick<Device, 'id' | 'parents'>;

/** Looks up the state of a device; undefined where there is none. */
export type StateOf = (id: string) => DeviceState | undefined;

/** Looks up the name of the primary probe of a device; undefined where there is none. */
export type PrimaryProbeOf = (id: string) => string | undefined;

/** The tree (rather: the directed graph without loops) of a fleet. Ids it does not know have no relatives. */
export type Topology = Readonly<{
  parents(id: string): readonly string[];
  children(id: string): readonly string[];
  /** Everything that is reached through the device, each once, the near before the far. */
  descendants(id: string): readonly string[];
  /** All ids, parents before their children, otherwise as given. */
  order: readonly string[];
}>;

const NONE: readonly string[] = Object.freeze([]);

/** Builds the topology of a fleet without loops: see `findCycle`, a device in or behind a loop has no place in `order`. */
export function buildTopology(devices: readonly Node[]): Topology {
  const parents = parentsById(devices);
  const children = childrenById(parents);
  return {
    parents: (id) => parents.get(id) ?? NONE,
    children: (id) => children.get(id) ?? NONE,
    descendants: (id) => descendantsOf(id, children),
    order: parentsFirst(parents, children),
  };
}

/** The ids of one loop of parents, each reached through the next, the first repeated at the end; null without loops. */
export function findCycle(devices: readonly Node[]): string[] | null {
  const parents = parentsById(devices);
  const placed = new Set(parentsFirst(parents, childrenById(parents)));
  const start = devices.find((device) => !placed.has(device.id));
  if (start === undefined) return null;

  // What could not be placed has a parent that could not be placed either: climbing must come round.
  const climbed: string[] = [];
  let id = start.id;
  while (!climbed.includes(id)) {
    climbed.push(id);
    id = parents.get(id)!.find((parent) => !placed.has(parent))!;
  }
  return [...climbed.slice(climbed.indexOf(id)), id];
}

/**
 * What the parents of a device say about it: `blocked` when all of them are confirmed broken themselves, so that its
 * silence means nothing; `null` when it has none.
 */
export function parentsVerdict(
  id: string,
  topology: Topology,
  states: StateOf,
  primaryProbe: PrimaryProbeOf,
): Surroundings['parents'] {
  const parents = topology.parents(id);
  if (parents.length === 0) return null;
  return parents.every((parent) => blocks(parent, states, primaryProbe)) ? 'blocked' : 'reachable';
}

/**
 * The top-most broken device that explains why `id` is unreachable: itself not behind blocked parents. Null for a
 * device that is not unreachable, or whose parents are back. Of several broken parents the first named is followed.
 */
export function rootCause(
  id: string,
  topology: Topology,
  states: StateOf,
  primaryProbe: PrimaryProbeOf,
): string | null {
  if (states(id)?.reachability !== 'unreachable') return null;
  let cause = id;
  while (parentsVerdict(cause, topology, states, primaryProbe) === 'blocked') {
    cause = topology.parents(cause)[0]!;
  }
  return cause === id ? null : cause;
}

/**
 * Whether a parent is confirmed to let nothing through. `down` and `unreachable` only ever appear when confirmed (a
 * soft failure leaves a parent `up`), and they stand until the recovery is confirmed as well: the first good answer of a
 * rebooting switch must not put the blame on everything behind it.
 */
function blocks(id: string, states: StateOf, primaryProbe: PrimaryProbeOf): boolean {
  const state = states(id);
  if (state === undefined) return false;
  if (state.reachability === 'unreachable') return true;
  if (state.reachability !== 'down') return false;
  // A parent that answers pings while its web page fails cannot explain a silent child.
  const primary = primaryProbe(id);
  return primary === undefined || state.failing.includes(primary) || state.failure?.probe === primary;
}

type Relatives = ReadonlyMap<string, readonly string[]>;

function parentsById(devices: readonly Node[]): Relatives {
  const known = new Set(devices.map((device) => device.id));
  return new Map(
    devices.map(({ id, parents }) => [id, [...new Set(parents)].filter((parent) => known.has(parent))]),
  );
}

function childrenById(parents: Relatives): Relatives {
  const children = new Map<string, string[]>();
  for (const [id, above] of parents) {
    for (const parent of above) {
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [id]);
      else siblings.push(id);
    }
  }
  return children;
}

/** Kahn's algorithm: whoever waits for no parent is placed, and its children wait for one less. */
function parentsFirst(parents: Relatives, children: Relatives): readonly string[] {
  const waitsFor = new Map<string, number>();
  const order: string[] = [];
  for (const [id, above] of parents) {
    waitsFor.set(id, above.length);
    if (above.length === 0) order.push(id);
  }
  for (const placed of order) {
    for (const child of children.get(placed) ?? NONE) {
      const left = waitsFor.get(child)! - 1;
      waitsFor.set(child, left);
      if (left === 0) order.push(child);
    }
  }
  return order;
}

function descendantsOf(id: string, children: Relatives): readonly string[] {
  const found = new Set<string>([id]);
  for (const member of found) {
    for (const child of children.get(member) ?? NONE) found.add(child);
  }
  found.delete(id);
  return [...found];
}
