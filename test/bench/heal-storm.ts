import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastConfig, watched } from '../lab/fast-config.ts';
import { linkDown } from '../lab/faults.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { Netheal } from '../lab/netheal.ts';
import { searchPath } from '../lab/shell.ts';
import { OBSERVER } from './netheal-run.ts';
import type { Observed } from './observer-plugin.ts';
import { percentile, printTable, type Row, short } from './table.ts';

const FAILING = 50;
const WELL = 20;
const LIMIT = 3;
const QUIET_MS = 15_000;
/** A command that takes its time, between two stamps of the host's own clock. */
const COMMAND = 'date +%s%N >> /srv/begun; sleep 1; ip link set eth0 up; date +%s%N >> /srv/ended';

/** What netheal and fping measured of the same hosts in a time, and how the event loop did. */
type Phase = Readonly<{ ours: number[]; theirs: number[]; observed: Observed }>;

/** Fifty hosts fail in one moment, and three may be healed at a time; twenty others stay well and are measured. */
export async function benchHealStorm(): Promise<void> {
  const failing = Array.from({ length: FAILING }, (_, n) => `bad${n}`);
  const well = Array.from({ length: WELL }, (_, n) => `well${n}`);
  const lab = await createLab({ devices: [...failing, ...well] });
  try {
    const devices = [
      ...failing.map((id) => watched(lab.device(id), { heal: [COMMAND] })),
      ...well.map((id) => watched(lab.device(id), { heal: ['true'] })),
    ];
    // Each host is a group of its own, and so many failing at once are what is wanted here: only the limit holds them.
    const config = fastConfig(lab, devices, {
      maxUnhealthy: '100%',
      maxConcurrent: LIMIT,
      maxPerHour: 10 * FAILING,
    });
    const plugins = { ...config.plugins, [OBSERVER]: true };
    const netheal = await new Netheal(lab, { ...config, plugins }).start();
    const fping = new Fping(lab, well);
    try {
      await netheal.until('a first row of each', () => netheal.csv().length >= devices.length, 30_000);
      await figures(netheal);
      const quiet = await phase(netheal, fping, well, () => sleep(QUIET_MS));
      const brokenAt = Date.now();
      const storm = await phase(netheal, fping, well, async () => {
        await Promise.all(failing.map((id) => linkDown(lab.device(id))));
        await netheal.until(
          'all are healed',
          () =>
            netheal.events('heal-finished').filter(({ outcome }) => outcome === 'healed').length === FAILING,
          300_000,
        );
      });
      print(lab, netheal, { brokenAt, quiet, storm, well });
    } finally {
      fping.stop();
      await netheal.stop();
    }
  } finally {
    await lab.close();
  }
}

const figures = (netheal: Netheal) => netheal.api<Observed>('/api/plugins/bench/figures');

async function phase(
  netheal: Netheal,
  fping: Fping,
  well: readonly string[],
  lasts: () => Promise<unknown>,
): Promise<Phase> {
  const from = Date.now();
  fping.take();
  await lasts();
  const theirs = fping.take();
  const observed = await figures(netheal);
  const ours: number[] = [];
  for (const id of well) {
    const { samples } = await netheal.api<{ samples: { at: number; rttMs: number | null }[] }>(
      `/api/devices/${id}/samples`,
    );
    ours.push(...samples.filter(({ at }) => at >= from).flatMap(({ rttMs }) => rttMs ?? []));
  }
  return { ours, theirs, observed };
}

/** An fping beside netheal, in the same namespace: the same hosts, once a second each. */
class Fping {
  readonly #child: ChildProcess;
  #rttsMs: number[] = [];

  constructor(lab: Lab, ids: readonly string[]) {
    const addresses = ids.map((id) => lab.device(id).address);
    const argv = ['netns', 'exec', lab.monitor, 'fping', '-l', '-p', '1000', ...addresses];
    this.#child = spawn('ip', argv, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, PATH: searchPath },
    });
    this.#child.stdout!.on('data', (chunk) => {
      for (const [, rtt] of String(chunk).matchAll(/bytes, ([\d.]+) ms/g)) this.#rttsMs.push(Number(rtt));
    });
  }

  /** What it measured since it was last asked. */
  take(): number[] {
    const taken = this.#rttsMs;
    this.#rttsMs = [];
    return taken;
  }

  stop(): void {
    this.#child.kill();
  }
}

/** How many commands ran at one moment at most, by the hosts' own stamps. */
function peakOf(lab: Lab): number {
  const stamps = (name: string) =>
    lab.devices.flatMap(({ dir }) => {
      try {
        return readFileSync(`${dir}/srv/${name}`, 'utf8').trim().split('\n').map(BigInt);
      } catch {
        return []; // A host that was well all the time.
      }
    });
  const steps = [
    ...stamps('begun').map((at) => ({ at, step: 1 })),
    ...stamps('ended').map((at) => ({ at, step: -1 })),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
  let running = 0;
  return Math.max(0, ...steps.map(({ step }) => (running += step)));
}

function print(
  lab: Lab,
  netheal: Netheal,
  { brokenAt, quiet, storm, well }: { brokenAt: number; quiet: Phase; storm: Phase; well: readonly string[] },
): void {
  const after = (type: string) => netheal.events(type).map(({ at }) => Date.parse(at) - brokenAt);
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const sessions = lab.devices.map((device) => device.sshLog().sessions);
  const touched = well.filter((id) => lab.device(id).sshLog().connections > 0).length;
  const falselyDown = netheal
    .events('status-change')
    .filter(({ device = '', to }) => to !== 'up' && well.includes(device));
  printTable(`${FAILING} hosts fail at once, ${LIMIT} heals at a time`, [
    { figure: 'heals that ran at once, by the hosts', value: String(peakOf(lab)), aim: `${LIMIT}` },
    {
      figure: 'commands run by their sshds',
      value: String(sessions.reduce((sum, count) => sum + count, 0)),
      aim: `${FAILING}`,
    },
    { figure: 'the last incident opened after', value: seconds(Math.max(...after('incident-opened'))) },
    { figure: 'the first host healed after', value: seconds(Math.min(...after('heal-finished'))) },
    { figure: 'all healed after', value: seconds(Math.max(...after('heal-finished'))) },
    { figure: 'of the 20 that were well: logged in to', value: String(touched), aim: 'none' },
    { figure: 'of the 20 that were well: not called up', value: String(falselyDown.length), aim: 'none' },
  ]);
  printTable('Its probes and its event loop meanwhile', [
    phaseRow('quiet', quiet),
    phaseRow(`while ${FAILING} are healed`, storm),
  ]);
}

function phaseRow(figure: string, { ours, theirs, observed }: Phase): Row {
  const [p50, p99] = [50, 99].map((share) => [percentile(ours, share), percentile(theirs, share)] as const);
  const ms = (value: number) => `${value < 0 ? '-' : ''}${short(Math.abs(value))} ms`;
  return {
    figure,
    'RTT p50': ms(p50![0]),
    'fping p50': ms(p50![1]),
    'RTT p99': ms(p99![0]),
    'fping p99': ms(p99![1]),
    checks: String(ours.length),
    'loop delay p50': ms(observed.loopDelayP50Ms),
    p99: ms(observed.loopDelayP99Ms),
    longest: ms(observed.loopDelayMaxMs),
  };
}
