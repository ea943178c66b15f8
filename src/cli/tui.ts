import { connectSource } from '../core/api/client.ts';
import { attachIfRunning } from './attach.ts';
import { find, load, print } from './context.ts';
import { healingMode, rereading } from './run-mode.ts';
import { settings, show, showMonitor, type TuiOptions } from './tui-show.ts';

/** `netheal-tui`: attaches to the running daemon of the config, else runs the engine inside; no config: the demo. */
export async function tui(options: TuiOptions): Promise<number> {
  const own = await settings(process.env);
  if (options.attach !== undefined) {
    const connecting = connectSource(options.attach, { lens: true });
    loadScreen(options);
    return show(await connecting, options, own, 'the daemon goes on');
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
  if (running) return show(running, options, own, 'the daemon goes on');
  // The engine is of no use to a client.
  const { startMonitor } = await import('../core/monitor.ts');
  const monitor = await startMonitor({
    config,
    healing: healingMode(config, true),
    reread: rereading(options, true),
  });
  return showMonitor(monitor, options, own);
}

/** While the daemon makes its picture, the screen can be loaded. */
function loadScreen({ plain }: TuiOptions): void {
  if (!plain) void import('../tui/main.ts').then(({ preload }) => preload(process.stdout));
}
