import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type {
  EventRecord,
  FleetSnapshot,
  Healer,
  HookName,
  HookSignatures,
  Panel,
  Plugin,
  PluginApi,
  Probe,
  RouteHandler,
  Sink,
} from '../src/core/plugin.ts';

const HOOKS: readonly HookName[] = [
  'beforePing',
  'afterPing',
  'onSample',
  'onStatusChange',
  'onThresholdReached',
  'beforeHeal',
  'afterHeal',
  'start',
  'ready',
];

/** A plugin that was applied without a kernel: what it contributed, and the means to fire its taps. */
export type AppliedPlugin = Readonly<{
  api: PluginApi;
  probes: Map<string, Probe>;
  healers: Map<string, Healer>;
  sinks: Map<string, Sink>;
  /** By `GET path`, at the root by `GET /path`. */
  routes: Map<string, RouteHandler>;
  panels: Panel[];
  notices: { message: string; level: EventRecord['level']; device: string | undefined }[];
  logged: string[];
  /** Calls all taps of a hook in order, without the kernel's isolation: what a tap throws arrives here. */
  fire<N extends HookName>(hook: N, ...args: Parameters<HookSignatures[N]>): Promise<unknown[]>;
  /** Runs the stoppers, last registered first, and aborts `api.signal`. */
  stop(): Promise<void>;
}>;

export type HarnessOptions = Readonly<{
  configDir?: string;
  stateDir?: string;
  snapshot?: () => FleetSnapshot;
  http?: RouteHandler;
  clock?: PluginApi['clock'];
}>;

/** Applies a plugin as the kernel would: the options go through its schema first. */
export async function applyPlugin<O>(
  plugin: Plugin<O>,
  options?: unknown,
  harness: HarnessOptions = {},
): Promise<AppliedPlugin> {
  const taps = new Map<HookName, ((...args: never[]) => unknown)[]>(HOOKS.map((name) => [name, []]));
  const stopper = new AbortController();
  const stops: (() => unknown)[] = [];
  const applied = {
    probes: new Map<string, Probe>(),
    healers: new Map<string, Healer>(),
    sinks: new Map<string, Sink>(),
    routes: new Map<string, RouteHandler>(),
    panels: [] as Panel[],
    notices: [] as AppliedPlugin['notices'],
    logged: [] as string[],
  };
  const tappable = (name: HookName) => {
    const tap = (...args: unknown[]) => {
      const fn = args.find((arg) => typeof arg === 'function');
      taps.get(name)!.push(fn as never);
    };
    return { tap, tapPromise: tap };
  };
  const api: PluginApi = {
    hooks: Object.fromEntries(HOOKS.map((name) => [name, tappable(name)])) as never,
    probe: (probe) => void applied.probes.set(probe.type, probe as never),
    healer: (healer) => void applied.healers.set(healer.kind, healer as never),
    sink: (sink) => void applied.sinks.set(sink.name, sink),
    route: (method, path, handler, { at } = {}) =>
      void applied.routes.set(`${method} ${at === 'root' ? '/' : ''}${path}`, handler),
    panel: (panel) => void applied.panels.push(panel),
    probes: {
      get(type) {
        const probe = applied.probes.get(type);
        if (!probe) throw new Error(`no plugin provides the probe type "${type}"`);
        return probe;
      },
    },
    log: {
      info: (message) => void applied.logged.push(message),
      warn: (message) => void applied.logged.push(message),
      error: (message) => void applied.logged.push(message),
    },
    clock: harness.clock ?? { now: () => Date.now(), monoMs: () => performance.now() },
    snapshot: harness.snapshot ?? (() => EMPTY_FLEET),
    signal: stopper.signal,
    onStop: (fn) => void stops.push(fn),
    configDir: harness.configDir ?? '/nonexistent',
    stateDir: harness.stateDir ?? '/nonexistent',
    notice: (message, level = 'info', device) => void applied.notices.push({ message, level, device }),
    http: harness.http ?? (() => new Response('not found', { status: 404 })),
  };
  const schema = (plugin.options ?? z.undefined()) as z.ZodType<O>;
  await plugin.apply(api, schema.parse(plugin.options ? (options ?? {}) : options));
  return {
    ...applied,
    api,
    fire: (hook, ...args) => Promise.all(taps.get(hook)!.map((tap) => tap(...(args as never[])))),
    async stop() {
      stopper.abort();
      for (const stop of stops.reverse()) await stop();
    },
  };
}

const EMPTY_FLEET: FleetSnapshot = {
  at: 0,
  monoMs: 0,
  devices: [],
  device: () => undefined,
  lateness: { p50Ms: 0, p99Ms: 0, longestMs: 0 },
  selfOffline: false,
  paused: null,
  healingStopped: null,
  heals: { running: [], begun: [] },
};

/** Waits until a condition holds; fails with `what` when it does not within five seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 5 s: ${what}`);
    await sleep(5);
  }
}
