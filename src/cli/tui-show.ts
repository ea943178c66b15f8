import { lensSource } from '../core/api/lens.ts';
import type { Source } from '../core/api/types.ts';
import type { Monitor } from '../core/monitor.ts';
import { currentUser, type GlobalOptions } from './context.ts';
import { STOP_GRACE_MS } from './run-mode.ts';

export type TuiOptions = GlobalOptions & Readonly<{ attach?: string; readOnly?: boolean; plain?: boolean }>;

/** The terminal UI over an engine in this process, which ends with it. */
export async function showMonitor(monitor: Monitor, options: TuiOptions): Promise<number> {
  try {
    return await show(lensSource(monitor.source), options, 'netheal has stopped');
  } finally {
    await monitor.stop(STOP_GRACE_MS);
  }
}

/** The terminal UI over a source, which is closed when the person leaves. */
export async function show(source: Source, options: TuiOptions, quitMessage: string): Promise<number> {
  const { runTui } = await import('../tui/main.ts');
  try {
    return await runTui(source, {
      readOnly: options.readOnly ?? false,
      plain: options.plain ?? false,
      user: currentUser(),
      quitMessage,
      stdin: process.stdin,
      stdout: process.stdout,
      env: process.env,
    });
  } finally {
    await source.close();
  }
}
