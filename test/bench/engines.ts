import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, printTable, type Row } from './table.ts';

const WORKER = fileURLToPath(new URL('./engine-worker.ts', import.meta.url));
const RUNS = 3;

type Measured = Readonly<{ checks: number; lost: number; cpuMs: number }>;

function installed(program: string): boolean {
  return spawnSync(program, ['-v']).error === undefined;
}

function measure(engine: string, addresses: number, rounds: number): { perThousand: number; lost: number } {
  const runs = Array.from({ length: RUNS }, () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [WORKER, engine, String(addresses), String(rounds)],
      {
        encoding: 'utf8',
      },
    );
    if (!stdout) throw new Error(`the ${engine} worker failed: ${stderr}`);
    return JSON.parse(stdout) as Measured;
  });
  return {
    perThousand: median(runs.map(({ cpuMs, checks }) => (cpuMs / checks) * 1_000)),
    lost: runs.reduce((sum, { lost }) => sum + lost, 0),
  };
}

/** CPU of each ping engine, its children included, against plain fping on the same addresses in the same run. */
export function benchEngines(): void {
  const rows: Row[] = [];
  const cases = [
    { engine: 'fping', addresses: 100, rounds: 10, needs: 'fping' },
    { engine: 'fping', addresses: 1_000, rounds: 3, needs: 'fping' },
    { engine: 'ping', addresses: 50, rounds: 4, needs: 'ping' },
    { engine: 'tcp', addresses: 100, rounds: 10, needs: null },
  ];
  const peers = new Map<number, number>();
  for (const { engine, addresses, rounds, needs } of cases) {
    const figure = `${engine}, ${addresses} addresses at once`;
    if (needs !== null && !installed(needs)) {
      rows.push({ figure, value: `not installed (Debian: ${needs === 'ping' ? 'iputils-ping' : needs})` });
      continue;
    }
    if (installed('fping') && !peers.has(addresses))
      peers.set(addresses, measure('plain', addresses, rounds).perThousand);
    const { perThousand, lost } = measure(engine, addresses, rounds);
    const peer = peers.get(addresses);
    rows.push({
      figure,
      value: `${perThousand.toFixed(0)} ms${lost > 0 ? ` (${lost} without an answer)` : ''}`,
      peer: peer === undefined ? 'fping is not installed' : `${peer.toFixed(0)} ms`,
      ratio: peer === undefined || peer === 0 ? '-' : (perThousand / peer).toFixed(2),
    });
  }
  printTable('CPU per 1,000 checks, peer: plain fping on the same addresses', rows);
}
