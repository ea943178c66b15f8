import { connectSource } from '../core/api/client.ts';
import { lensSource } from '../core/api/lens.ts';
import type { Source } from '../core/api/types.ts';
import type { Monitor } from '../core/monitor.ts';
import { attachIfRunning } from './attach.ts';
import { currentUser, find, type GlobalOptions, load, print } from './context.ts';
import { healingMode, rereading, STOP_GRACE_MS } from './run-mode.ts';

export type TuiOptions = GlobalOptions & Readonly<{ attach?: string; readOnly?: boolean; plain?: boolean }>;

/** `netheal-tui`: attaches to the running daemon of the config, else runs the engine inside; no config: the demo. */
export async function tui(options: TuiOptions): Promise<number> {
  if (options.attach !== undefined) {
    const connecting = connectSource(options.attach, { lens: true });
    loadScreen(options);
    return show(await connecting, options, 'the daemon goes on');
  }
  if (options.config === undefined && (await find(options)) === null) {
    const { demo } = await import('./demo.ts');
    print('No config found (.nethealrc): this is the demo. `netheal --help` says more.');
    return demo(options);
  }
  const config = await load(options);
  const attaching = attachIfRunning(config, { lens: true });
  loadScreen(options);
  const running = await attaching;
  if (running) return show(running, options, 'the daemon goes on');
  // The engine is of no use to a client.
  const { startMonitor } = await import('../core/monitor.ts');
  const monitor = await startMonitor({
    config,
    healing: healingMode(config, true),
    reread: rereading(options, true),
  });
  return showMonitor(monitor, options);
}

/** While the daemon makes its picture, the screen can be loaded. */
function loadScreen({ plain }: TuiOptions): void {
  if (!plain) void import('../tui/main.ts').then(({ preload }) => preload(process.stdout));
}

/** The terminal UI over an engine in this process, which ends with it. */
export async function showMonitor(monitor: Monitor, options: TuiOptions): Promise<number> {
  try {
    return await show(lensSource(monitor.source), options, 'netheal has stopped');
  } finally {
    await monitor.stop(STOP_GRACE_MS);
  }
}

async function show(source: Source, options: TuiOptions, quitMessage: string): Promise<number> {
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
