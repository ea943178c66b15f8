import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { createApi } from './api/app.ts';
import { serveUnix } from './api/server.ts';
import type { MonitorView, Source } from './api/types.ts';
import { type Assembly, assemble } from './assemble.ts';
import type { ResolvedConfig } from './config/types.ts';
import { act } from './engine/actions.ts';
import { type Clock, realClock } from './engine/clock.ts';
import { Engine } from './engine/engine.ts';
import { FaultTeller } from './engine/fault-teller.ts';
import { Fleet } from './engine/fleet.ts';
import { localSource } from './engine/local-source.ts';
import { lockStateDir } from './engine/lock.ts';
import { createSinkQueue, queueCapacity, type SinkQueue } from './engine/sinks.ts';
import { defaultGateway } from './engine/uplink.ts';
import { deviceBrief, deviceGlance, deviceView } from './engine/view.ts';
import { messageOf } from './errors.ts';
import { sizeHeapFor } from './heap.ts';
import { Journal } from './journal.ts';
import type { PluginServices } from './kernel/host.ts';
import { viewPlugins } from './kernel/panels.ts';
import { sendFault } from './net/send-fault.ts';
import type { PluginApi, SinkRecord } from './plugin.ts';
import { type Reread, reload } from './reload.ts';
import { Store } from './store.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const SINK_CLOSE_MS = 5_000;
/** Counts of plugins change with every check; views hear of them this often. */
const PLUGIN_VIEWS_MS = 5_000;

export type MonitorOptions = Readonly<{
  config: ResolvedConfig;
  healing: MonitorView['healing'];
  /** False: only what a person asks for is healed. Default true. */
  automatic?: boolean;
  /** Reads the config again, for a reload; absent where there is no file to read. */
  reread?: Reread;
  demo?: boolean;
  clock?: Clock;
}>;

/** netheal, put together and running: what `netheal run`, the terminal UI and the demo all start. */
export type Monitor = Readonly<{
  source: Source;
  store: Store;
  engine: Engine;
  assembly: Assembly;
  /** The HTTP API as one function. */
  http: PluginApi['http'];
  socketPath: string;
  /** Ends everything; a running command gets the grace period. */
  stop(graceMs: number): Promise<void>;
}>;

/**
 * Puts everything together, locks the state directory and starts.
 *
 * @throws NethealError; nothing is left running then
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const undo: (() => unknown)[] = [];
  try {
    return await start(options, undo);
  } catch (thrown) {
    await undoAll(undo);
    throw thrown;
  }
}

async function start(
  { config, healing, automatic = true, demo = false, clock = realClock, reread }: MonitorOptions,
  undo: (() => unknown)[],
): Promise<Monitor> {
  const stopping = new AbortController();
  undo.push(() => stopping.abort());
  const fleet = new Fleet();
  let assembly: Assembly | null = null;
  let engine: Engine | null = null;
  let ready = false;
  let reloading: Promise<unknown> = Promise.resolve();
  const store: Store = new Store({
    now: () => clock.now(),
    deviceIds: () => fleet.ids(),
    briefs: function* () {
      for (const device of fleet.all()) yield deviceBrief(device);
    },
    glances: function* () {
      for (const device of fleet.all()) yield deviceGlance(device, clock.monoMs());
    },
    deviceView: (id) => {
      const device = fleet.get(id);
      if (!device) return null;
      const incident = store.incident(device.state.incident ?? '');
      return deviceView(device, { monoMs: clock.monoMs(), incident, rootCause: fleet.rootCauseOf(id) });
    },
    samples: (id) => fleet.get(id)?.samples.last(Number.POSITIVE_INFINITY) ?? [],
    plugins: () => (assembly ? viewPlugins(assembly.host.accounts, assembly.registry) : []),
    monitor: firstView(config, healing, demo, clock.now()),
  });
  const faults = new FaultTeller(store, () => clock.monoMs());
  const source = localSource(
    store,
    async (action) => act(engine!, action),
    async (request) => http(request),
  );
  const http: PluginApi['http'] = createApi({
    source,
    pluginRoutes: () => assembly?.registry.routes ?? [],
    ready: () => ready,
  });

  const services = (plugin: string, signal: AbortSignal): PluginServices => {
    const say = (level: 'info' | 'warn' | 'bad') => (message: string) => {
      store.addEvent({ type: 'notice', level, plugin, message: `${plugin}: ${message}` });
    };
    return {
      log: { info: say('info'), warn: say('warn'), error: say('bad') },
      clock: { now: () => clock.now(), monoMs: () => clock.monoMs() },
      snapshot: () => engine!.snapshot(),
      signal,
      configDir: config.dir,
      stateDir: config.stateDir,
      notice: (message, level = 'info', device) => {
        store.addEvent({
          type: 'notice',
          level,
          plugin,
          message,
          ...(device === undefined ? {} : { device }),
        });
      },
      http,
    };
  };
  assembly = await assemble({
    config,
    clock,
    onFault: (fault) => faults.tell(fault),
    services,
    stopping,
  });
  const { host, hooks, registry, devices } = assembly;
  undo.push(() => host.stop());
  fleet.replace(devices);
  sizeHeapFor(config.devices.map(({ check }) => check));

  // Only now is the config known to be right, down to the options of its plugins: a wrong one leaves nothing behind.
  const unlock = lockStateDir(config.stateDir);
  undo.unshift(unlock);
  const warnings: string[] = [...config.warnings];
  let warn = (message: string) => void warnings.push(message);
  const journal = Journal.open(
    join(config.stateDir, 'journal'),
    () => clock.now(),
    (message) => warn(message),
  );
  // Behind everything that may still write, before the lock is given up.
  undo.splice(1, 0, () => journal.close());

  const sinks = registry.sinks.all().map(({ plugin, value }) =>
    createSinkQueue(value, {
      clock,
      capacity: queueCapacity(config.devices.map(({ check }) => check.intervalMs)),
      onLost: (count, name) => {
        store.addEvent({ type: 'rows-lost', level: 'bad', plugin, message: `${name} lost ${count} row(s)` });
      },
      onFault: (error) =>
        faults.tell({
          plugin,
          hook: 'sink',
          what: `plugin ${plugin} cannot write: ${error.message}`,
          timedOut: false,
        }),
    }),
  );
  undo.push(() => closeAll(sinks));
  const push = (record: SinkRecord) => {
    for (const sink of sinks) sink.push(record);
  };
  store.onEvent((event) => push({ type: 'event', event }));
  store.onCare(push);

  const witnessProbe = registry.probes.has('icmp') ? registry.probes.get('icmp') : undefined;
  engine = new Engine({
    clock,
    random: Math.random,
    hooks,
    store,
    journal,
    fleet,
    config,
    witnesses: config.monitoring.witnesses ?? [],
    witnessProbe,
    healing,
    automatic,
    record: (record) => push({ type: 'check', record }),
    reread: (by) => {
      // One after the other: each puts its fleet in the place of the one before.
      const turn = reloading.then(() =>
        reload({ config, assembly: assembly!, engine: engine!, store, reread }, by),
      );
      reloading = turn;
      return turn;
    },
    sendFault: async (address) => {
      const family = isIP(address);
      // A name has been resolved by its probe; whom it stood for then is not known here.
      return family === 4 || family === 6 ? sendFault(address, family) : undefined;
    },
    onHang: (probe, device) =>
      faults.tell({
        plugin: probe,
        hook: 'probe',
        what: `probe ${probe} of ${device} hangs`,
        timedOut: true,
      }),
  });

  await host.start();
  store.updateMonitor({ engine: witnessProbe?.engine?.().name ?? 'none' });
  const socketPath = join(config.stateDir, 'netheal.sock');
  const socket = await serveUnix(socketPath, async (request) => http(request));
  undo.push(() => socket.close());

  const count = fleet.size === 1 ? '1 device' : `${fleet.size} devices`;
  store.addEvent({
    type: 'monitor-started',
    level: 'info',
    message: `netheal ${version} watches ${count}; healing: ${healing}`,
  });
  warn = (message) => void store.addEvent({ type: 'notice', level: 'warn', message });
  for (const message of warnings) warn(message);
  engine.start();
  const gateway = config.monitoring.witnesses === null ? defaultGateway() : null;
  // A gateway that is itself watched and healed is no witness: its own outage would silence every verdict on it.
  const isWatched = config.devices.some(({ address }) => address === gateway);
  if (gateway !== null && !isWatched) void engine.adoptWitness(gateway);
  ready = true;
  if (hooks.ready.isUsed()) void hooks.ready.promise();
  const pluginViews = clock.setTimer(function again() {
    store.pluginsChanged();
    timers.pluginViews = clock.setTimer(again, PLUGIN_VIEWS_MS);
  }, PLUGIN_VIEWS_MS);
  const timers = { pluginViews };

  return {
    source,
    store,
    engine,
    assembly,
    http,
    socketPath,
    stop: async (graceMs) => {
      clock.clearTimer(timers.pluginViews);
      await engine.stop(graceMs);
      store.addEvent({ type: 'monitor-stopped', level: 'info', message: 'netheal stops' });
      store.flush();
      await undoAll(undo);
    },
  };
}

/** Last begun, first ended; a step that fails must not keep the rest, the lock above all, from being given up. */
async function undoAll(steps: (() => unknown)[]): Promise<void> {
  for (const step of steps.reverse()) {
    try {
      await step();
    } catch (thrown) {
      process.stderr.write(`netheal: while stopping: ${messageOf(thrown)}\n`);
    }
  }
}

function firstView(
  config: ResolvedConfig,
  healing: MonitorView['healing'],
  demo: boolean,
  now: number,
): MonitorView {
  return {
    version,
    pid: process.pid,
    startedAt: now,
    configFile: config.file,
    demo,
    healing,
    paused: null,
    selfOffline: false,
    engine: 'none',
    healingStopped: null,
  };
}

async function closeAll(sinks: readonly SinkQueue[]): Promise<void> {
  await Promise.all(sinks.map((sink) => sink.close(SINK_CLOSE_MS)));
}
