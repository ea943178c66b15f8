import { closeSync, openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ResolvedConfig } from '../core/config/types.ts';

/** What an SQLite database begins with. */
const SQLITE = 'SQLite format 3\0';

/** The `uptime.csv` that a config has netheal write. */
export function csvLogOf(config: ResolvedConfig): string {
  return resolve(config.dir, pathOption(config, 'csv-logger') ?? 'logs/uptime.csv');
}

/** The history that a config has netheal write. */
export function historyOf(config: ResolvedConfig): string {
  const path = pathOption(config, 'history');
  return path === undefined ? join(config.stateDir, 'history.db') : resolve(config.dir, path);
}

function pathOption(config: ResolvedConfig, plugin: string): string | undefined {
  const options = config.plugins.find(({ name }) => name === plugin)?.options;
  return (options as { path?: string } | undefined)?.path;
}

/**
 * Whether a log is a `history.db`, whatever its name is.
 *
 * @throws what the file system says
 */
export function isHistory(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(SQLITE.length);
    readSync(file, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1') === SQLITE;
  } finally {
    closeSync(file);
  }
}
