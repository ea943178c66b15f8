import type { Incident } from '../model/types.ts';
import type { EventRecord } from '../plugin.ts';
import type { Delta, DeviceView, FleetCounts, HealView, MonitorView, PluginView, Snapshot } from './types.ts';

/** How much of the past a mirror keeps: deltas only add, so it must forget by itself. */
const KEPT_EVENTS = 1_000;
const KEPT_CLOSED_INCIDENTS = 200;
const KEPT_DONE_HEALS = 200;

/** A snapshot with its lists as maps by id, so that a delta is cheap to apply. */
export type Picture = Readonly<{
  seq: number;
  at: number;
  monitor: MonitorView;
  fleet?: FleetCounts | undefined;
  devices: Map<string, DeviceView>;
  incidents: ReadonlyMap<string, Incident>;
  heals: ReadonlyMap<string, HealView>;
  events: readonly EventRecord[];
  plugins: readonly PluginView[];
}>;

/** The picture of a snapshot. */
export function pictureOf(snapshot: Snapshot): Picture {
  return {
    ...snapshot,
    devices: byId(snapshot.devices),
    incidents: byId(snapshot.incidents),
    heals: byId(snapshot.heals),
  };
}

/** The snapshot of a picture. */
export function snapshotOf(picture: Picture): Snapshot {
  const { fleet, ...rest } = picture;
  return {
    ...rest,
    ...(fleet && { fleet }),
    devices: [...picture.devices.values()],
    incidents: [...picture.incidents.values()],
    heals: [...picture.heals.values()],
  };
}

/**
 * The next picture. Events that are already known are skipped, so a delta may be applied twice. The devices are changed in
 * place, and the picture before is not to be used again: ten copies a second of a thousand devices cost a third of what a
 * view costs. A snapshot that was taken stays as it was.
 */
export function applyDelta(picture: Picture, delta: Delta): Picture {
  return {
    seq: Math.max(picture.seq, delta.seq),
    at: Math.max(picture.at, delta.at),
    monitor: delta.monitor ?? picture.monitor,
    fleet: delta.fleet ?? picture.fleet,
    devices: changedDevices(picture.devices, delta),
    incidents: forget(
      withChanges(picture.incidents, delta.incidents),
      (incident) => incident.closedAt !== null,
      KEPT_CLOSED_INCIDENTS,
    ),
    heals: forget(withChanges(picture.heals, delta.heals), (heal) => heal.phase === 'done', KEPT_DONE_HEALS),
    events: withEvents(picture.events, delta.events),
    plugins: delta.plugins ?? picture.plugins,
  };
}

/** True where events are missing between the picture and the delta: only a new snapshot helps. */
export function hasGap(picture: Picture, delta: Delta): boolean {
  const firstNew = delta.events?.find((event) => event.seq > picture.seq);
  return firstNew === undefined ? delta.seq > picture.seq : firstNew.seq > picture.seq + 1;
}

/** The delta that turns whatever picture there was into this one. */
export function replacement(previous: Picture, next: Picture): Delta {
  const removed = [...previous.devices.keys()].filter((id) => !next.devices.has(id));
  return { ...snapshotOf(next), ...(removed.length === 0 ? {} : { removed }) };
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

function withChanges<T extends { readonly id: string }>(
  rows: ReadonlyMap<string, T>,
  changes: readonly T[] | undefined,
): ReadonlyMap<string, T> {
  if (changes === undefined || changes.length === 0) return rows;
  const next = new Map(rows);
  for (const row of changes) next.set(row.id, row);
  return next;
}

function changedDevices(devices: Map<string, DeviceView>, { devices: changed = [], removed = [] }: Delta) {
  for (const device of changed) devices.set(device.id, device);
  for (const id of removed) devices.delete(id);
  return devices;
}

/** Drops the oldest of what is over; maps keep the order of arrival. */
function forget<T>(rows: ReadonlyMap<string, T>, isOver: (row: T) => boolean, kept: number) {
  if (rows.size <= kept) return rows;
  const over = [...rows].filter(([, row]) => isOver(row));
  if (over.length <= kept) return rows;
  const next = new Map(rows);
  for (const [id] of over.slice(0, over.length - kept)) next.delete(id);
  return next;
}

function withEvents(events: readonly EventRecord[], added: readonly EventRecord[] | undefined) {
  const last = events.at(-1)?.seq ?? 0;
  const fresh = added?.filter((event) => event.seq > last) ?? [];
  return fresh.length === 0 ? events : [...events, ...fresh].slice(-KEPT_EVENTS);
}
