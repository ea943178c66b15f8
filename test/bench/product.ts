import { setTimeout as sleep } from 'node:timers/promises';
import { CONTESTANTS, type Measured } from './contestants.ts';
import { cpuMsOf, residentMb } from './cpu.ts';
import { writeFleet } from './fleet.ts';
import { isInstalled } from './native.ts';
import { NethealRun, OBSERVER } from './netheal-run.ts';
import { shellLoop } from './shell-loop.ts';
import { printTable, type Row, short } from './table.ts';

const LONG_SECONDS = 180;
/** Until the code is compiled and the first round, which comes faster, is over. */
const WARM_UP_SECONDS = 10;

const SIZES = [
  { devices: 1_000, intervalSeconds: 1, seconds: 15, aim: '' },
  { devices: 10_000, intervalSeconds: 1, seconds: 15, aim: 'under 30 % of a core' },
  {
    devices: 100_000,
    intervalSeconds: 30,
    seconds: 30,
    aim: 'under 1,000 MB; as much CPU per check as 1,000',
  },
] as const;

/** `netheal run` with CSV log and history, at three sizes; then what others need for 1,000 checks a second. */
export async function benchProduct(long: boolean): Promise<void> {
  const rows: Row[] = [];
  let perThousand = Number.NaN;
  for (const size of SIZES) {
    const { cpu, row } = await measure(size, long ? LONG_SECONDS : size.seconds);
    rows.push(row);
    if (size.devices === 1_000) perThousand = cpu;
  }
  printTable('The whole product: netheal run with CSV log and history', rows);
  printTable(
    'Beside it: 1,000 checks a second, or as many as one can',
    peers().map((peer) => peerRow(peer, perThousand)),
  );
}

async function measure({ devices, intervalSeconds, aim }: (typeof SIZES)[number], seconds: number) {
  const fleet = writeFleet({ count: devices, intervalSeconds, plugins: { [OBSERVER]: true } });
  const run = new NethealRun(fleet);
  try {
    const firstRowMs = await run.firstRow();
    await sleep(Math.max(WARM_UP_SECONDS, intervalSeconds + 1) * 1_000);
    await run.observed();
    const before = { cpuMs: cpuMsOf(run.pid), rows: run.rows(), at: performance.now() };
    await sleep(seconds * 1_000);
    const cpuMs = cpuMsOf(run.pid) - before.cpuMs;
    const tookMs = performance.now() - before.at;
    const checks = run.rows() - before.rows;
    const mb = residentMb(run.pid);
    const { lateP99Ms, loopDelayP99Ms } = await run.observed();
    const cpu = (cpuMs / checks) * 1_000;
    const row: Row = {
      figure: `${devices.toLocaleString('en')} devices, each every ${intervalSeconds} s`,
      engine: run.sentBy,
      'CPU ms per 1,000': short(cpu),
      'of a core': `${short((cpuMs / tookMs) * 100)} %`,
      'checks/s': ((checks / tookMs) * 1_000).toFixed(0),
      RSS: `${mb.toFixed(0)} MB`,
      'late p99': `${short(lateP99Ms)} ms`,
      'loop delay p99': `${short(loopDelayP99Ms)} ms`,
      'first row': `${(firstRowMs / 1_000).toFixed(1)} s`,
      aim,
    };
    return { cpu, row };
  } finally {
    await run.stop();
    fleet.remove();
  }
}

type Peer = Readonly<{ figure: string; aim: string; missing: string | null; measure: () => Measured }>;

function peers(): Peer[] {
  const noFping = isInstalled('fping') ? null : 'not installed (Debian: fping)';
  const loop = (kind: 'bash' | 'awk', aim: string): Peer => ({
    figure: `fping and ${kind}, same CSV`,
    aim,
    missing: noFping,
    measure: () => shellLoop(kind, 1_000, 10),
  });
  const contestant = (name: string, figure: string, perSecond: number, aim: string): Peer => {
    const { missing, measure } = CONTESTANTS.find((one) => one.name.startsWith(name))!;
    const load = { kind: 'steady', addresses: perSecond, perSecond, seconds: 5 } as const;
    return { figure, aim, missing, measure: () => measure(load) };
  };
  return [
    loop('bash', 'at least 1'),
    loop('awk', ''),
    contestant('blackbox', 'blackbox_exporter, without its Prometheus, no record', 1_000, 'at least 10'),
    contestant('ping process', 'a ping process each, no record (200 a second)', 200, 'at least 50'),
  ];
}

function peerRow({ figure, aim, missing, measure }: Peer, ours: number): Row {
  if (missing !== null) return { figure, 'CPU ms per 1,000': missing };
  const { cpuMs, checks } = measure();
  const cpu = (cpuMs / checks) * 1_000;
  return {
    figure,
    'CPU ms per 1,000': short(cpu),
    "times netheal's": short(cpu / ours),
    aim,
  };
}
