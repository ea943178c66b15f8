import type { DeviceView } from '../core/api/types.ts';
import { isProblem, SEVERITY, type ShownState, shownState } from '../core/model/shown-state.ts';
import { COLUMNS, type ColumnId } from './columns.ts';
import type { Data } from './data.ts';
import type { Filter } from './filter.ts';

/** A line of the fleet table: a group's head or a device. */
export type FleetRow =
  | Readonly<{ kind: 'device'; key: string; device: DeviceView }>
  | Readonly<{
      kind: 'group';
      key: string;
      name: string;
      total: number;
      counts: readonly (readonly [ShownState, number])[];
      collapsed: boolean;
    }>;

export type Arrangement = Readonly<{
  filter: Filter;
  sort: ColumnId;
  reverse: boolean;
  /** "group", "tag:NAME", or null for one flat list. */
  groupBy: string | null;
  collapsed: ReadonlySet<string>;
}>;

/** Filters, sorts and groups; groups with a problem come first. */
export function fleetRows(data: Data, arrangement: Arrangement): FleetRow[] {
  const { filter, groupBy, collapsed } = arrangement;
  const shown = filter.ok ? data.snapshot.devices.filter(filter.matches) : [...data.snapshot.devices];
  const sorted = shown.sort(order(data, arrangement));
  if (groupBy === null) return sorted.map(deviceRow);
  const groups = Map.groupBy(sorted, (device) => groupNameOf(device, groupBy));
  if (groups.size < 2) return sorted.map(deviceRow);
  const ranked = [...groups].map(([name, devices]) => ({ name, devices, calm: !devices.some(isProblem) }));
  ranked.sort((a, b) => Number(a.calm) - Number(b.calm) || (a.name < b.name ? -1 : 1));
  return ranked.flatMap(({ name, devices }) => {
    const head: FleetRow = {
      kind: 'group',
      key: `group ${name}`,
      name,
      total: devices.length,
      counts: countStates(devices),
      collapsed: collapsed.has(name),
    };
    return head.collapsed ? [head] : [head, ...devices.map(deviceRow)];
  });
}

/** The name of the group a device stands in: its own group, or the value of a tag. */
export function groupNameOf({ group, tags }: DeviceView, groupBy: string): string {
  if (groupBy === 'group') return group;
  const tag = groupBy.slice('tag:'.length);
  return tags[tag] === undefined ? `without ${tag}` : `${tag}=${tags[tag]}`;
}

/** What the fleet can be grouped by, in the order in which a key goes through it: the group, each tag, nothing. */
export function groupings({ snapshot }: Data): (string | null)[] {
  const tags = new Set(snapshot.devices.flatMap((device) => Object.keys(device.tags)));
  return ['group', ...[...tags].sort().map((tag) => `tag:${tag}`), null];
}

function deviceRow(device: DeviceView): FleetRow {
  return { kind: 'device', key: device.id, device };
}

function countStates(devices: readonly DeviceView[]): (readonly [ShownState, number])[] {
  const counts = Map.groupBy(devices, shownState);
  return SEVERITY.flatMap((state) => {
    const count = counts.get(state)?.length ?? 0;
    return count === 0 ? [] : [[state, count] as const];
  });
}

function order(data: Data, { sort, reverse }: Arrangement) {
  const column = COLUMNS.find(({ id }) => id === sort)!;
  const sign = reverse ? -1 : 1;
  return (a: DeviceView, b: DeviceView) =>
    sign * column.compare(a, b, data) || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
}
