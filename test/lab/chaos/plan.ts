import { isSwitch, parentOf } from './fleet.ts';
import { type Seeded, seeded } from './seeded.ts';

/** What of a device a trouble takes hold of: two troubles never hold the same part at once. */
type Part = 'network' | 'service' | 'ssh' | 'operator' | 'monitor';

type Kind = Readonly<{
  part: Part;
  on: 'leaf' | 'child' | 'switch' | 'fleet';
  /** How often it is drawn, compared with the others. */
  weight: number;
  /** For how long it lasts when nobody heals it, in seconds: at least, at most. */
  lasts: readonly [number, number];
}>;

/** Every trouble that a run draws from. What each does to a device is in troubles.ts. */
export const KINDS = {
  'link down': { part: 'network', on: 'leaf', weight: 3, lasts: [14, 26] },
  'pings dropped': { part: 'network', on: 'leaf', weight: 2, lasts: [14, 26] },
  'a third of the pings lost': { part: 'network', on: 'leaf', weight: 1, lasts: [10, 20] },
  'link flaps': { part: 'network', on: 'leaf', weight: 1, lasts: [18, 26] },
  reboot: { part: 'network', on: 'leaf', weight: 2, lasts: [9, 16] },
  'port of the switch down': { part: 'network', on: 'child', weight: 2, lasts: [28, 40] },
  'switch down': { part: 'network', on: 'switch', weight: 3, lasts: [14, 26] },
  'switch reboots': { part: 'network', on: 'switch', weight: 1, lasts: [10, 16] },
  'service stopped': { part: 'service', on: 'leaf', weight: 2, lasts: [14, 26] },
  'service hangs': { part: 'service', on: 'leaf', weight: 2, lasts: [14, 26] },
  'service lies': { part: 'service', on: 'leaf', weight: 1, lasts: [25, 40] },
  'sshd hangs': { part: 'ssh', on: 'leaf', weight: 1, lasts: [15, 25] },
  'sshd killed': { part: 'ssh', on: 'leaf', weight: 1, lasts: [15, 25] },
  'sshd speaks garbage': { part: 'ssh', on: 'leaf', weight: 1, lasts: [15, 25] },
  'wrong host key': { part: 'ssh', on: 'leaf', weight: 1, lasts: [15, 25] },
  'login changed': { part: 'ssh', on: 'leaf', weight: 1, lasts: [15, 25] },
  downtime: { part: 'operator', on: 'leaf', weight: 1, lasts: [15, 25] },
  acknowledged: { part: 'operator', on: 'leaf', weight: 1, lasts: [15, 25] },
  'device paused': { part: 'operator', on: 'leaf', weight: 1, lasts: [15, 25] },
  'all paused': { part: 'operator', on: 'fleet', weight: 1, lasts: [10, 16] },
  'own uplink down': { part: 'monitor', on: 'fleet', weight: 2, lasts: [9, 16] },
  'netheal killed': { part: 'monitor', on: 'fleet', weight: 2, lasts: [3, 4] },
  'mass outage': { part: 'network', on: 'fleet', weight: 1, lasts: [14, 20] },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** One trouble: what, to whom, and from when to when, in milliseconds since the start. */
export type Episode = Readonly<{
  number: number;
  kind: KindName;
  /** One device, or none where it concerns the fleet; a mass outage has many. */
  devices: readonly string[];
  fromMs: number;
  toMs: number;
}>;

/** So long a part is left alone after a trouble, for the outage to be over in everybody's eyes. */
const RECOVERY_MS = 10_000;
/** The share of the fleet that is in trouble at a time, about. */
const SHARE = 0.35;
const MEAN_LENGTH_MS = 18_000;
/** After so much trouble there is peace for a while: then nothing at all may happen. */
const TROUBLE_MS = 150_000;
const PEACE_MS = 15_000;
const FIRST_MS = 4_000;

/** Every trouble of a run, in order; the same for the same seed, fleet and length. */
export function planChaos(seed: number, ids: readonly string[], totalMs: number): Episode[] {
  const random = seeded(seed);
  const bag = new Bag(random);
  const planner = new Planner(ids, random);
  const meanGapMs = MEAN_LENGTH_MS / (ids.length * SHARE);
  let untilPeaceMs = TROUBLE_MS;
  let atMs = FIRST_MS;
  while (atMs < totalMs - MEAN_LENGTH_MS) {
    planner.add(bag.draw(), atMs);
    atMs += random.between(0.3, 1.7) * meanGapMs;
    if (atMs < untilPeaceMs) continue;
    atMs = planner.endMs + RECOVERY_MS + PEACE_MS;
    untilPeaceMs = atMs + TROUBLE_MS;
  }
  return planner.episodes.sort((a, b) => a.fromMs - b.fromMs);
}

/** Every kind is drawn, as often as its weight says, before any is drawn again. */
class Bag {
  readonly #random: Seeded;
  #rest: KindName[] = [];

  constructor(random: Seeded) {
    this.#random = random;
  }

  draw(): KindName {
    if (this.#rest.length === 0) {
      const names = Object.keys(KINDS) as KindName[];
      const all = names.flatMap((name) => Array.from({ length: KINDS[name].weight }, () => name));
      this.#rest = this.#random.shuffled(all);
    }
    return this.#rest.pop()!;
  }
}

class Planner {
  readonly episodes: Episode[] = [];
  readonly #ids: readonly string[];
  readonly #random: Seeded;
  /** Until when each part of each device is taken. */
  readonly #taken = new Map<string, number>();
  endMs = 0;

  constructor(ids: readonly string[], random: Seeded) {
    this.#ids = ids;
    this.#random = random;
  }

  /** Puts a trouble of this kind at this moment, if there is a place for it. */
  add(kind: KindName, fromMs: number): void {
    const { part, on, lasts } = KINDS[kind];
    const lengthMs = Math.round(this.#random.between(lasts[0], lasts[1]) * 1_000);
    if (kind === 'mass outage') {
      this.#addMassOutage(fromMs, lengthMs);
      return;
    }
    if (on === 'fleet') {
      if (this.#isFree('fleet', part, fromMs)) this.#put(kind, [], fromMs, lengthMs);
      return;
    }
    const free = this.#ids.filter((id) => fits(id, on) && this.#isFree(id, part, fromMs));
    if (free.length === 0) return;
    const id = this.#random.pick(free);
    this.#put(kind, [id], fromMs, lengthMs);
    const companion = this.#companion(part);
    // Whoever cannot be logged in to, or must not be touched, is of interest only when it fails; often it does not.
    if (companion === null || !this.#isFree(id, KINDS[companion].part, fromMs)) return;
    const isCause = KINDS[companion].part === 'network' || KINDS[companion].part === 'service';
    const offsetMs = isCause ? 2_000 : KINDS[companion].part === 'operator' ? -1_500 : -1_000;
    this.#put(companion, [id], Math.max(0, fromMs + offsetMs), lengthMs + (isCause ? 0 : 3_000));
  }

  #companion(part: Part): KindName | null {
    if (part === 'ssh' || part === 'operator') {
      return this.#random.chance(0.75)
        ? this.#random.pick(['link down', 'service stopped', 'service hangs'])
        : null;
    }
    if (!this.#random.chance(0.15)) return null;
    return this.#random.pick(['sshd hangs', 'sshd killed', 'downtime', 'device paused', 'acknowledged']);
  }

  #addMassOutage(fromMs: number, lengthMs: number): void {
    const free = this.#ids.filter((id) => !isSwitch(id) && this.#isFree(id, 'network', fromMs));
    const wanted = Math.ceil(this.#ids.length * 0.6);
    if (free.length >= wanted) {
      this.#put('mass outage', this.#random.shuffled(free).slice(0, wanted), fromMs, lengthMs);
    }
  }

  #put(kind: KindName, devices: readonly string[], fromMs: number, lengthMs: number): void {
    const toMs = fromMs + lengthMs;
    const number = this.episodes.length + 1;
    this.episodes.push({ number, kind, devices, fromMs: Math.round(fromMs), toMs: Math.round(toMs) });
    for (const owner of devices.length > 0 ? devices : ['fleet']) {
      this.#taken.set(`${owner} ${KINDS[kind].part}`, toMs + RECOVERY_MS);
    }
    this.endMs = Math.max(this.endMs, toMs);
  }

  #isFree(owner: string, part: Part, atMs: number): boolean {
    return (this.#taken.get(`${owner} ${part}`) ?? 0) <= atMs;
  }
}

function fits(id: string, on: Kind['on']): boolean {
  if (on === 'switch') return isSwitch(id);
  if (on === 'child') return parentOf(id) !== null;
  return !isSwitch(id);
}
