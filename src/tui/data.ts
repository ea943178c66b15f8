import type { DeviceView, HealView, Snapshot } from '../core/api/types.ts';
import { SEVERITY, type ShownState, shownState } from '../core/model/shown-state.ts';
import type { Incident } from '../core/model/types.ts';
import { widthOf } from './cells.ts';
import type { Neighbours } from './device-state.ts';

/** A snapshot with what every view asks of it worked out once. */
export type Data = Neighbours &
  Readonly<{
    snapshot: Snapshot;
    byId: ReadonlyMap<string, DeviceView>;
    /** How many devices there are; of a large fleet only some of them are in the snapshot. */
    total: number;
    counts: Readonly<Record<ShownState, number>>;
    openIncidents: readonly Incident[];
    /** Cells of the longest label, so that columns of labels are as wide as this fleet needs. */
    labelWidth: number;
    /** Heals that wait for a person, the oldest first. */
    waiting: readonly HealView[];
    /** Devices that are unreachable because of this one. */
    victims: (id: string) => readonly DeviceView[];
  }>;

/** Works a snapshot out. */
export function dataOf(snapshot: Snapshot): Data {
  const byId = new Map<string, DeviceView>();
  const counts = Object.fromEntries(SEVERITY.map((state) => [state, 0])) as Record<ShownState, number>;
  const victims = new Map<string, DeviceView[]>();
  let labelWidth = 0;
  for (const device of snapshot.devices) {
    byId.set(device.id, device);
    counts[shownState(device)]++;
    labelWidth = Math.max(labelWidth, widthOf(device.label));
    if (device.reachability !== 'unreachable' || device.rootCause === null) continue;
    const others = victims.get(device.rootCause);
    if (others) others.push(device);
    else victims.set(device.rootCause, [device]);
  }
  return {
    snapshot,
    byId,
    total: snapshot.fleet?.total ?? snapshot.devices.length,
    counts: snapshot.fleet?.states ?? counts,
    openIncidents: snapshot.incidents.filter(({ closedAt }) => closedAt === null),
    labelWidth,
    waiting: snapshot.heals
      .filter(({ phase }) => phase === 'waiting-approval')
      .toSorted((a, b) => a.startedAt - b.startedAt),
    labelOf: (id) => byId.get(id)?.label ?? id,
    victims: (id) => victims.get(id) ?? [],
    victimsOf: (id) => victims.get(id)?.length ?? 0,
  };
}
