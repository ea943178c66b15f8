import { setTimeout as sleep } from 'node:timers/promises';
import type { ZodType } from 'zod';
import type { ConfigPath, PluginConfig } from '../config/types.ts';
import { messageOf, NethealError } from '../errors.ts';
import type { Plugin, PluginApi, PluginHooks } from '../plugin.ts';
import { Account } from './accounts.ts';
import type { Fault } from './guard.ts';
import { type Hooks, tappableHooks } from './hooks.ts';
import { loadPlugin } from './load-plugin.ts';
import type { Registry } from './registry.ts';

const APPLY_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
const RETRIES = 5;

/** What the host needs of the engine: everything in `PluginApi` that is not registration. */
export type HostContext = Readonly<{
  hooks: Hooks;
  registry: Registry;
  configDir: string;
  monoMs: () => number;
  onFault: (fault: Fault) => void;
  /** Parses options; throws a NethealError that names the place in the config. */
  parse: <T>(schema: ZodType<T>, value: unknown, path: ConfigPath) => T;
  /** The rest of a plugin's API, made for that plugin. */
  services: (plugin: string, signal: AbortSignal) => PluginServices;
  signal: AbortSignal;
}>;
export type PluginServices = Pick<
  PluginApi,
  'log' | 'clock' | 'snapshot' | 'signal' | 'configDir' | 'stateDir' | 'notice' | 'http'
>;

type StartFailure = Readonly<{ what: string; again: () => Promise<unknown> }>;
type Applied = { plugin: Plugin; options: unknown; account: Account; startFailure: StartFailure | null };
type Stopper = Readonly<{ plugin: string; run: () => unknown }>;

/** Finds, orders, applies, starts and stops plugins. Built-ins come through the same door as a stranger's. */
export class PluginHost {
  readonly accounts: Account[] = [];
  readonly #context: HostContext;
  readonly #applied: Applied[] = [];
  readonly #stoppers: Stopper[] = [];

  constructor(context: HostContext) {
    this.#context = context;
  }

  /** Loads and applies all plugins in an order that respects `after`. */
  async apply(configs: readonly PluginConfig[]): Promise<void> {
    const loaded = [];
    for (const config of configs) {
      const plugin = await withTimeout(
        loadPlugin(config.name, this.#context.configDir),
        APPLY_TIMEOUT_MS,
        `plugin ${config.name} did not finish loading`,
      );
      loaded.push({ plugin, options: this.#parseOptions(plugin, config) });
    }
    for (const { plugin, options } of inOrder(loaded)) await this.#applyOne(plugin, options);
  }

  /** Fires `start`; a plugin that fails stops netheal, is disabled, or is tried again, as it asked for. */
  async start(): Promise<void> {
    await this.#context.hooks.start.promise();
    for (const applied of this.#applied) {
      if (applied.startFailure === null) continue;
      const { what } = applied.startFailure;
      if (applied.plugin.onStartupError === 'disable') applied.account.disabled = what;
      else if (applied.plugin.onStartupError === 'retry') void this.#retryStart(applied);
      else throw new NethealError('NH_PLUGIN_FAILED', what, { plugin: applied.plugin.name });
    }
  }

  /** In the background, with growing pauses: monitoring does not wait for it. */
  async #retryStart(applied: Applied): Promise<void> {
    for (let tries = 1; tries <= RETRIES; tries++) {
      const failure = applied.startFailure;
      if (failure === null) return;
      await sleep(2 ** tries * 500, undefined, { signal: this.#context.signal, ref: false }).catch(
        () => undefined,
      );
      if (this.#context.signal.aborted) return;
      applied.startFailure = null;
      await failure.again();
    }
    applied.account.disabled = applied.startFailure?.what ?? null;
  }

  /** Last registered first; one that hangs is left behind after its time. */
  async stop(): Promise<void> {
    for (const { plugin, run } of this.#stoppers.reverse()) {
      try {
        await withTimeout(Promise.resolve(run()), STOP_TIMEOUT_MS, `plugin ${plugin} did not stop`);
      } catch (thrown) {
        this.#context.onFault({ plugin, hook: 'stop', what: messageOf(thrown), timedOut: false });
      }
    }
    this.#stoppers.length = 0;
  }

  #parseOptions(plugin: Plugin, config: PluginConfig): unknown {
    if (plugin.options)
      return this.#context.parse(plugin.options as ZodType, config.options ?? {}, config.path);
    if (config.options === undefined || config.options === true || isEmpty(config.options)) return undefined;
    throw new NethealError('NH_PLUGIN_OPTIONS', `plugin ${plugin.name} takes no options`, {
      plugin: plugin.name,
    });
  }

  async #applyOne(plugin: Plugin, options: unknown): Promise<void> {
    if (this.accounts.some((account) => account.plugin === plugin.name)) {
      throw new NethealError('NH_PLUGIN_INVALID', `two plugins are named ${plugin.name}`, {
        plugin: plugin.name,
      });
    }
    const account = new Account(plugin.name);
    const applied: Applied = { plugin, options, account, startFailure: null };
    this.accounts.push(account);
    this.#applied.push(applied);
    for (let tries = 1; ; tries++) {
      const registrations = new Registrations();
      const api = this.#apiFor(applied, registrations);
      try {
        await withTimeout(
          Promise.resolve().then(() => plugin.apply(api, options as never)),
          APPLY_TIMEOUT_MS,
          `plugin ${plugin.name} did not finish apply`,
        );
      } catch (thrown) {
        if (plugin.onStartupError === 'retry' && tries < RETRIES) continue;
        const what = `plugin ${plugin.name} failed in apply: ${messageOf(thrown)}`;
        if (plugin.onStartupError !== 'disable') {
          if (thrown instanceof NethealError) throw thrown;
          throw new NethealError('NH_PLUGIN_FAILED', what, { plugin: plugin.name, cause: thrown });
        }
        account.disabled = what;
        this.#context.onFault({ plugin: plugin.name, hook: 'apply', what, timedOut: false });
      }
      // Of a plugin that could not start too: its guards are disabled by now, and so they veto every heal.
      registrations.release();
      return;
    }
  }

  #apiFor(applied: Applied, registrations: Registrations): PluginApi {
    const { hooks, registry, monoMs, onFault, services, signal } = this.#context;
    const { plugin, account } = applied;
    const name = plugin.name;
    const add = (register: () => void) => registrations.add(register);
    const taps = tappableHooks(hooks, {
      account,
      monoMs,
      onFault,
      onStartFailed: (what, again) => {
        applied.startFailure ??= { what, again };
      },
    });
    return {
      ...services(name, signal),
      hooks: withTaps(taps, add),
      probe: (probe) => add(() => registry.probes.add(probe.type, name, probe as never)),
      healer: (healer) => add(() => registry.healers.add(healer.kind, name, healer as never)),
      sink: (sink) => add(() => registry.sinks.add(sink.name, name, sink)),
      route: (method, path, handler, { at = 'plugin' } = {}) =>
        add(() => registry.addRoute({ plugin: name, method, path, handler, at })),
      panel: (panel) => add(() => registry.panels.push({ plugin: name, value: panel })),
      probes: { get: (type) => registry.probes.get(type) },
      // Not held back: what a failed apply has opened is closed at the end all the same.
      onStop: (run) => void this.#stoppers.push({ plugin: name, run }),
    };
  }
}

/** What a plugin registers counts when its `apply` has succeeded: one that is tried again must not register twice. */
class Registrations {
  #waiting: (() => void)[] | null = [];

  add(register: () => unknown): void {
    if (this.#waiting === null) register();
    else this.#waiting.push(() => void register());
  }

  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const register of waiting) register();
  }
}

function withTaps(hooks: PluginHooks, add: (register: () => void) => void): PluginHooks {
  const held = Object.entries(hooks).map(([name, hook]) => {
    const tap = (...args: unknown[]) => add(() => (hook.tap as (...args: unknown[]) => void)(...args));
    return [name, Object.freeze({ tap, tapPromise: tap })];
  });
  return Object.freeze(Object.fromEntries(held)) as PluginHooks;
}

/** Plugins in the order of the config, but each behind those it names in `after`. */
function inOrder<T extends { plugin: Plugin }>(items: readonly T[]): T[] {
  const rest = [...items];
  const done = new Set<string>();
  const ordered: T[] = [];
  while (rest.length > 0) {
    const waiting = new Set(rest.map((item) => item.plugin.name));
    const index = rest.findIndex((item) =>
      (item.plugin.after ?? []).every((n) => done.has(n) || !waiting.has(n)),
    );
    if (index < 0) {
      const names = rest.map((item) => item.plugin.name).join(', ');
      throw new NethealError('NH_PLUGIN_INVALID', `plugins wait for each other by \`after\`: ${names}`);
    }
    const [item] = rest.splice(index, 1);
    done.add(item!.plugin.name);
    ordered.push(item!);
  }
  return ordered;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

async function withTimeout<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NethealError('NH_PLUGIN_TIMEOUT', `${what} within ${timeoutMs / 1_000} s`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
