import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/', import.meta.url));

export const LOOPBACK = '127.1.0.0';

/** The address with this number above a base: 250 to a /24, as icmp.c counts too. */
export function addressAt(index: number, base = LOOPBACK): string {
  const [a = 0, b = 0] = base.split('.').map(Number);
  const subnet = Math.floor(index / 250);
  return `${a}.${b + Math.floor(subnet / 256)}.${subnet % 256}.${(index % 250) + 1}`;
}

export function temporaryFolder(): Readonly<{ path: string; remove: () => void }> {
  const path = mkdtempSync(join(tmpdir(), 'netheal-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export type FleetOptions = Readonly<{
  count: number;
  intervalSeconds: number;
  /** Where the addresses begin; default: loopback. */
  base?: string;
  /** More keys of `monitoring`, e.g. `packets`. */
  monitoring?: object;
  plugins?: object;
}>;

export type Fleet = Readonly<{ dir: string; config: string; remove: () => void }>;

/** A config of `count` devices in a folder of its own. */
export function writeFleet({ count, intervalSeconds, base, monitoring, plugins }: FleetOptions): Fleet {
  const { path: dir, remove } = temporaryFolder();
  const devices = Array.from({ length: count }, (_, i) => ({
    id: `d${i}`,
    ip: addressAt(i, base),
    group: `g${i % 10}`,
  }));
  // A check ends before the next one is due.
  const timeout = `${Math.min(2_000, intervalSeconds * 800)}ms`;
  const config = join(dir, 'netheal.json');
  writeFileSync(
    config,
    JSON.stringify({
      stateDir: './state',
      monitoring: { interval: `${intervalSeconds}s`, timeout, witnesses: [], ...monitoring },
      devices,
      plugins: { dashboard: false, ...plugins },
    }),
    { mode: 0o600 },
  );
  return { dir, config, remove };
}
