import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { CheckRecord, Device, SinkRecord } from '../../src/core/plugin.ts';
import { RowFile } from '../../src/plugins/csv-logger/row-file.ts';
import { formatRows, HEADER, judgeLastLine } from '../../src/plugins/csv-logger/rows.ts';
import { HistoryWriter } from '../../src/plugins/history/writer.ts';
import { addressAt, temporaryFolder } from './fleet.ts';
import { percentile, printTable, type Row, short } from './table.ts';

const SIZES = [1_000, 10_000, 100_000];
const BATCH = 1_000;
const BATCHES = 200;
const DEVICES = 100_000;

/** How long and how much memory a config takes until it is resolved; what a row costs in the CSV log and in the history. */
export function benchConfigAndSinks(): void {
  printTable(
    'Loading a config: groups, tags, a tree of parents, a secret and a jump host for all',
    configRows(),
  );
  printTable('Writing rows, 100,000 devices, batches of 1,000', sinkRows());
}

function configRows(): Row[] {
  const { path: dir, remove } = temporaryFolder();
  const rows = SIZES.flatMap((count) => {
    const config = configOf(count);
    return [
      configRow(dir, `${count.toLocaleString('en')} devices, JSON`, JSON.stringify(config), 2),
      configRow(
        dir,
        `${count.toLocaleString('en')} devices, YAML`,
        stringify(config, { aliasDuplicateObjects: false }),
        5,
      ),
    ];
  });
  remove();
  return rows;
}

/** In a process of its own, because memory that was once taken is seldom given back. */
function configRow(dir: string, figure: string, text: string, aimSeconds: number): Row {
  const file = join(dir, 'netheal.yaml');
  writeFileSync(file, text, { mode: 0o600 });
  const load = fileURLToPath(new URL('../../src/core/config/load.ts', import.meta.url));
  const script = `const { loadConfig } = await import(process.argv[1]);
    const begun = performance.now();
    await loadConfig({ cwd: '/', env: process.env, file: process.argv[2] });
    console.log(JSON.stringify([performance.now() - begun, process.memoryUsage().rss]));`;
  const args = ['--max-semi-space-size=2', '--input-type=module', '-e', script, load, file];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const [ms, bytes] = JSON.parse(stdout) as [number, number];
  return {
    figure,
    seconds: short(ms / 1_000),
    RSS: `${(bytes / 1e6).toFixed(0)} MB`,
    ...(figure.startsWith('100,000') && { aim: `under ${aimSeconds} s and 400 MB` }),
  };
}

function configOf(count: number): object {
  return {
    defaults: { ssh: { username: 'root', password: { command: ['echo', 'secret'] }, via: ['d1'] } },
    healing: {
      strategies: [{ steps: [{ ssh: ['reboot'] }] }, { steps: [{ ssh: ['power cycle'], on: 'd1' }] }],
    },
    devices: Array.from({ length: count }, (_, i) => ({
      id: `d${i}`,
      label: `Device ${i}`,
      ip: addressAt(i),
      group: `g${i % 10}`,
      tags: { site: `s${i % 20}`, rack: `r${i % 400}` },
      ...(i > 0 && { parents: [`d${Math.floor((i - 1) / 50)}`] }),
    })),
  };
}

function sinkRows(): Row[] {
  const { path: dir, remove } = temporaryFolder();
  const devices = Array.from({ length: DEVICES }, (_, i): Device => {
    return { id: `d${i}`, address: addressAt(i), label: `Device ${i}`, group: 'g', tags: {}, parents: [] };
  });
  const csv = new RowFile(join(dir, 'uptime.csv'), HEADER, judgeLastLine);
  const history = new HistoryWriter(
    join(dir, 'history.db'),
    { rawMs: 90 * 86_400_000, retainMs: 90 * 86_400_000 },
    Date.now,
  );
  const rows = [
    sinkRow('CSV log', devices, (batch) => csv.append(formatRows(batch, 'local'))),
    sinkRow('history', devices, (batch) =>
      history.write(batch.map((record): SinkRecord => ({ type: 'check', record }))),
    ),
  ];
  csv.close();
  void history.close().then(remove);
  return rows;
}

/** The first round, in which every device is new, is not counted. */
function sinkRow(figure: string, devices: readonly Device[], write: (batch: CheckRecord[]) => void): Row {
  const rounds = DEVICES / BATCH;
  for (let n = 0; n < rounds; n++) write(batchAt(n, devices));
  const took: number[] = [];
  let cpuUs = 0;
  for (let n = rounds; n < rounds + BATCHES; n++) {
    const batch = batchAt(n, devices);
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    write(batch);
    took.push(performance.now() - begun);
    const used = process.cpuUsage(cpu);
    cpuUs += used.user + used.system;
  }
  return {
    figure,
    'CPU µs a row': short(cpuUs / BATCHES / BATCH),
    'batch p50': `${short(percentile(took, 50))} ms`,
    'batch p99': `${short(percentile(took, 99))} ms`,
    'longest batch': `${short(Math.max(...took))} ms`,
    aim: 'both under 8 µs a row, a batch under 10 ms',
  };
}

function batchAt(n: number, devices: readonly Device[]): CheckRecord[] {
  const now = Date.now();
  return Array.from({ length: BATCH }, (_, i): CheckRecord => {
    // Due times come from a hash: neighbours in time are no neighbours in the config.
    const device = devices[((n * BATCH + i) * 7_919) % DEVICES]!;
    return {
      at: now + Math.floor(i / 10),
      device,
      ok: true,
      rttMs: (i % 100) / 7,
      lossPercent: 0,
      failure: null,
      reachability: 'up',
      excluded: false,
    };
  });
}
