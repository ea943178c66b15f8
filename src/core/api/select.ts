/** Which devices of a fleet somebody wants to see. Pure. */
import { isProblem, SEVERITY, type ShownState, shownState } from '../model/shown-state.ts';
import type { DeviceQuery, DeviceView, Selection } from './types.ts';

/** The part of a device that a query looks at: cheap to come by for a hundred thousand of them. */
export type DeviceBrief = Pick<DeviceView, 'id' | 'label' | 'address' | 'group' | 'reachability'> &
  Readonly<{
    healing: Pick<DeviceView['healing'], 'phase'>;
    flags: Pick<DeviceView['flags'], 'downtime' | 'flapping'>;
  }>;

/** Selects among devices. */
export function select(devices: Iterable<DeviceBrief>, query: DeviceQuery): Selection {
  const { offset = 0, limit = Number.POSITIVE_INFINITY } = query;
  const states = Object.fromEntries(SEVERITY.map((state) => [state, 0])) as Record<ShownState, number>;
  const matches = matcherOf(query);
  const ids: string[] = [];
  const byState = new Map<ShownState, string[]>(query.problems ? SEVERITY.map((state) => [state, []]) : []);
  let total = 0;
  let matching = 0;
  for (const device of devices) {
    total++;
    const shown = shownState(device);
    states[shown]++;
    if (!matches(device)) continue;
    if (query.problems) byState.get(shown)!.push(device.id);
    else if (matching >= offset && matching - offset < limit) ids.push(device.id);
    matching++;
  }
  const chosen = query.problems ? [...byState.values()].flat().slice(offset, offset + limit) : ids;
  return { fleet: { total, states }, matching, ids: chosen };
}

/** Whether a device is one of those that a query asks for. */
function matcherOf({ q = '', state, group, problems }: DeviceQuery): (device: DeviceBrief) => boolean {
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (device) =>
    (problems !== true || isProblem(device)) &&
    (state === undefined || shownState(device) === state) &&
    (group === undefined || device.group === group) &&
    words.every((word) =>
      [device.id, device.label, device.address, device.group].some((text) =>
        text.toLowerCase().includes(word),
      ),
    );
}
