import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsOf, residentMb } from './cpu.ts';
import { writeFleet } from './fleet.ts';
import { inOwnNamespace, NEEDS_NAMESPACE } from './namespace.ts';
import { isInstalled } from './native.ts';
import { NethealRun, OBSERVER, type RunEvent } from './netheal-run.ts';
import { judgeEvents, makeOutages, prepareSilence } from './outages.ts';
import { printTable, type Row, short } from './table.ts';

const FAILING_SHARE = 0.01;
const LOOKS = 20;
/** netheal's defaults: three failures in a row, the later ones after a quick retry, each up to the timeout. */
const THRESHOLD = 3;
const RETRY_SECONDS = 5;
const TIMEOUT_SECONDS = 2;
const JITTER = 0.05;
const LONGEST_OUTAGE_SECONDS = 180;
const MOST_SHOWN = 5;

export type SoakOptions = Readonly<{ devices: number; minutes: number; intervalSeconds: number }>;

type Look = Readonly<{
  mb: number;
  heapMb: number;
  coreShare: number;
  perSecond: number;
  loopDelayP99Ms: number;
  loopDelayMaxMs: number;
  lateP99Ms: number;
}>;

/** A fleet on loopback of which one in a hundred falls silent in waves: every outage is told, and nothing else. */
export async function benchSoak({ devices, minutes, intervalSeconds }: SoakOptions): Promise<void> {
  const title = `Soak: ${devices.toLocaleString('en')} devices, each every ${intervalSeconds} s, ${minutes} minutes`;
  const noNft = isInstalled('nft') ? null : 'not installed (Debian: nftables)';
  const why = inOwnNamespace() ? noNft : NEEDS_NAMESPACE;
  if (why !== null) {
    printTable(title, [{ figure: 'outages', value: why }]);
    return;
  }
  prepareSilence();
  const fleet = writeFleet({ count: devices, intervalSeconds, plugins: { [OBSERVER]: true } });
  const changes: RunEvent[] = [];
  const complaints: string[] = [];
  const run = new NethealRun(fleet, (event) => {
    if (event.type === 'status-change' && (event.to === 'down' || event.to === 'up')) changes.push(event);
    else if (['plugin-fault', 'rows-lost', 'self-offline'].includes(event.type))
      complaints.push(event.message);
  });
  try {
    await warmUp(run, devices, intervalSeconds);
    const longestSeconds =
      intervalSeconds * (1 + JITTER) + (THRESHOLD - 1) * RETRY_SECONDS + THRESHOLD * TIMEOUT_SECONDS;
    const totalMs = minutes * 60_000;
    const lengthMs =
      Math.max(longestSeconds + 10, Math.min(LONGEST_OUTAGE_SECONDS, (minutes * 60) / 4)) * 1_000;
    const failing = Math.max(1, Math.round(devices * FAILING_SHARE));
    const looking = look(run, totalMs);
    const outages = await makeOutages({ devices, failing, totalMs, lengthMs });
    const looks = await looking;
    // The last ones must have the time to be seen well again.
    await sleep((longestSeconds + 5) * 1_000);

    const verdict = judgeEvents(outages, changes);
    const seconds = (p50Ms: number, p99Ms: number) =>
      `${(p50Ms / 1_000).toFixed(1)} s, ${(p99Ms / 1_000).toFixed(1)} s`;
    const sizes = looks.map(({ mb }) => mb);
    const mean = (pick: (one: Look) => number) =>
      looks.reduce((sum, one) => sum + pick(one), 0) / looks.length;
    const worst = (pick: (one: Look) => number) => Math.max(...looks.map(pick));
    const perSecond = mean((one) => one.perSecond);
    const share = mean((one) => one.coreShare);
    const rows: Row[] = [
      { figure: 'engine', value: run.sentBy },
      { figure: 'outages made', value: String(outages.length) },
      { figure: 'missed', value: String(verdict.missed), aim: 'none' },
      { figure: 'false alarms', value: String(verdict.falseAlarms.length), aim: 'none' },
      { figure: 'never seen well again', value: String(verdict.notRecovered), aim: 'none' },
      {
        figure: 'detected after (p50, p99)',
        value: seconds(verdict.detectionP50Ms, verdict.detectionP99Ms),
        aim: `under ${longestSeconds.toFixed(0)} s`,
      },
      { figure: 'recovery after (p50, p99)', value: seconds(verdict.recoveryP50Ms, verdict.recoveryP99Ms) },
      {
        figure: 'checks with a verdict a second',
        value: perSecond.toFixed(0),
        aim: (devices / intervalSeconds).toFixed(0),
      },
      {
        figure: 'CPU',
        value: `${short(share * 100)} % of a core, ${short((share / perSecond) * 1e6)} ms per 1,000 checks`,
      },
      {
        figure: 'RSS: first, last, highest',
        value: [sizes[0]!, sizes.at(-1)!, Math.max(...sizes)].map((mb) => `${mb.toFixed(0)} MB`).join(', '),
        aim: 'flat, under 1,000 MB',
      },
      {
        figure: 'event loop delay: worst p99 of a look, longest',
        value: `${short(worst((one) => one.loopDelayP99Ms))} ms, ${short(worst((one) => one.loopDelayMaxMs))} ms`,
      },
      { figure: 'checks late, p99', value: `${short(looks.at(-1)!.lateP99Ms)} ms` },
      { figure: 'rows lost, faults, uplink', value: String(complaints.length), aim: 'none' },
    ];
    printTable(title, rows);
    printTable(`${title}, over time`, looks.map(lookRow));
    for (const message of [...verdict.falseAlarms, ...complaints].slice(0, MOST_SHOWN))
      console.log(`! ${message}`);
    if (verdict.missed + verdict.falseAlarms.length + verdict.notRecovered > 0) process.exitCode = 1;
  } finally {
    await run.stop();
    fleet.remove();
  }
}

/** Until every device has been checked once, and the code is compiled. */
async function warmUp(run: NethealRun, devices: number, intervalSeconds: number): Promise<void> {
  const startedMs = await run.firstRow();
  console.error(`first row after ${(startedMs / 1_000).toFixed(1)} s`);
  await sleep((intervalSeconds * (1 + JITTER) + 10) * 1_000);
  if (run.rows() <= devices)
    console.error(`! only ${run.rows() - 1} of ${devices} were checked in the first round`);
}

/** Looks at the process at even times. */
async function look(run: NethealRun, totalMs: number): Promise<readonly Look[]> {
  const looks: Look[] = [];
  await run.observed();
  let before = { at: performance.now(), cpuMs: cpuMsOf(run.pid), rows: run.rows() };
  for (let i = 0; i < LOOKS; i++) {
    await sleep(totalMs / LOOKS);
    const now = { at: performance.now(), cpuMs: cpuMsOf(run.pid), rows: run.rows() };
    const tookMs = now.at - before.at;
    looks.push({
      ...(await run.observed()),
      mb: residentMb(run.pid),
      coreShare: (now.cpuMs - before.cpuMs) / tookMs,
      perSecond: ((now.rows - before.rows) / tookMs) * 1_000,
    });
    before = now;
    console.error(`look ${i + 1} of ${LOOKS}`);
  }
  return looks;
}

function lookRow(one: Look, index: number): Row {
  return {
    figure: `look ${index + 1}`,
    RSS: `${one.mb.toFixed(0)} MB`,
    heap: `${one.heapMb.toFixed(0)} MB`,
    'of a core': `${short(one.coreShare * 100)} %`,
    'checks/s': one.perSecond.toFixed(0),
    'loop delay p99': `${short(one.loopDelayP99Ms)} ms`,
    longest: `${short(one.loopDelayMaxMs)} ms`,
    'late p99': `${short(one.lateP99Ms)} ms`,
  };
}
