import { isSwitch, parentOf } from './fleet.ts';
import type { Change, Sight, SshEntry } from './kernel-watch.ts';
import type { Absence, Done, Hold, Run } from './world.ts';

/** A stretch of time: it lasted from `from` to `to` for sure, and at most from `earliest` to `latest`. */
export type Stretch = Readonly<{ earliest: number; from: number; to: number; latest: number }>;

/** All that was seen and done, past netheal. */
export type Recorded = Readonly<{
  changes: ReadonlyMap<string, readonly Change[]>;
  ssh: ReadonlyMap<string, readonly SshEntry[]>;
  uplink: readonly Readonly<{ after: number; at: number; up: boolean }>[];
  gaps: readonly Readonly<{ from: number; to: number }>[];
  mostConnections: number;
  done: readonly Done[];
  holds: readonly Hold[];
  absences: readonly Absence[];
  runs: readonly Run[];
  endedAt: number;
}>;

/** One device as the kernel saw it. */
export type DeviceTruth = Readonly<{
  /** Broken on its own account. */
  own: readonly Stretch[];
  /** Cut off by its switch. */
  cut: readonly Stretch[];
  /** Not to be reached as it should be, whoever is to blame. */
  bad: readonly Stretch[];
  /** It answers at times: whatever is said of it now can be right. */
  grey: readonly Stretch[];
}>;

/** Puts what was seen into stretches of time, device by device. */
export function truthOf(recorded: Recorded): ReadonlyMap<string, DeviceTruth> {
  const { changes, done, endedAt } = recorded;
  const truths = new Map<string, DeviceTruth>();
  for (const [id, own] of changes) {
    const parent = parentOf(id);
    const above = parent === null ? [] : (changes.get(parent) ?? []);
    const ownBad = stretches(own, (sight) => isBroken(id, sight), endedAt);
    const cut = stretches(above, ({ link }) => !link, endedAt);
    truths.set(id, {
      own: ownBad,
      cut,
      bad: merged([...ownBad, ...cut]),
      grey: merged([
        ...stretches(own, ({ pings }) => pings === 'lossy', endedAt),
        ...done.filter(({ kind, devices }) => kind === 'link flaps' && devices.includes(id)).map(exactly),
      ]),
    });
  }
  return truths;
}

export function isBroken(id: string, { link, pings, service }: Sight): boolean {
  return !link || pings === 'dropped' || (!isSwitch(id) && service !== 'runs');
}

export function exactly({ from, to }: Readonly<{ from: number; to: number }>): Stretch {
  return { earliest: from, from, to, latest: to };
}

/** The times in which something held; still so at the end where it never stopped. */
export function stretches<C extends Readonly<{ after: number; at: number }>>(
  changes: readonly C[],
  holds: (change: C extends { sight: infer S } ? S : C) => boolean,
  endedAt: number,
): Stretch[] {
  const found: Stretch[] = [];
  let begun: C | null = null;
  for (const change of changes) {
    const now = holds(('sight' in change ? change.sight : change) as never);
    if (now && !begun) begun = change;
    if (now || !begun) continue;
    found.push({ earliest: begun.after, from: begun.at, to: change.after, latest: change.at });
    begun = null;
  }
  if (begun) found.push({ earliest: begun.after, from: begun.at, to: endedAt, latest: endedAt });
  return found;
}

/** Stretches that overlap or touch become one. */
export function merged(list: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const next of [...list].sort((a, b) => a.earliest - b.earliest)) {
    const last = result.at(-1);
    if (last && next.earliest <= last.latest) {
      result[result.length - 1] = {
        earliest: last.earliest,
        from: Math.min(last.from, next.from),
        to: Math.max(last.to, next.to),
        latest: Math.max(last.latest, next.latest),
      };
    } else result.push(next);
  }
  return result;
}

/** Could one of them have held at some time between the two moments? */
export function touches(list: readonly Stretch[], from: number, to: number): boolean {
  return list.some((one) => one.earliest <= to && one.latest >= from);
}

/** Did one of them hold for sure, without a break, from the one moment to the other? */
export function covers(list: readonly Stretch[], from: number, to: number): boolean {
  return list.some((one) => one.from <= from && one.to >= to);
}
