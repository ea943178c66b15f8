import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { ResolvedConfig } from '../core/config/types.ts';
import { type ErrorCode, messageOf, NethealError } from '../core/errors.ts';

/** Options that every command has. */
export type GlobalOptions = Readonly<{ config?: string; json?: boolean; quiet?: boolean; logLevel?: string }>;

/** Exit codes of the contract. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3 } as const;

/** Mistakes of the person at the keyboard: nothing was started. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set([
  'NH_CONFIG_NOT_FOUND',
  'NH_CONFIG_INVALID',
  'NH_CONFIG_UNTRUSTED',
  'NH_SECRET_UNAVAILABLE',
  'NH_ARGUMENT_INVALID',
  'NH_PLUGIN_NOT_FOUND',
  'NH_PLUGIN_INVALID',
  'NH_PLUGIN_OPTIONS',
  'NH_UNKNOWN_DEVICE',
]);

// The readers of a config take a tenth of a second to load, and whoever names a socket needs none.

export async function load(options: GlobalOptions): Promise<ResolvedConfig> {
  const { loadConfig } = await import('../core/config/load.ts');
  return loadConfig({
    cwd: process.cwd(),
    env: process.env,
    // An empty name (`-c "$UNSET"`) is a mistake and no wish for a search.
    ...(options.config !== undefined && { file: options.config }),
  });
}

/** Path of the config that a command would use, or null where there is none. */
export async function find(options: GlobalOptions): Promise<string | null> {
  const { findConfig } = await import('../core/config/load.ts');
  return findConfig({
    cwd: process.cwd(),
    env: process.env,
    ...(options.config !== undefined && { file: options.config }),
  });
}

export function socketOf(config: ResolvedConfig): string {
  return join(config.stateDir, 'netheal.sock');
}

/** Name of the person, for the audit trail. */
export function currentUser(): string {
  try {
    return process.env.SUDO_USER ?? userInfo().username;
  } catch {
    // A container may run under a uid without a name.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

/** Runs a command; an error becomes one clear message on stderr and the exit code of the contract. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (thrown) {
    process.exitCode = explain(thrown);
  }
}

function explain(thrown: unknown): number {
  if (!(thrown instanceof NethealError)) {
    const detail = thrown instanceof Error && process.env.NETHEAL_DEBUG ? thrown.stack : messageOf(thrown);
    process.stderr.write(`netheal: ${detail}\n`);
    return EXIT.failed;
  }
  process.stderr.write(`${thrown.message}\n`);
  if (thrown.mend) process.stderr.write(`  ${thrown.mend}\n`);
  return USAGE_CODES.has(thrown.code) ? EXIT.usage : EXIT.failed;
}

/** One line of output; a reader that went away (`| head`) is not an error. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
