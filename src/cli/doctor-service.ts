import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ResolvedConfig } from '../core/config/types.ts';
import type { Finding } from './finding.ts';
import { csvLogOf } from './log-files.ts';

const UNIT_FOLDERS = ['etc/systemd/system', 'usr/local/lib/systemd/system', 'usr/lib/systemd/system'];
/** linux/capability.h */
const CAP_NET_RAW = 13n;
/** A log larger than this should have been rotated. */
const LARGE_LOG_BYTES = 100 * 2 ** 20;

/** What a service of systemd is without: a line of the unit, and what is missed where it is not there. */
const UNIT_LINES: readonly Readonly<{ line: RegExp; missed: string; mend: string }>[] = [
  {
    line: /^Type=notify(-reload)?$/m,
    missed: 'systemd does not hear when it is ready',
    mend: 'Type=notify',
  },
  { line: /^NotifyAccess=all$/m, missed: 'systemd does not listen to it', mend: 'NotifyAccess=all' },
  {
    line: /^WatchdogSec=/m,
    missed: 'one that hangs is not started again',
    mend: 'WatchdogSec=60s',
  },
  {
    line: /^AmbientCapabilities=.*CAP_NET_RAW/m,
    missed: 'it has no right to the quickest way of pinging',
    mend: 'AmbientCapabilities=CAP_NET_RAW',
  },
];

/** How netheal is kept running here: the unit with its watchdog, and whether systemd is there at all. `root` is `/`. */
export function unitFinding(root: string): Finding {
  const what = 'service';
  if (!existsSync(join(root, 'run/systemd/system')))
    return { ok: true, what, said: 'systemd does not run here' };
  const path = UNIT_FOLDERS.map((folder) => join(root, folder, 'netheal.service')).find(existsSync);
  if (path === undefined) return { ok: true, what, said: 'netheal is not installed as one' };
  const unit = readFileSync(path, 'utf8');
  const lacking = UNIT_LINES.filter(({ line }) => !line.test(unit));
  if (lacking.length === 0) return { ok: true, what, said: path };
  return {
    ok: 'warn',
    what,
    said: `${path}: ${lacking.map(({ missed }) => missed).join('; ')}`,
    mend: `systemctl edit netheal, and under [Service]: ${lacking.map(({ mend }) => mend).join(', ')}`,
  };
}

/** Whether this process may open a raw socket, from the text of /proc/self/status; null where that does not say. */
export function capabilityFinding(status: string): Finding | null {
  const effective = /^CapEff:\s*([0-9a-f]+)$/im.exec(status)?.[1];
  if (effective === undefined) return null;
  const has = ((BigInt(`0x${effective}`) >> CAP_NET_RAW) & 1n) === 1n;
  return { ok: true, what: 'CAP_NET_RAW', said: has ? 'yes' : 'no; the service has it by its unit' };
}

/** Whether the CSV log can be written, and whether somebody rotates it. `root` is `/`. */
export function logFinding(config: ResolvedConfig, root: string): Finding {
  const what = 'log';
  if (!config.plugins.some(({ name }) => name === 'csv-logger'))
    return { ok: true, what, said: 'turned off' };
  const path = csvLogOf(config);
  const there = nearestThere(path);
  try {
    accessSync(there, constants.W_OK);
  } catch {
    return {
      ok: false,
      what,
      said: `${path} cannot be written by this user`,
      mend: `chown ${there}, or set plugins.csv-logger.path`,
    };
  }
  const bytes = there === path ? statSync(path).size : 0;
  const rotated = rotatedBy(path, join(root, 'etc/logrotate.d'));
  if (rotated !== null) return { ok: true, what, said: `${path}, rotated by ${rotated}` };
  return {
    ok: bytes > LARGE_LOG_BYTES ? 'warn' : true,
    what,
    said: `${path}: ${Math.round(bytes / 2 ** 20)} MB, rotated by nobody`,
    mend: 'put config/netheal.logrotate into /etc/logrotate.d, with the path of your log',
  };
}

/** The file of logrotate that speaks of this log. */
function rotatedBy(path: string, folder: string): string | null {
  if (!existsSync(folder)) return null;
  const patterns = [path, join(dirname(path), '*.csv'), join(dirname(path), '*')];
  for (const name of readdirSync(folder)) {
    const words = readFileSync(join(folder, name), 'utf8').split(/[\s{}"]+/);
    if (patterns.some((pattern) => words.includes(pattern))) return basename(name);
  }
  return null;
}

/** The path itself, or the first folder above it that exists. */
export function nearestThere(path: string): string {
  return existsSync(path) ? path : nearestThere(dirname(path));
}
