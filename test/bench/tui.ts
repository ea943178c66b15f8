/**
 * `npm run bench:tui`: what the terminal UI costs, and how fast it answers. The real netheal-tui in a real pseudo-terminal,
 * attached over a Unix socket to a daemon without an engine (tui-daemon.ts). `npm run bench:tui -- 10000` measures the fleets
 * of that size alone, `-- realistic` the realistic load.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startInTerminal, type TestTerminal } from '../tui/terminal.ts';
import { cpuMsOf, residentMb } from './cpu.ts';
import { BIN } from './fleet.ts';
import { median, percentile, printTable, type Row, short } from './table.ts';

type Load = Readonly<{ devices: number; updates: number; columns: number; rows: number }>;
type Figures = Readonly<{
  firstScreenMs: number;
  bytesPerSecond: number;
  framesPerSecond: number;
  cpuPercent: number;
  keyMs: readonly number[];
  /** Of that inside the process alone. */
  insideMs: readonly number[];
  residentMb: number;
}>;
type Aims = Readonly<Partial<Record<'kbPerSecond' | 'cpuPercent' | 'keyP99Ms' | 'firstScreenMs', number>>>;

const SIZES = [
  [120, 35],
  [200, 50],
] as const;
/** A thousand devices, each every 30 s. */
const REALISTIC = { devices: 1_000, updates: 1_000 / 30 } as const;

/** The first frames and what the compiler still has to do are not the steady state. */
const SETTLE_MS = 3_000;
const MEASURE_MS = 15_000;
const KEYS = 150;
const STARTS = 3;
const PROBE = fileURLToPath(new URL('./key-probe.ts', import.meta.url));
const KEYS_FILE = 'keys.json';
const FRAME_END = '\x1b[?2026l';

const COMMON_AIMS: Aims = { keyP99Ms: 30, firstScreenMs: 400 };

function aimsOf({ devices, updates }: Load): Aims {
  if (devices === 10_000 && updates === 1_000) return { ...COMMON_AIMS, cpuPercent: 5, kbPerSecond: 15 };
  if (updates === REALISTIC.updates) return { ...COMMON_AIMS, cpuPercent: 1, kbPerSecond: 0.5 };
  return COMMON_AIMS;
}

async function measure(load: Load): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-bench-tui-'));
  const socket = join(folder, 'netheal.sock');
  const daemon = await startDaemon(socket, load);
  try {
    const starts: number[] = [];
    for (let start = 1; start < STARTS; start++) {
      const { terminal, firstScreenMs } = await open(socket, folder, load);
      starts.push(firstScreenMs);
      await quit(terminal);
    }
    const { terminal, firstScreenMs } = await open(socket, folder, load);
    const steady = await steadyState(terminal);
    const resident = residentMb(terminal.pid);
    await quit(terminal);
    // The probe costs memory, so keys have a process of their own.
    const probed = await open(socket, folder, load, ['--import', PROBE]);
    await sleep(SETTLE_MS);
    const keyMs = await keyToScreen(probed.terminal);
    await quit(probed.terminal);
    const insideMs = JSON.parse(readFileSync(join(folder, KEYS_FILE), 'utf8')) as number[];
    const medianStart = median([...starts, firstScreenMs]);
    return { ...steady, keyMs, insideMs, residentMb: resident, firstScreenMs: medianStart };
  } finally {
    daemon.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function quit(terminal: TestTerminal): Promise<void> {
  terminal.press('q');
  await terminal.waitForExit();
  terminal.close();
}

async function startDaemon(socket: string, { devices, updates }: Load): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('./tui-daemon.ts', import.meta.url));
  const args = [file, socket, String(devices), String(updates)];
  const daemon = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(daemon.stdout!, 'data');
  return daemon;
}

async function open(
  socket: string,
  home: string,
  { columns, rows }: Load,
  nodeOptions: readonly string[] = [],
) {
  const started = performance.now();
  const args = [...nodeOptions, `${BIN}netheal-tui.js`, '--attach', socket];
  const terminal = await startInTerminal(args, {
    columns,
    rows,
    env: { HOME: home, NETHEAL_BENCH_KEYS: join(home, KEYS_FILE) },
  });
  await terminal.waitForText('q quit');
  return { terminal, firstScreenMs: performance.now() - started };
}

async function steadyState(terminal: TestTerminal) {
  await sleep(SETTLE_MS);
  const started = performance.now();
  const bytes = terminal.bytes;
  const written = terminal.written.length;
  const cpu = cpuMsOf(terminal.pid);
  await sleep(MEASURE_MS);
  const ms = performance.now() - started;
  const frames = terminal.written.slice(written).split(FRAME_END).length - 1;
  return {
    bytesPerSecond: ((terminal.bytes - bytes) / ms) * 1_000,
    framesPerSecond: (frames / ms) * 1_000,
    cpuPercent: ((cpuMsOf(terminal.pid) - cpu) / ms) * 100,
  };
}

/** Milliseconds from a key until the terminal shows the cursor on another row. */
async function keyToScreen(terminal: TestTerminal): Promise<number[]> {
  const times: number[] = [];
  for (let key = 0; key < KEYS; key++) {
    // A row that fails takes the cursor along to the top: from there on, so that there is always a row below.
    if (key % 10 === 0) {
      terminal.press('g');
      await terminal.waitFor(
        () => rowsOf(terminal)[FIRST_ROW]!.startsWith('>'),
        'the cursor on the first row',
      );
    }
    const before = rowUnderCursor(terminal);
    const started = performance.now();
    terminal.press('j');
    await terminal.waitFor(() => rowUnderCursor(terminal) !== before, 'the cursor on another row');
    times.push(performance.now() - started);
    await sleep(20 + Math.random() * 80);
  }
  return times;
}

/** Below the head, the summary and the titles. */
const FIRST_ROW = 3;

const rowsOf = (terminal: TestTerminal) => terminal.screen().split('\n');

/** The label of a device or the name of a group: what does not change by itself. */
function rowUnderCursor(terminal: TestTerminal): string {
  return /^>.*?((?:dev|site)-\d+)/m.exec(terminal.screen())?.[1] ?? '';
}

function rowOf(load: Load, figures: Figures): Row {
  const { bytesPerSecond, framesPerSecond, cpuPercent, keyMs, insideMs, firstScreenMs } = figures;
  const aims = aimsOf(load);
  const aimed = (value: number, aim: number | undefined, unit: string) =>
    `${short(value)} ${unit}${aim === undefined ? '' : value < aim ? ` (< ${aim})` : ` (MISSES ${aim})`}`;
  const what = load.updates === REALISTIC.updates ? 'each 30 s' : `${load.updates}/s`;
  return {
    figure: `${load.devices} devices, ${what}, ${load.columns}x${load.rows}`,
    wire: aimed(bytesPerSecond / 1_000, aims.kbPerSecond, 'kB/s'),
    'a frame': framesPerSecond === 0 ? '-' : `${(bytesPerSecond / framesPerSecond).toFixed(0)} B`,
    'frames/s': short(framesPerSecond),
    CPU: aimed(cpuPercent, aims.cpuPercent, '%'),
    'key p50': `${short(median(keyMs))} ms`,
    'key p99': aimed(percentile(keyMs, 99), aims.keyP99Ms, 'ms'),
    'of it inside': `${short(percentile(insideMs, 99))} ms`,
    'first screen': aimed(firstScreenMs, aims.firstScreenMs, 'ms'),
    memory: `${figures.residentMb.toFixed(0)} MB`,
  };
}

function loads(wanted: readonly string[]): Load[] {
  const fleets = [
    ...[50, 1_000, 10_000].flatMap((devices) => [100, 1_000].map((updates) => ({ devices, updates }))),
    REALISTIC,
  ];
  const isWanted = ({ devices, updates }: (typeof fleets)[number]) =>
    wanted.length === 0 || wanted.includes(updates === REALISTIC.updates ? 'realistic' : String(devices));
  return fleets
    .filter(isWanted)
    .flatMap((fleet) => SIZES.map(([columns, rows]) => ({ ...fleet, columns, rows })));
}

const [busy = 0] = loadavg();
console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model} x ${cpus().length}, load ${busy.toFixed(1)} before; CPU in percent of one core.`,
);
const rows: Row[] = [];
for (const load of loads(process.argv.slice(2))) {
  rows.push(rowOf(load, await measure(load)));
  process.stderr.write(`${Object.values(rows.at(-1)!).join('  ')}\n`);
}
printTable('The terminal UI, attached over the Unix socket', rows);
