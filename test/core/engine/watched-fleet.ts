import { expect } from 'vitest';
import type { EventRecord, StepRequest, StepResult } from '../../../src/core/plugin.ts';
import { type World, world } from './world.ts';

export const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
export const LIMITS = { maxConcurrent: 2, maxPerHour: 6, maxAttempts: 2 };
const WAIT_MS = 30 * SECOND;
/** Within this time netheal has noticed whatever is so, if nothing disturbs it. */
const NOTICED_MS = 45 * SECOND;

const FLEET = [
  { id: 'sw' },
  { id: 'c1', parents: ['sw'], group: 'shared' },
  { id: 'c2', parents: ['sw'] },
  { id: 'a', group: 'shared' },
  // Its port is bounced on the switch: both are taken.
  { id: 'b', heal: [{ name: 'bounce', steps: [{ wait: '1s', on: 'sw' }] }] },
  { id: 'd', heal: [{ name: 'mend', steps: [{ wait: '1s' }], approval: 'ask' }] },
  { id: 'e', heal: [{ name: 'mend', steps: [{ wait: '1s' }], approval: 'ask' }] },
  { id: 'f' },
  { id: 'g' },
] as const;
export const IDS = FLEET.map(({ id }) => id);
const PARENTS: Readonly<Record<string, readonly string[]>> = { c1: ['sw'], c2: ['sw'] };
const ASKS: ReadonlySet<string> = new Set(['d', 'e']);
const GROUP: Readonly<Record<string, string>> = { c1: 'shared', a: 'shared' };
const groupOf = (id: string) => GROUP[id] ?? id;

/** What a healer does: mends the device, does nothing, finds no way in, throws, or never ends. */
export const HOW = ['mends', 'fails', 'no way in', 'throws', 'hangs'] as const;
type Touch = Readonly<{ device: string; targets: readonly string[] }>;

/**
 * A fleet that looks over the shoulder of every healer. It keeps its own book of what people have said and of what is true,
 * and believes netheal in nothing that it can know by itself.
 */
export class WatchedFleet {
  w: World;
  how: (typeof HOW)[number] = 'mends';
  runs = 0;
  /** Since when each device is as it is, in truth. */
  readonly down = new Map<string, number>();
  readonly #up = new Map<string, number>();
  #cutSince: number | null = null;
  /** Until then netheal may still be finding out. */
  #disturbedAt = 0;
  pausedAll = false;
  readonly paused = new Set<string>();
  readonly downtimes = new Map<string, number>();
  readonly acknowledged = new Set<string>();
  readonly #flapping = new Set<string>();
  /** Heals that a person has said yes to, with the commands that they have seen. */
  readonly approved = new Map<string, string>();
  /** Gates that a person overrides now, by device. */
  readonly forced = new Map<string, readonly string[]>();
  #busy: Touch[] = [];
  readonly #begun: number[] = [];
  /** Numbers of the attempts that were spent on each incident. */
  readonly #spent = new Map<string, Set<number>>();
  readonly #notBefore = new Map<string, number>();
  #heard = 0;
  readonly offences: unknown[] = [];

  constructor(maxUnhealthy: string) {
    const healing = { ...LIMITS, maxUnhealthy, waitBetweenAttempts: '30s', minHealthyPeriod: '3m' };
    this.w = this.#watched(world(FLEET, { healing }));
    for (const id of IDS) this.#up.set(id, this.now);
  }

  get now(): number {
    return this.w.clock.now();
  }

  /** In truth; what netheal knows of it is its own affair. */
  set(id: string, isDown: boolean): void {
    if (isDown === this.down.has(id)) return;
    const [from, to] = isDown ? [this.#up, this.down] : [this.down, this.#up];
    from.delete(id);
    to.set(id, this.now);
    if (isDown) this.w.down.add(id);
    else this.w.down.delete(id);
  }

  cut(isCut: boolean): void {
    this.w.cut = isCut;
    this.#cutSince = isCut ? (this.#cutSince ?? this.now) : null;
    this.disturb();
  }

  /** Whatever was certain has to be found out anew. */
  disturb(): void {
    this.#disturbedAt = this.now;
  }

  async kill(): Promise<void> {
    // What has been said is done: only what waits for time to pass is cut off.
    await this.w.clock.advance(0);
    this.#hear();
    this.#busy = [];
    this.forced.clear();
    const { cut } = this.w;
    this.w = this.#watched(this.w.crash());
    this.w.cut = cut;
    this.#heard = 0;
    await this.w.start();
    this.disturb();
  }

  /** After each thing that has happened. */
  check(): void {
    this.#hear();
    for (const incident of this.w.store.incidents()) {
      const spent = this.#spent.get(incident.id)?.size ?? 0;
      const isRunning = this.#busy.some(({ device }) => device === incident.device);
      if (incident.closedAt === null && !isRunning)
        this.#demand('counted', () => expect(incident.attempts).toBeGreaterThanOrEqual(spent));
      this.#demand('as many as allowed', () => expect(spent).toBeLessThanOrEqual(LIMITS.maxAttempts));
    }
    if (this.offences.length > 0) throw this.offences[0];
  }

  #watched(w: World): World {
    w.heal = (request) => this.#treat(request);
    return w;
  }

  async #treat({ device, target, spec, signal }: StepRequest): Promise<StepResult> {
    const { w, how } = this;
    const touch = { device: device.id, targets: [...new Set([device.id, target.id])] };
    this.#hear();
    this.#mayTouch(touch, JSON.stringify(spec));
    this.#busy.push(touch);
    try {
      if (how === 'no way in') return { ok: false, acted: false, message: 'connection refused' };
      if (how === 'throws') throw new Error('oh');
      await new Promise<void>((resolve) => {
        if (how !== 'hangs') w.clock.setTimer(resolve, 3 * SECOND);
        signal.addEventListener('abort', () => resolve());
      });
      if (how === 'mends' && w === this.w) this.set(device.id, false);
      return { ok: true };
    } finally {
      this.#busy = this.#busy.filter((one) => one !== touch);
    }
  }

  /** All that must hold in the moment in which a healer is let at a device. */
  #mayTouch({ device, targets }: Touch, commands: string): void {
    this.runs++;
    const { w, now } = this;
    const forced = this.forced.get(device) ?? [];
    const demand = (gate: string, check: () => void) => {
      if (!forced.includes(gate)) this.#demand(gate, check);
    };
    const none = (list: Iterable<string>) => expect([...list]).toEqual([]);

    const busy = this.#busy.flatMap((other) => other.targets);
    // This one nobody can override.
    this.#demand('target-busy', () => none(busy.filter((id) => targets.includes(id))));
    const groups = targets.map(groupOf);
    demand('concurrency', () => none(busy.filter((id) => groups.includes(groupOf(id)))));
    demand('concurrency', () => expect(this.#busy.length).toBeLessThan(LIMITS.maxConcurrent));
    const lately = this.#begun.filter((at) => now - at < HOUR).length;
    demand('hourly-cap', () => expect(lately).toBeLessThan(LIMITS.maxPerHour));
    this.#begun.push(now);

    demand('paused', () => expect(this.pausedAll).toBe(false));
    demand('paused', () => none(targets.filter((id) => this.paused.has(id))));
    demand('downtime', () => none(targets.filter((id) => (this.downtimes.get(id) ?? 0) > now)));
    demand('acknowledged', () => none(targets.filter((id) => this.acknowledged.has(id))));
    demand('flapping', () => none(targets.filter((id) => this.#flapping.has(id))));
    demand('self-offline', () => expect(this.#isSure(this.#cutSince)).toBe(false));
    demand('healthy', () => expect(this.#isSure(this.#up.get(device))).toBe(false));
    const parents = PARENTS[device] ?? [];
    const others = targets.filter((id) => id !== device);
    demand('unreachable', () => none(parents.filter((id) => this.#isSure(this.down.get(id)))));
    // Looked at a moment ago, however long it has been down.
    demand('unreachable', () => none(others.filter((id) => this.#isSure(this.down.get(id)))));
    demand('cooling-down', () => expect(now).toBeGreaterThanOrEqual(this.#notBefore.get(device) ?? 0));

    // Written down before it runs, with a number that its incident has not had yet.
    const written = Object.values(w.journal.state.attempts).filter(
      (attempt) => attempt.device === device && attempt.end === null,
    );
    demand('journal', () => expect(written).toHaveLength(1));
    const { id, incident, attempt } = written[0] ?? { id: '', incident: '', attempt: 0 };
    const spent = this.#spent.get(incident) ?? new Set();
    demand('attempts', () => none([...spent].filter((nth) => nth === attempt).map(String)));
    demand('attempts', () => expect(attempt).toBeLessThanOrEqual(LIMITS.maxAttempts));
    // Where there was no way in nothing was run, and the number may be used again.
    if (this.how !== 'no way in') this.#spent.set(incident, spent.add(attempt));

    // What runs is what was read by who said yes.
    if (ASKS.has(device)) demand('approval', () => expect(this.approved.get(id)).toBe(commands));
    else this.#demand('approval', () => expect(commands).toBe('{"wait":"1s"}'));
  }

  #isSure(since: number | null | undefined): boolean {
    return since != null && this.now - Math.max(since, this.#disturbedAt) > NOTICED_MS;
  }

  #demand(what: string, check: () => void): void {
    try {
      check();
    } catch (thrown) {
      // Thrown in a healer it would only fail the step.
      this.offences.push(new Error(`${what}: ${(thrown as Error).message}`, { cause: thrown }));
    }
  }

  /** What cannot be known but from netheal: that an incident is over, when an attempt ended, who flaps. */
  #hear(): void {
    for (const event of this.w.events.slice(this.#heard)) this.#note(event);
    this.#heard = this.w.events.length;
  }

  #note({ type, device = '', outcome, at, message }: EventRecord): void {
    if (type === 'incident-closed') this.acknowledged.delete(device);
    if (type === 'flapping-started') this.#flapping.add(device);
    if (type === 'flapping-stopped') this.#flapping.delete(device);
    if (type === 'incident-closed') this.#notBefore.delete(device);
    if (type !== 'heal-finished' || (outcome !== 'failed' && outcome !== 'healed')) return;
    const nth = Number(/heal (\d+)\//.exec(message)?.[1]);
    this.#notBefore.set(device, Date.parse(at) + WAIT_MS * 2 ** (nth - 1));
  }
}
