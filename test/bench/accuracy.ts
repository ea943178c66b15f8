import { setTimeout as sleep } from 'node:timers/promises';
import {
  C_PROGRAM,
  CONTESTANTS,
  type Contestant,
  type Load,
  type Measured,
  NETHEAL_ICMP,
} from './contestants.ts';
import { writeFleet } from './fleet.ts';
import { inOwnNamespace, NEEDS_NAMESPACE } from './namespace.ts';
import { NO_COMPILER, nativeProgram } from './native.ts';
import { NethealRun } from './netheal-run.ts';
import { SIMULATED, startSimulator, type Truth } from './simulator.ts';
import { median, printTable, type Row, short } from './table.ts';

const RUNS = 3;
const SECONDS = 5;
const LOSS_PERCENT = 10;
/** Beyond this many standard deviations chance is no excuse. */
const SIGMAS = 4;
const FLEET = { count: 500, intervalSeconds: 2, seconds: 30 };

type Case = Readonly<{ one: Contestant; perSecond: number; blocked: boolean }>;

const named = (name: string) => CONTESTANTS.find((one) => one.name === name)!;

const CASES: readonly Case[] = [
  { one: C_PROGRAM, perSecond: 1_000, blocked: false },
  { one: named(NETHEAL_ICMP), perSecond: 1_000, blocked: false },
  { one: named(NETHEAL_ICMP), perSecond: 1_000, blocked: true },
  { one: named('netheal, engine fping'), perSecond: 1_000, blocked: false },
  { one: named('netheal, engine fping'), perSecond: 1_000, blocked: true },
];

/** Round-trip times and losses against a network that is known to answer after 5 ms and to lose a tenth. */
export async function benchAccuracy(): Promise<void> {
  const why = !inOwnNamespace() ? NEEDS_NAMESPACE : nativeProgram('simulator') === null ? NO_COMPILER : null;
  if (why !== null) {
    printTable('Accuracy', [{ figure: 'round-trip times and losses', value: why }]);
    return;
  }
  const rtts: Row[] = [];
  let unblockedP99Ms = Number.NaN;
  for (const one of CASES) {
    const { row, p99Ms } = await roundTrips(one, unblockedP99Ms);
    if (one.one.name === NETHEAL_ICMP && !one.blocked) unblockedP99Ms = p99Ms;
    rtts.push(row);
  }
  printTable('Round-trip times against a network that answers after 5 ms', rtts);
  const losses: Row[] = [];
  for (const one of CASES) losses.push(await losing(one));
  losses.push(await falseDowns());
  printTable(`A network that loses ${LOSS_PERCENT} %`, losses);
}

function loadOf({ perSecond, blocked }: Case): Load {
  return { kind: 'steady', base: SIMULATED, addresses: 1_000, perSecond, seconds: SECONDS, blocked };
}

function label({ one, blocked }: Case): string {
  return blocked ? `${one.name}, main thread blocked 20-60 ms` : one.name;
}

/** One case against a network that loses so many percent; the network's own account of it comes with it. */
async function measure(one: Case, lossPercent: number): Promise<Measured & Truth> {
  if (one.one.missing !== null) throw new Error(one.one.missing);
  const simulator = await startSimulator(lossPercent);
  let measured: Measured | undefined;
  try {
    measured = one.one.measure(loadOf(one));
  } finally {
    const truth = await simulator.stop();
    if (measured) measured = { ...measured, ...truth };
  }
  return measured as Measured & Truth;
}

async function roundTrips(one: Case, unblockedP99Ms: number): Promise<{ row: Row; p99Ms: number }> {
  const figure = label(one);
  try {
    const runs: (Measured & Truth)[] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await measure(one, 0));
    const middle = (pick: (run: Measured & Truth) => number | undefined) =>
      median(runs.map((run) => pick(run) ?? Number.NaN));
    const total = (pick: (run: Measured) => number) => String(runs.reduce((sum, run) => sum + pick(run), 0));
    const p99Ms = middle(({ rttP99Ms }) => rttP99Ms);
    const isJudged = one.one.name === NETHEAL_ICMP && one.blocked;
    return {
      row: {
        figure,
        'RTT p50': `${short(middle(({ rttP50Ms }) => rttP50Ms))} ms`,
        'RTT p99': `${short(p99Ms)} ms`,
        'p99 of the network itself': `${short(middle(({ stayedP99Ms }) => stayedP99Ms))} ms`,
        'called lost': total(({ lost }) => lost),
        'not known': total(({ unknown }) => unknown),
        aim: isJudged ? `p99 at most ${short(unblockedP99Ms + 1)} ms, none lost` : undefined,
      },
      p99Ms,
    };
  } catch (error) {
    return { row: { figure, 'RTT p50': (error as Error).message }, p99Ms: Number.NaN };
  }
}

async function losing(one: Case): Promise<Row> {
  const figure = label(one);
  try {
    const { checks, lost, unknown, dropped, lostBefore = 0 } = await measure(one, LOSS_PERCENT);
    const bound = SIGMAS * Math.sqrt((LOSS_PERCENT / 100) * (1 - LOSS_PERCENT / 100) * checks);
    return {
      figure,
      checks: String(checks),
      'called lost': String(lost),
      'not known': String(unknown),
      'really lost': String(dropped - lostBefore),
      aim: `${((checks * LOSS_PERCENT) / 100).toFixed(0)} +- ${bound.toFixed(0)}`,
    };
  } catch (error) {
    return { figure, checks: (error as Error).message };
  }
}

/** Three packets a check, a failure only when all are lost: the network is bad, and nobody is down. */
async function falseDowns(): Promise<Row> {
  const { count, intervalSeconds, seconds } = FLEET;
  const simulator = await startSimulator(LOSS_PERCENT);
  const fleet = writeFleet({ count, intervalSeconds, base: SIMULATED, monitoring: { packets: 3 } });
  let downs = 0;
  const run = new NethealRun(fleet, ({ type, to }) => {
    if (type === 'status-change' && to === 'down') downs++;
  });
  try {
    await run.firstRow();
    await sleep(seconds * 1_000);
    return {
      figure: `netheal run, ${count} devices, 3 packets a check: declared down`,
      checks: String(run.rows() - 1),
      'called lost': String(downs),
      'really lost': '0',
      aim: 'none',
    };
  } finally {
    await run.stop();
    await simulator.stop();
    fleet.remove();
  }
}
