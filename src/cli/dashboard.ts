import { createApi } from '../core/api/app.ts';
import { assemble } from '../core/assemble.ts';
import { realClock } from '../core/engine/clock.ts';
import { NethealError } from '../core/errors.ts';
import { attachIfRunning } from './attach.ts';
import { EXIT, type GlobalOptions, load, print } from './context.ts';
import { daemonRoutes } from './daemon-routes.ts';
import { logSource } from './log-source.ts';

/**
 * `netheal dashboard`: the page alone, over the running daemon, or over what the CSV log and the history tell where none
 * runs.
 */
export async function dashboard(options: GlobalOptions): Promise<number> {
  const config = await load(options);
  if (!config.plugins.some(({ name }) => name === 'dashboard')) {
    throw new NethealError(
      'NH_ARGUMENT_INVALID',
      'the config turns the dashboard off (plugins.dashboard: false)',
    );
  }
  const running = await attachIfRunning(config);
  const source = running ?? logSource(config);
  // A history that nobody writes to is opened by the first who asks.
  const wanted = running ? ['dashboard'] : ['dashboard', 'history'];
  const only = config.plugins.filter(({ name }) => wanted.includes(name));
  let routes = running ? await daemonRoutes(config) : [];
  const http = createApi({ source, pluginRoutes: () => routes, ready: () => true });
  const stopping = new AbortController();
  const fail = Promise.withResolvers<never>();
  const { host, registry } = await assemble({
    config: { ...config, plugins: only, devices: [] },
    clock: realClock,
    onFault: ({ plugin, what }) =>
      plugin === 'dashboard' ? fail.reject(new NethealError('NH_PORT_TAKEN', what)) : print(what),
    services: (_plugin, signal) => ({
      log: { info: print, warn: print, error: print },
      clock: { now: () => realClock.now(), monoMs: () => realClock.monoMs() },
      snapshot: () => {
        throw new NethealError('NH_NO_DAEMON', 'there is no fleet behind the page alone');
      },
      signal,
      configDir: config.dir,
      stateDir: config.stateDir,
      notice: (message) => print(message),
      http,
    }),
    stopping,
  });
  if (!running) routes = registry.routes;
  print(
    running
      ? `shows the running netheal (pid ${running.snapshot().monitor.pid})`
      : 'no netheal is running: shows the log and the history',
  );
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  try {
    await Promise.race([host.start().then(() => stopped), fail.promise]);
    return EXIT.ok;
  } finally {
    stopping.abort();
    await host.stop();
    await source.close();
  }
}
