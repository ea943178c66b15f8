import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOW, IDS, SECOND, WatchedFleet } from './watched-fleet.ts';

/** Something that happens to the fleet: done to the world, and written into the book of `WatchedFleet`. */
type Happening = fc.AsyncCommand<WatchedFleet, WatchedFleet>;
type Act = (fleet: WatchedFleet) => Promise<unknown> | unknown;

function happening(name: string, act: Act, check = (_fleet: Readonly<WatchedFleet>) => true): Happening {
  return {
    check,
    run: async (fleet) => {
      await act(fleet);
      // What follows from it at once has followed, before the next thing happens.
      await fleet.w.clock.advance(0);
      fleet.check();
    },
    toString: () => name,
  };
}

const by = 'op';
const id = fc.constantFrom(...IDS);
const seconds = (max: number) => fc.integer({ min: 1, max });
const isDone = (result: { ok: boolean }) => result.ok;
const waiting = ({ w }: WatchedFleet) =>
  [...w.store.heals()].filter(({ phase }) => phase === 'waiting-approval');
const somebodyWaits = (fleet: Readonly<WatchedFleet>) => waiting(fleet as WatchedFleet).length > 0;

const breaks = id.map((device) => happening(`${device} breaks`, (fleet) => fleet.set(device, true)));
const severalBreak = fc.subarray([...IDS], { minLength: 3 }).map((devices) =>
  happening(`${devices} break`, (fleet) => {
    for (const device of devices) fleet.set(device, true);
  }),
);
const mended = id.map((device) => happening(`${device} is mended`, (fleet) => fleet.set(device, false)));
const flaps = id.map((device) =>
  happening(`${device} goes up and down`, async (fleet) => {
    for (let time = 0; time < 6; time++) {
      fleet.set(device, true);
      await fleet.w.clock.advance(24 * SECOND);
      fleet.set(device, false);
      await fleet.w.clock.advance(16 * SECOND);
    }
    fleet.set(device, true);
  }),
);
const passes = seconds(50).map((s) => happening(`${s} s pass`, ({ w }) => w.clock.advance(s * SECOND)));
const healers = fc.constantFrom(...HOW).map((how) =>
  happening(`healers: ${how}`, (fleet) => {
    fleet.how = how;
  }),
);

const pauses = fc.tuple(id, fc.boolean()).map(([device, isPaused]) =>
  happening(`${device} is ${isPaused ? 'paused' : 'resumed'}`, async ({ w, paused }) => {
    await w.act({ type: isPaused ? 'pause' : 'resume', device, by });
    if (isPaused) paused.add(device);
    else paused.delete(device);
  }),
);
const pausesAll = fc.boolean().map((isPaused) =>
  happening(isPaused ? 'all is paused' : 'all is resumed', async (fleet) => {
    await fleet.w.act({ type: isPaused ? 'pause' : 'resume', by });
    fleet.pausedAll = isPaused;
  }),
);
const acknowledged = id.map((device) =>
  happening(`${device} is acknowledged`, async ({ w, acknowledged }) => {
    if (isDone(await w.act({ type: 'ack', device, by, reason: 'mine' }))) acknowledged.add(device);
  }),
);
const unacknowledged = id.map((device) =>
  happening(`${device} is not acknowledged`, async ({ w, acknowledged }) => {
    await w.act({ type: 'unack', device, by });
    acknowledged.delete(device);
  }),
);
const downtime = fc.tuple(id, seconds(200)).map(([device, s]) =>
  happening(`downtime of ${device} for ${s} s`, async (fleet) => {
    const until = fleet.now + s * SECOND;
    await fleet.w.act({ type: 'downtime', device, by, reason: 'works', durationMs: s * SECOND });
    fleet.downtimes.set(device, Math.max(until, fleet.downtimes.get(device) ?? 0));
  }),
);
const noDowntime = id.map((device) =>
  happening(`downtime of ${device} ends`, async ({ w, downtimes }) => {
    if (isDone(await w.act({ type: 'end-downtime', device, by }))) downtimes.delete(device);
  }),
);
/** A person waits for the answer; the world does not. */
function healByHand(fleet: WatchedFleet, device: string, force: readonly string[]): void {
  if (fleet.forced.has(device)) return;
  fleet.forced.set(device, force);
  void fleet.w.act({ type: 'heal', device, by, force }).then(() => fleet.forced.delete(device));
}
const byHand = fc
  .tuple(
    id,
    fc.constantFrom([], ['cooling-down'], ['approval'], ['concurrency'], ['downtime', 'acknowledged']),
  )
  .map(([device, force]) =>
    happening(`${device} is healed by hand, over [${force}]`, (fleet) => healByHand(fleet, device, force)),
  );
const allByHand = fc.constant(
  happening('a minute later somebody heals one after the other by hand', async (fleet) => {
    await fleet.w.clock.advance(60 * SECOND);
    for (const device of IDS) healByHand(fleet, device, []);
  }),
);

/** The switch is being healed, and somebody wants to bounce a port on it. */
const wantedTwice = fc.constant(
  happening('sw and what is healed on it break, and a person is in a hurry', async (fleet) => {
    fleet.set('b', true);
    fleet.set('sw', true);
    for (let turn = 0; turn < 20; turn++) {
      await fleet.w.clock.advance(3 * SECOND);
      for (const device of ['b', 'sw']) healByHand(fleet, device, ['concurrency']);
    }
  }),
);

const approves = fc.nat().map((n) =>
  happening(
    `heal ${n} of those that wait is approved`,
    async (fleet) => {
      const { id: heal, plan } = waiting(fleet)[n % waiting(fleet).length]!;
      expect(await fleet.w.act({ type: 'approve', heal, hash: 'another', by })).toMatchObject({ ok: false });
      // Before it is said: it may begin at once.
      fleet.approved.set(heal, plan.steps[0]!.lines[0]!);
      expect(await fleet.w.act({ type: 'approve', heal, hash: plan.hash, by })).toMatchObject({ ok: true });
    },
    somebodyWaits,
  ),
);
const rejects = fc.nat().map((n) =>
  happening(
    `heal ${n} of those that wait is rejected`,
    async (fleet) => {
      const { id: heal } = waiting(fleet)[n % waiting(fleet).length]!;
      expect(await fleet.w.act({ type: 'reject', heal, by })).toMatchObject({ ok: true });
    },
    somebodyWaits,
  ),
);
const edits = fc.nat().map((n) =>
  happening(
    `heal ${n} of those that wait is edited`,
    async (fleet) => {
      const { id: heal, plan } = waiting(fleet)[n % waiting(fleet).length]!;
      const steps = [[JSON.stringify({ wait: `${2 + (n % 7)}s` })]];
      expect(await fleet.w.act({ type: 'edit', heal, hash: plan.hash, by, steps })).toMatchObject({
        ok: true,
      });
      if (plan.steps[0]!.lines[0] === steps[0]![0]) return;
      expect(await fleet.w.act({ type: 'approve', heal, hash: plan.hash, by })).toMatchObject({ ok: false });
    },
    somebodyWaits,
  ),
);

const cuts = fc
  .boolean()
  .map((isCut) => happening(isCut ? 'we are cut off' : 'we are back', (fleet) => fleet.cut(isCut)));
const reloads = fc.constant(
  happening('the config is read again', (fleet) => {
    void fleet.w.reload();
    fleet.disturb();
  }),
);
const killed = fc.constant(happening('kill -9', (fleet) => fleet.kill()));
const stalls = seconds(20).map((s) =>
  happening(`netheal stands still for ${s} s`, (fleet) => {
    fleet.w.clock.stall(s * SECOND);
    fleet.disturb();
    return fleet.w.clock.advance(SECOND);
  }),
);

/** What happens often has several places. */
const HAPPENINGS = [
  ...[breaks, breaks, severalBreak, passes, passes, passes, passes, mended, mended],
  ...[approves, approves, edits, rejects, healers, byHand, allByHand, wantedTwice, flaps],
  ...[
    pauses,
    pausesAll,
    pausesAll,
    acknowledged,
    unacknowledged,
    downtime,
    noDowntime,
    cuts,
    killed,
    killed,
    reloads,
    stalls,
  ],
];

async function live(
  commands: Iterable<Happening>,
  how: WatchedFleet['how'],
  maxUnhealthy = '100%',
): Promise<WatchedFleet> {
  const fleet = new WatchedFleet(maxUnhealthy);
  fleet.how = how;
  await fleet.w.start();
  await fleet.w.clock.advance(12 * SECOND);
  await fc.asyncModelRun(() => ({ model: fleet, real: fleet }), commands);
  await fleet.w.clock.advance(60 * SECOND);
  fleet.check();
  return fleet;
}

/** How healers fare until that changes. */
const first = fc.constantFrom('mends', 'fails', ...HOW);
const stories = fc.commands(HAPPENINGS, { maxCommands: 60, size: 'max' });

it('whatever happens, no device is touched twice at once, beyond the limits, behind a gate, uncounted or unasked', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(stories, first, fc.constantFrom('100%', '40%'), async (...story) => {
      runs += (await live(...story)).runs;
    }),
    { numRuns: 80 },
  );
  expect(runs).toBeGreaterThan(50);
}, 120_000);

it('whatever happened, once all is well every device is up, every incident closed and nobody is being healed', async () => {
  await fc.assert(
    fc.asyncProperty(stories, first, async (...story) => {
      const fleet = await live(...story);
      fleet.how = 'mends';
      fleet.cut(false);
      await fleet.w.act({ type: 'resume', by });
      fleet.pausedAll = false;
      for (const device of IDS) fleet.set(device, false);
      // A step that hangs has two minutes, its verification and the healthy period follow.
      for (let minute = 0; minute < 9; minute++) await fleet.w.clock.advance(60 * SECOND);
      const { w } = fleet;
      for (const device of IDS) {
        expect(w.device(device)).toMatchObject({ reachability: 'up', hardness: 'hard', incident: null });
        expect(w.device(device).healing.phase).toBe('idle');
      }
      expect(w.engine.gates.running).toEqual([]);
      expect([...w.store.incidents()].filter(({ closedAt }) => closedAt === null)).toEqual([]);
      expect([...w.store.heals()].filter(({ phase }) => phase !== 'done')).toEqual([]);
    }),
    { numRuns: 30 },
  );
}, 120_000);
