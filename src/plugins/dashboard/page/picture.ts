import type { Delta, DeviceRow, EventRecord, Fleet, HealRow, Incident, Monitor, Snapshot } from './wire.ts';

/** The page shows 20 status changes and 20 heals; older ones need not be kept. */
const KEPT = 200;

/** What the page knows, changed in place: rows are compared by identity to find what to paint. */
export type Picture = {
  seq: number;
  monitor: Monitor;
  fleet: Fleet | null;
  readonly devices: Map<string, DeviceRow>;
  readonly incidents: Map<string, Incident>;
  readonly heals: Map<string, HealRow>;
  changes: readonly EventRecord[];
};

/** The picture of a snapshot. */
export function pictureOf(snapshot: Snapshot): Picture {
  const picture: Picture = {
    seq: snapshot.seq,
    monitor: snapshot.monitor,
    fleet: null,
    devices: new Map(),
    incidents: new Map(),
    heals: new Map(),
    changes: [],
  };
  merge(picture, snapshot, 0);
  return picture;
}

/** Applies a delta; false where it does not fit (events are missing, or another process sent it). */
export function apply(picture: Picture, delta: Delta): boolean {
  const firstNew = delta.events?.find((event) => event.seq > picture.seq);
  const isGap = firstNew === undefined ? delta.seq > picture.seq : firstNew.seq > picture.seq + 1;
  const isOther = delta.monitor !== undefined && delta.monitor.startedAt !== picture.monitor.startedAt;
  if (isGap || isOther) return false;
  merge(picture, delta, picture.seq);
  return true;
}

function merge(picture: Picture, change: Delta, knownSeq: number): void {
  picture.seq = Math.max(picture.seq, change.seq);
  if (change.monitor !== undefined) picture.monitor = change.monitor;
  if (change.fleet !== undefined) picture.fleet = change.fleet;
  for (const device of change.devices ?? []) picture.devices.set(device.id, device);
  for (const id of change.removed ?? []) picture.devices.delete(id);
  for (const incident of change.incidents ?? []) {
    if (incident.closedAt === null) picture.incidents.set(incident.id, incident);
    else picture.incidents.delete(incident.id);
  }
  for (const heal of change.heals ?? []) picture.heals.set(heal.id, heal);
  for (const id of [...picture.heals.keys()].slice(0, -KEPT)) picture.heals.delete(id);
  const changes = (change.events ?? []).filter(
    (event) => event.type === 'status-change' && event.seq > knownSeq,
  );
  if (changes.length > 0) picture.changes = [...picture.changes, ...changes].slice(-KEPT);
}
