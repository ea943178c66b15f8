/**
 * A fleet that is too large to be shown whole, seen through a lens: what somebody may have to look at, and what was
 * searched for. A screen shows fifty rows; nobody is served by a hundred thousand on their way to it.
 */
import { isProblem } from '../model/shown-state.ts';
import { type DeviceQuery, type FleetCounts, matcherOf } from './select.ts';
import type { Delta, DeviceView, Snapshot, Source } from './types.ts';

/** Fleets up to this size are shown whole. */
export const WHOLE_FLEET = 5_000;
/** No more devices of either kind are shown. */
const MOST_PROBLEMS = 1_000;
const MOST_FOUND = 500;
/** The counts of the whole fleet are taken anew at most this often. */
const COUNTS_MS = 1_000;

/** What a stream of events needs of a source. */
export type Seen = Pick<Source, 'snapshot' | 'subscribe' | 'connection'>;

/** The picture of a source through a lens; `q` as in `DeviceQuery`. Small fleets are seen whole and unchanged. */
export function throughLens(source: Source, q: string): Seen {
  const search: DeviceQuery = { q, limit: MOST_FOUND };
  const isFound = q.trim() === '' ? () => false : matcherOf(search);
  return {
    snapshot: () => pictureOf(source, q, search).snapshot,
    connection: () => source.connection(),
    subscribe(listener) {
      let { shown, fleet } = pictureOf(source, q, search);
      let countedAt = performance.now();
      return source.subscribe((delta) => {
        const now = performance.now();
        const recount = delta.devices !== undefined && now - countedAt > COUNTS_MS;
        if (recount || delta.removed !== undefined) {
          fleet = source.select({ limit: 0 }).fleet;
          countedAt = now;
        }
        // A reload may have changed the size of the fleet: then everything is told anew.
        if (fleet.total <= WHOLE_FLEET || shown === null) {
          if (fleet.total > WHOLE_FLEET) shown = pictureOf(source, q, search).shown;
          return listener(delta);
        }
        listener(narrowed(delta, shown, isFound, recount ? fleet : undefined));
      });
    },
  };
}

/** A source through a lens whose search can be changed: for a view in the same process. */
export function lensSource(source: Source): Source {
  const listeners = new Set<(delta: Delta) => void>();
  const tell = (delta: Delta) => {
    for (const listener of listeners) listener(delta);
  };
  let q = '';
  let seen = throughLens(source, q);
  let stop = () => {};
  let picture: Snapshot | null = null;
  const listen = () =>
    seen.subscribe((delta) => {
      picture = null;
      tell(delta);
    });
  return {
    ...source,
    snapshot() {
      picture ??= seen.snapshot();
      // Where nobody listens, nobody tells that it is old.
      return listeners.size > 0 ? picture : seen.snapshot();
    },
    subscribe(listener) {
      if (listeners.size === 0) stop = listen();
      listeners.add(listener);
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) stop();
      };
    },
    search(words) {
      if (words === q || source.select({ limit: 0 }).fleet.total <= WHOLE_FLEET) return;
      q = words;
      stop();
      seen = throughLens(source, q);
      picture = null;
      if (listeners.size > 0) stop = listen();
      tell(seen.snapshot());
    },
    close: () => source.close(),
  };
}

function pictureOf(
  source: Source,
  q: string,
  search: DeviceQuery,
): Readonly<{ snapshot: Snapshot; shown: Set<string> | null; fleet: FleetCounts }> {
  const whole = source.snapshot();
  const { ids, fleet } = source.select({ problems: true, limit: MOST_PROBLEMS });
  if (fleet.total <= WHOLE_FLEET) return { snapshot: whole, shown: null, fleet };
  const found = q.trim() === '' ? [] : source.select(search).ids;
  const shown = new Set([...ids, ...found]);
  const devices = [...shown].map((id) => source.device(id)).filter((device) => device !== null);
  const { seq, at, monitor, incidents, heals, events, plugins } = whole;
  return {
    snapshot: { seq, at, monitor, fleet, devices, incidents, heals, events, plugins },
    shown,
    fleet,
  };
}

/** The part of a delta that is seen; what is no longer seen is removed from the picture. */
function narrowed(
  delta: Delta,
  shown: Set<string>,
  isFound: (device: DeviceView) => boolean,
  fleet: FleetCounts | undefined,
): Delta {
  const { devices: changed = [], removed = [], ...rest } = delta;
  const devices: DeviceView[] = [];
  const gone = removed.filter((id) => shown.delete(id));
  for (const device of changed) {
    const { id } = device;
    const wanted = isProblem(device) || isFound(device);
    if (wanted && (shown.has(id) || shown.size < MOST_PROBLEMS + MOST_FOUND)) {
      shown.add(id);
      devices.push(device);
    } else if (shown.delete(id)) gone.push(id);
  }
  return {
    ...rest,
    ...(devices.length > 0 && { devices }),
    ...(gone.length > 0 && { removed: gone }),
    ...(fleet && { fleet }),
  };
}
