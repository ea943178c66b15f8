import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsOf, residentMb } from './cpu.ts';
import { BIN, writeFleet } from './fleet.ts';
import { printTable, type Row } from './table.ts';

const INTERVAL_S = 10;
const WARM_UP_MS = 20_000;
const STEADY_MS = 20_000;

/** Memory and CPU of `netheal run` with its CSV log, once it runs steadily. */
export async function benchMemory(): Promise<void> {
  const rows: Row[] = [];
  for (const { devices, aimMb } of [
    { devices: 100, aimMb: 120 },
    { devices: 1_000, aimMb: 150 },
  ]) {
    const fleet = writeFleet({ count: devices, intervalSeconds: INTERVAL_S });
    const child = spawn(process.execPath, [`${BIN}netheal.js`, 'run', '--quiet', '-c', fleet.config], {
      stdio: 'ignore',
    });
    await sleep(WARM_UP_MS);
    const before = cpuMsOf(child.pid!);
    await sleep(STEADY_MS);
    const checks = (devices * STEADY_MS) / 1_000 / INTERVAL_S;
    const cpu = ((cpuMsOf(child.pid!) - before) / checks) * 1_000;
    const mb = residentMb(child.pid!);
    rows.push({
      figure: `netheal run, ${devices} devices, each every ${INTERVAL_S} s`,
      value: `${mb.toFixed(0)} MB, ${cpu.toFixed(0)} ms CPU per 1,000 checks`,
      ratio: (mb / aimMb).toFixed(2),
      aim: `under ${aimMb} MB`,
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    fleet.remove();
  }
  printTable('Memory, engine and CSV log running', rows);
}
