import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { lensSource } from '../core/api/lens.ts';
import type { Source } from '../core/api/types.ts';
import type { Monitor } from '../core/monitor.ts';
import { currentUser, type GlobalOptions } from './context.ts';
import { STOP_GRACE_MS } from './run-mode.ts';
import type { TuiSettings } from './tui-settings.ts';

export type TuiOptions = GlobalOptions & Readonly<{ attach?: string; readOnly?: boolean; plain?: boolean }>;

/**
 * How this person wants the terminal UI, whichever daemon it shows. To look for the file costs nothing; to read one
 * takes a tenth of a second.
 *
 * @throws NethealError NH_CONFIG_INVALID: before anything is started
 */
export async function settings({ XDG_CONFIG_HOME: base }: NodeJS.ProcessEnv): Promise<TuiSettings> {
  const file = join(base && isAbsolute(base) ? base : join(homedir(), '.config'), 'netheal', 'tui.yaml');
  if (!existsSync(file)) return {};
  const { readSettings } = await import('./tui-settings.ts');
  return readSettings(file);
}

/** The terminal UI over an engine in this process, which ends with it. */
export async function showMonitor(monitor: Monitor, options: TuiOptions, own: TuiSettings): Promise<number> {
  try {
    return await show(lensSource(monitor.source), options, own, 'netheal has stopped');
  } finally {
    await monitor.stop(STOP_GRACE_MS);
  }
}

/** The terminal UI over a source, which is closed when the person leaves. */
export async function show(
  source: Source,
  options: TuiOptions,
  own: TuiSettings,
  quitMessage: string,
): Promise<number> {
  const { runTui } = await import('../tui/main.ts');
  try {
    return await runTui(source, {
      readOnly: options.readOnly ?? false,
      plain: options.plain ?? false,
      user: currentUser(),
      ...own,
      quitMessage,
      stdin: process.stdin,
      stdout: process.stdout,
      env: process.env,
    });
  } finally {
    await source.close();
  }
}
