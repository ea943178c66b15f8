import { setTimeout as sleep } from 'node:timers/promises';
import { createLab } from '../lab.ts';
import type { Judgement } from './case.ts';
import { layOut } from './fleet.ts';
import { judge } from './judge.ts';
import { type Episode, planChaos } from './plan.ts';
import { printReport, storyOf } from './report.ts';
import { DEVICE_TROUBLES, FLEET_TROUBLES } from './troubles.ts';
import type { Recorded } from './truth.ts';
import { World } from './world.ts';

/** With nothing wrong, at the start and at the end: nobody may be touched. */
const PEACE_MS = 5_000;
/** Enough for the longest wait that netheal may have begun, on a busy machine. */
const ALL_WELL_MS = 60_000;

/** How long before and after a finding its story is told. */
const STORY_MS = 25_000;

export type ChaosOptions = Readonly<{
  seed: number;
  minutes: number;
  devices: number;
  /** Devices whose whole story is printed in any case. */
  stories?: readonly string[];
}>;

/**
 * A fleet of real hosts, troubles drawn from a seed, netheal in the middle of it; then what netheal said and did is held
 * against what the kernel saw. Prints its tables, and the story of each finding.
 */
export async function runChaos({ seed, minutes, devices, stories = [] }: ChaosOptions): Promise<Judgement> {
  const lab = await createLab({ devices: layOut(devices) });
  try {
    const world = new World(lab);
    const episodes = planChaos(
      seed,
      lab.devices.map(({ id }) => id),
      minutes * 60_000,
    );
    console.log(
      `chaos: seed ${seed}, ${lab.devices.length} devices, ${minutes} minutes, ${episodes.length} troubles; again with: npm run chaos -- --seed ${seed} --minutes ${minutes} --devices ${devices}`,
    );
    try {
      await world.start();
      await allUp(world);
      await sleep(PEACE_MS);
      const start = Date.now();
      await Promise.all(episodes.map((episode) => happen(world, episode, start)));
      await allUp(world).catch((error) => console.error(`${error}`.split('\n')[0]));
      await sleep(PEACE_MS);
    } finally {
      await world.stop();
    }
    const { netheal } = world;
    const addresses = new Map(lab.devices.map(({ id, address }) => [id, address]));
    const said = { events: world.events(), csv: netheal.csv(), addresses };
    const recorded = recordOf(world);
    const judged = judge(recorded, said);
    printReport(recorded, said, judged);
    const tell = (title: string, device: string, from: number, to: number) =>
      console.log(`\n${title} (seed ${seed}):\n${storyOf(device, [from, to], recorded, said.events)}`);
    for (const { rule, device, at, text } of judged.findings) {
      const title = `${new Date(at).toISOString().slice(11, 23)} ${device}, ${rule}: ${text}`;
      tell(title, device, at - STORY_MS, at + STORY_MS);
    }
    for (const device of stories) tell(device, device, 0, recorded.endedAt);
    return judged;
  } finally {
    await lab.close();
  }
}

/** Every device is up and no incident is open. */
function allUp({ netheal }: World): Promise<void> {
  const isQuiet = async () => {
    const { devices } = await netheal.api<{ devices: { status: string }[] }>('/api/status');
    const { incidents } = await netheal.api<{ incidents: { closedAt: number | null }[] }>('/api/incidents');
    return (
      devices.every(({ status }) => status === 'online') &&
      incidents.every(({ closedAt }) => closedAt !== null)
    );
  };
  return netheal.until('all are up and no incident is open', isQuiet, ALL_WELL_MS);
}

/** One trouble: waits for its moment, does it, waits for its end, and undoes what netheal has not healed. */
async function happen(world: World, episode: Episode, start: number): Promise<void> {
  const { kind, fromMs, toMs, number } = episode;
  const until = (ms: number) => sleep(Math.max(0, start + ms - Date.now()));
  await until(fromMs);
  const from = Date.now();
  const devices = episode.devices.map((id) => world.lab.device(id));
  const done = { ...episode, from, to: Number.POSITIVE_INFINITY };
  world.done.push(done);
  const undo = FLEET_TROUBLES[kind]
    ? await FLEET_TROUBLES[kind](world, devices, number)
    : await DEVICE_TROUBLES[kind]!(devices[0]!, world);
  await until(toMs);
  await undo();
  done.to = Date.now();
}

function recordOf(world: World): Recorded {
  const { watch, done, holds, absences } = world;
  const { devices, uplink, gaps, mostConnections } = watch;
  return {
    changes: new Map([...devices].map(([id, { changes }]) => [id, changes])),
    ssh: new Map([...devices].map(([id, { ssh }]) => [id, ssh])),
    uplink,
    gaps,
    mostConnections,
    done,
    holds,
    absences,
    runs: world.runs(),
    endedAt: Date.now(),
  };
}
