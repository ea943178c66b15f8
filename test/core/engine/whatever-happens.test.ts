import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type World, world } from './world.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const LIMITS = { maxConcurrent: 2, maxPerHour: 4, maxAttempts: 2 };
const IDS = ['sw', 'c1', 'c2', 'a', 'b'] as const;
const FLEET = [
  { id: 'sw' },
  { id: 'c1', parents: ['sw'], group: 'shared' },
  { id: 'c2', parents: ['sw'] },
  { id: 'a', group: 'shared' },
  // Its port is bounced on the switch: both are taken.
  { id: 'b', heal: [{ name: 'bounce', steps: [{ wait: '1s', on: 'sw' }] }] },
];

/** What a healer does: mends the device, does nothing, finds no way in, throws, or never ends. */
const HOW = ['mends', 'fails', 'no way in', 'throws', 'hangs'] as const;
type Event =
  | Readonly<{ type: 'break' | 'mend' | 'pause' | 'resume' | 'ack' | 'by hand'; id: string }>
  | Readonly<{ type: 'downtime'; id: string; seconds: number }>
  | Readonly<{ type: 'healers'; how: (typeof HOW)[number] }>
  | Readonly<{ type: 'cut' | 'connect' | 'pause all' | 'resume all' | 'kill -9' }>
  | Readonly<{ type: 'stall' | 'wait'; seconds: number }>;

const id = fc.constantFrom(...IDS);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('break' as const), id }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'mend' as const,
        'pause' as const,
        'resume' as const,
        'ack' as const,
        'by hand' as const,
      ),
      id,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('downtime' as const),
      id,
      seconds: fc.integer({ min: 1, max: 90 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('healers' as const), how: fc.constantFrom(...HOW) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'cut' as const,
        'connect' as const,
        'pause all' as const,
        'resume all' as const,
        'kill -9' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('stall' as const), seconds: fc.integer({ min: 1, max: 20 }) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
  },
);

/** A fleet to which anything may happen, and that looks over the shoulder of every healer. */
class Watched {
  w: World;
  #how: (typeof HOW)[number] = 'mends';
  /** What is being touched now: the failed device and the targets of its steps. */
  #busy: { device: string; targets: string[] }[] = [];
  readonly #begun: number[] = [];
  /** Attempts that were run of each incident, by their number. */
  readonly #attempts = new Map<string, Set<number>>();
  runs = 0;
  readonly offences: unknown[] = [];

  constructor() {
    this.w = this.#watched(
      world(FLEET, { healing: { ...LIMITS, maxUnhealthy: '100%', waitBetweenAttempts: '5s' } }),
    );
  }

  async happen(event: Event): Promise<void> {
    const { w } = this;
    switch (event.type) {
      case 'break':
        return void w.down.add(event.id);
      case 'mend':
        return void w.down.delete(event.id);
      case 'pause':
      case 'resume':
        return void (await w.act({ type: event.type, by: 'op', device: event.id }));
      case 'ack':
        return void (await w.act({ type: 'ack', by: 'op', device: event.id, reason: 'mine' }));
      case 'by hand':
        // A person waits for the answer; the world does not.
        return void w.act({ type: 'heal', by: 'op', device: event.id });
      case 'downtime':
        return void (await w.act({
          type: 'downtime',
          by: 'op',
          device: event.id,
          reason: 'works',
          durationMs: event.seconds * SECOND,
        }));
      case 'healers':
        this.#how = event.how;
        return;
      case 'cut':
      case 'connect':
        w.cut = event.type === 'cut';
        return;
      case 'pause all':
      case 'resume all':
        return void (await w.act({ type: event.type === 'pause all' ? 'pause' : 'resume', by: 'op' }));
      case 'kill -9':
        this.#busy = [];
        this.w = this.#watched(w.crash());
        return void (await this.w.start());
      case 'stall':
        w.clock.stall(event.seconds * SECOND);
        return w.clock.advance(SECOND);
      case 'wait':
        return w.clock.advance(event.seconds * SECOND);
    }
  }

  #watched(w: World): World {
    w.heal = async ({ device, target, signal }) => {
      const touched = { device: device.id, targets: [...new Set([device.id, target.id])] };
      try {
        this.#mayBegin(w, touched);
      } catch (thrown) {
        // Thrown here it would only fail the step.
        this.offences.push(thrown);
      }
      this.#busy.push(touched);
      try {
        if (this.#how === 'no way in') return { ok: false, acted: false, message: 'connection refused' };
        if (this.#how === 'throws') throw new Error('oh');
        const hangs = this.#how === 'hangs';
        const mends = this.#how === 'mends';
        await new Promise<void>((resolve) => {
          if (!hangs) w.clock.setTimer(resolve, 3 * SECOND);
          signal.addEventListener('abort', () => resolve());
        });
        if (mends) w.down.delete(device.id);
        return { ok: true };
      } finally {
        this.#busy = this.#busy.filter((one) => one !== touched);
      }
    };
    return w;
  }

  /** All that must hold in the moment in which a healer is let at a device. */
  #mayBegin(w: World, { device, targets }: { device: string; targets: string[] }): void {
    this.runs++;
    const view = w.device(device);
    const others = this.#busy;
    expect(others.flatMap((other) => other.targets).filter((busy) => targets.includes(busy))).toEqual([]);
    expect(others.filter((other) => w.device(other.device).group === view.group)).toEqual([]);
    expect(others.length).toBeLessThan(LIMITS.maxConcurrent);

    const now = w.clock.now();
    expect(this.#begun.filter((at) => now - at < HOUR).length).toBeLessThan(LIMITS.maxPerHour);
    this.#begun.push(now);

    expect(view).toMatchObject({ reachability: 'down', hardness: 'hard' });
    for (const target of targets) {
      expect(w.device(target).flags).toMatchObject({ downtime: null, paused: false, acknowledged: null });
    }
    const parentsDown =
      view.parents.length > 0 && view.parents.every((parent) => w.device(parent).reachability === 'down');
    expect(parentsDown).toBe(false);
    expect(w.engine.snapshot()).toMatchObject({ selfOffline: false, paused: null, healingStopped: null });

    // Written down before it runs, with a number that its incident has not had yet.
    const written = Object.values(w.journal.state.attempts).filter(
      (attempt) => attempt.device === device && attempt.end === null,
    );
    expect(written).toHaveLength(1);
    const { incident, attempt } = written[0]!;
    const had = this.#attempts.get(incident) ?? new Set();
    // Where there was no way in nothing was run, and the number may be used again.
    if (this.#how !== 'no way in') {
      expect([...had]).not.toContain(attempt);
      had.add(attempt);
    }
    this.#attempts.set(incident, had);
    expect(attempt).toBeLessThanOrEqual(LIMITS.maxAttempts);
  }
}

it('whatever happens, no device is touched twice at once, beyond the limits, behind a gate, or uncounted', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 30, size: 'max' }), async (events) => {
      const watched = new Watched();
      await watched.w.start();
      await watched.happen({ type: 'wait', seconds: 12 });
      for (const one of events) await watched.happen(one);
      await watched.happen({ type: 'wait', seconds: 60 });
      if (watched.offences.length > 0) throw watched.offences[0];
      runs += watched.runs;
    }),
    { numRuns: 60 },
  );
  expect(runs).toBeGreaterThan(10);
}, 60_000);

it('whatever happened, once all is well every device is up, every incident closed and nobody is being healed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 30, size: 'max' }), async (events) => {
      const watched = new Watched();
      await watched.w.start();
      for (const one of events) await watched.happen(one);
      const allIsWell: readonly Event[] = [
        { type: 'healers', how: 'mends' },
        { type: 'connect' },
        { type: 'resume all' },
        ...IDS.map((id) => ({ type: 'mend', id }) as const),
      ];
      for (const one of allIsWell) await watched.happen(one);
      // A step that hangs has two minutes, its verification and the healthy period follow.
      for (let minute = 0; minute < 6; minute++) await watched.happen({ type: 'wait', seconds: 60 });
      const { w } = watched;
      for (const id of IDS) {
        expect(w.device(id)).toMatchObject({ reachability: 'up', hardness: 'hard', incident: null });
        expect(w.device(id).healing.phase).toBe('idle');
      }
      expect(w.engine.gates.running).toEqual([]);
      expect([...w.store.incidents()].filter(({ closedAt }) => closedAt === null)).toEqual([]);
      expect([...w.store.heals()].filter(({ phase }) => phase !== 'done')).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 60_000);
