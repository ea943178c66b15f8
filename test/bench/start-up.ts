import { spawn, spawnSync } from 'node:child_process';
import { BIN, writeFleet } from './fleet.ts';
import { median, printTable, type Row } from './table.ts';

const RUNS = 5;

async function medianOf(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let run = 0; run < RUNS; run++) values.push(await measure());
  return median(values);
}

/** Milliseconds from the start of a process until its output matches. */
function untilOutput(args: readonly string[], pattern: RegExp): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    let took = 0;
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (took > 0 || !pattern.test(text)) return;
      took = performance.now() - started;
      child.kill('SIGTERM');
    });
    child.once('exit', () => (took > 0 ? resolve(took) : reject(new Error(`never printed ${pattern}`))));
  });
}

/** Milliseconds until the terminal UI has drawn the head of its table, in a real pseudo-terminal. */
async function untilScreen(config: string): Promise<number> {
  const { spawn: spawnPty } = await import('@lydell/node-pty');
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const pty = spawnPty(process.execPath, [`${BIN}netheal-tui.js`, '-c', config], { cols: 120, rows: 35 });
    let text = '';
    let took = 0;
    pty.onData((chunk) => {
      text += chunk;
      if (took > 0 || !/STATE.*LABEL/.test(text)) return;
      took = performance.now() - started;
      pty.kill('SIGTERM');
    });
    pty.onExit(() =>
      took > 0 ? resolve(took) : reject(new Error(`no table was drawn: ${text.slice(0, 300)}`)),
    );
  });
}

/** How long an operator waits: until the first verdict, and until the first screen. */
export async function benchStartUp(): Promise<void> {
  const fleet = writeFleet({ count: 100, intervalSeconds: 10 });
  const bare = await medianOf(async () => {
    const started = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - started;
  });
  const run = [`${BIN}netheal.js`, 'run', '--json', '-c', fleet.config];
  const check = await medianOf(() => untilOutput(run, /"type":"status-change"/));
  const screen = await medianOf(() => untilScreen(fleet.config));
  const row = (figure: string, ms: number, aimMs: number): Row => ({
    figure,
    value: `${ms.toFixed(0)} ms`,
    peer: `${bare.toFixed(0)} ms`,
    ratio: (ms / bare).toFixed(1),
    aim: `under ${aimMs} ms`,
  });
  printTable('Start, 100 devices, peer: node -e 0', [
    row('first verdict of netheal run', check, 1_000),
    row('first screen of netheal-tui', screen, 500),
  ]);
  fleet.remove();
}
