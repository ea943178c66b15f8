import type { Source } from '../core/api/types.ts';
import type { ResolvedConfig } from '../core/config/types.ts';
import { SEVERITY } from '../core/model/shown-state.ts';
import { type Monitor, startMonitor } from '../core/monitor.ts';
import type { EventRecord } from '../core/plugin.ts';
import { EXIT, type GlobalOptions, load, print } from './context.ts';
import { eventLine } from './event-line.ts';
import { healingMode, rereading, STOP_GRACE_MS, withoutDashboard } from './run-mode.ts';
import { serviceManager } from './service-manager.ts';

export type RunOptions = GlobalOptions & Readonly<{ heal: boolean; dashboard: boolean }>;

/** `netheal run`: the daemon in the foreground, a line an event. */
export async function run(options: RunOptions): Promise<number> {
  const config = await load(options);
  return runForeground(withoutDashboard(config, options.dashboard), options);
}

export async function runForeground(
  config: ResolvedConfig,
  options: RunOptions,
  more: { demo?: boolean; onStarted?: (monitor: Monitor) => void } = {},
): Promise<number> {
  let monitor: Monitor | null = null;
  const manager = serviceManager(process.env, (message) => process.stderr.write(`netheal: ${message}\n`));
  const stopped = Promise.withResolvers<void>();
  const onSignal = () => stopped.resolve();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  // Other commands just end when their reader goes away (`| head`); here a heal may be running: stop as by a signal.
  process.stdout.removeAllListeners('error').on('error', onSignal);
  process.on('SIGHUP', () => {
    const reload = async () => monitor?.source.act({ type: 'reload', by: 'SIGHUP' });
    void (manager ? manager.reloading(reload) : reload());
  });

  const tell = (event: EventRecord) => {
    if (options.json) print(JSON.stringify(event));
    else if (isWanted(event, options)) print(eventLine(event));
  };
  monitor = await startMonitor({
    config,
    healing: healingMode(config, options.heal),
    demo: more.demo ?? false,
    ...(config.file !== null && { reread: rereading(options, options.heal) }),
  });
  for (const event of monitor.store.snapshot().events) tell(event);
  monitor.store.onEvent(tell);
  more.onStarted?.(monitor);
  const { engine, source } = monitor;
  void manager?.ready({ status: () => statusLine(source), overdueMs: () => engine.overdueMs() });

  await stopped.promise;
  // A second signal ends at once: the journal knows what was running.
  process.once('SIGINT', () => process.exit(EXIT.failed)).once('SIGTERM', () => process.exit(EXIT.failed));
  void manager?.stopping();
  await monitor.stop(STOP_GRACE_MS);
  return EXIT.ok;
}

/** The fleet in one line: "5 devices: 1 down, 4 up". */
function statusLine(source: Source): string {
  const { total, states } = source.select({ limit: 0 }).fleet;
  const counts = SEVERITY.filter((state) => states[state] > 0).map((state) => `${states[state]} ${state}`);
  return `${total} ${total === 1 ? 'device' : 'devices'}: ${counts.join(', ')}`;
}

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** `--quiet` leaves what needs attention; `--log-level` says it finer. */
function isWanted({ level }: EventRecord, { quiet, logLevel }: GlobalOptions): boolean {
  const wanted = logLevel ?? (quiet ? 'warn' : 'info');
  const weight = { info: 1, good: 1, warn: 2, bad: 3 }[level];
  return weight >= LEVELS.indexOf(wanted);
}
