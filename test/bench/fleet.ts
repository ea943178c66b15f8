import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/', import.meta.url));

/** A config of `count` devices on loopback in a folder of its own. */
export function loopbackFleet(
  count: number,
  intervalSeconds: number,
): { dir: string; config: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-bench-'));
  const devices = Array.from({ length: count }, (_, i) => ({
    id: `d${i}`,
    ip: `127.1.${Math.floor(i / 250)}.${(i % 250) + 1}`,
    group: `g${i % 10}`,
  }));
  const config = join(dir, 'netheal.json');
  writeFileSync(
    config,
    JSON.stringify({
      stateDir: './state',
      monitoring: { interval: `${intervalSeconds}s`, timeout: '2s', witnesses: [] },
      devices,
      plugins: { dashboard: false },
    }),
    { mode: 0o600 },
  );
  return { dir, config, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
