/**
 * A fleet that is too large to be shown whole, seen through a lens: what somebody may have to look at, and what was
 * searched for. A screen shows fifty rows; nobody is served by a hundred thousand on their way to it.
 */
import { isProblem } from '../model/shown-state.ts';
import type { Incident } from '../model/types.ts';
import { applyDelta, type Picture, pictureOf, snapshotOf } from './picture.ts';
import type { Delta, DeviceView, FleetCounts, Search, Snapshot, Source } from './types.ts';

/** Fleets up to this size are shown whole. */
export const WHOLE_FLEET = 5_000;
/** No more devices of either kind are shown; the gravest problems come first. */
const MOST_PROBLEMS = 1_000;
const MOST_FOUND = 500;
/** The fleet is counted, and its gravest problems are chosen, at most this often. */
const LOOK_MS = 1_000;

export const NO_SEARCH: Search = { words: '', device: null };

/** What a stream of events needs of a source. A listener is told `null` where only a whole new picture helps. */
export type Seen = Pick<Source, 'snapshot' | 'connection'> &
  Readonly<{ subscribe(listener: (delta: Delta | null) => void): () => void }>;

/** A source through a lens. Small fleets are seen whole and unchanged. */
export function throughLens(source: Source, search: Search): Seen {
  return {
    snapshot: () => look(source, search).snapshot,
    connection: () => source.connection(),
    subscribe(listener) {
      let seen = look(source, search);
      let lookedAt = performance.now();
      return source.subscribe((delta) => {
        const isDue = delta.devices !== undefined && performance.now() - lookedAt >= LOOK_MS;
        if (!isDue && delta.removed === undefined) {
          return listener(seen.shown === null ? delta : narrowed(delta, seen.shown));
        }
        const before = seen;
        seen = look(source, search);
        lookedAt = performance.now();
        // After a reload the fleet may be of another size: what was known of it does not fit any more.
        if ((before.shown === null) !== (seen.shown === null)) return listener(null);
        if (before.shown === null || seen.shown === null) return listener(delta);
        listener(turned(delta, before.shown, seen));
      });
    },
  };
}

/** A source through a lens whose search can be changed: for a view in the same process. */
export function lensSource(source: Source): Source {
  const listeners = new Set<(delta: Delta) => void>();
  let search = NO_SEARCH;
  let seen = throughLens(source, search);
  let stop = () => {};
  /** Kept up to date while somebody listens. */
  let picture: Picture | null = null;
  let snapshot: Snapshot | null = null;

  function listen(): void {
    picture = pictureOf(seen.snapshot());
    snapshot = null;
    stop = seen.subscribe((delta) => {
      picture = delta === null ? pictureOf(seen.snapshot()) : applyDelta(picture!, delta);
      snapshot = null;
      tell(delta ?? snapshotOf(picture));
    });
  }

  function tell(delta: Delta): void {
    for (const listener of listeners) listener(delta);
  }

  return {
    ...source,
    snapshot() {
      if (picture === null) return seen.snapshot();
      snapshot ??= snapshotOf(picture);
      return snapshot;
    },
    subscribe(listener) {
      if (listeners.size === 0) listen();
      listeners.add(listener);
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        stop();
        picture = null;
      };
    },
    search(next) {
      const isSame = next.words === search.words && next.device === search.device;
      if (isSame || source.select({ limit: 0 }).fleet.total <= WHOLE_FLEET) return;
      search = next;
      seen = throughLens(source, search);
      if (picture === null) return;
      stop();
      listen();
      tell(snapshotOf(picture));
    },
    close: () => source.close(),
  };
}

/** Ids of what is shown; null where everything is. */
type Shown = Readonly<{ problems: Set<string>; found: ReadonlySet<string> }> | null;

type Look = Readonly<{
  fleet: FleetCounts;
  shown: Shown;
  snapshot: Snapshot;
  deviceOf: (id: string) => DeviceView | null;
}>;

function look(source: Source, { words, device }: Search): Look {
  const whole = source.snapshot();
  const { ids, fleet } = source.select({ problems: true, limit: MOST_PROBLEMS });
  const deviceOf = (id: string) => source.device(id);
  if (fleet.total <= WHOLE_FLEET) return { fleet, shown: null, snapshot: whole, deviceOf };
  const matching = words.trim() === '' ? [] : source.select({ q: words, limit: MOST_FOUND }).ids;
  const shown = {
    problems: new Set(ids),
    found: new Set([...matching, ...inDetail(deviceOf, device)]),
  };
  return {
    fleet,
    shown,
    deviceOf,
    get snapshot() {
      const { seq, at, monitor, incidents, heals, events, plugins } = whole;
      const all = new Set([...shown.problems, ...shown.found]);
      const devices = [...all].map(deviceOf).filter((view) => view !== null);
      return { seq, at, monitor, fleet, devices, incidents: newest(incidents), heals, events, plugins };
    },
  };
}

/** A device that is open in detail, and those that the detail speaks of. */
function inDetail(deviceOf: Look['deviceOf'], id: string | null): string[] {
  const device = id === null ? null : deviceOf(id);
  if (!device) return [];
  return [device.id, ...device.parents, ...(device.rootCause === null ? [] : [device.rootCause])];
}

/** No more incidents than devices with problems. */
function newest(incidents: readonly Incident[]): readonly Incident[] {
  if (incidents.length <= MOST_PROBLEMS) return incidents;
  return [...incidents].sort((a, b) => b.openedAt - a.openedAt).slice(0, MOST_PROBLEMS);
}

/** The part of a delta that is seen; what is no longer seen is removed from the picture. */
function narrowed(delta: Delta, { problems, found }: NonNullable<Shown>): Delta {
  const { devices: changed = [], removed: _, ...rest } = delta;
  const devices: DeviceView[] = [];
  const removed: string[] = [];
  for (const device of changed) {
    const { id } = device;
    const isIn = problems.has(id) || found.has(id);
    if (!isProblem(device)) problems.delete(id);
    // Where there is no room, the next look lets the gravest in.
    else if (problems.size < MOST_PROBLEMS) problems.add(id);
    if (problems.has(id) || found.has(id)) devices.push(device);
    else if (isIn) removed.push(id);
  }
  return { ...rest, ...(devices.length > 0 && { devices }), ...(removed.length > 0 && { removed }) };
}

/** A delta with which one look becomes the next: who has come in, who has gone, who has changed, and the counts. */
function turned(delta: Delta, before: NonNullable<Shown>, { shown, fleet, deviceOf }: Look): Delta {
  const { devices: changed = [], removed: _, ...rest } = delta;
  const wasIn = (id: string) => before.problems.has(id) || before.found.has(id);
  const isIn = (id: string) => shown!.problems.has(id) || shown!.found.has(id);
  const devices = new Map(changed.filter(({ id }) => isIn(id)).map((device) => [device.id, device]));
  for (const id of [...shown!.problems, ...shown!.found]) {
    const view = wasIn(id) || devices.has(id) ? null : deviceOf(id);
    if (view) devices.set(id, view);
  }
  const removed = [...before.problems, ...before.found].filter((id) => !isIn(id));
  return {
    ...rest,
    fleet,
    ...(devices.size > 0 && { devices: [...devices.values()] }),
    ...(removed.length > 0 && { removed: [...new Set(removed)] }),
  };
}
