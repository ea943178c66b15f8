import { explainIssues } from './config/explain.ts';
import type { DeviceConfig, ResolvedConfig } from './config/types.ts';
import type { Clock } from './engine/clock.ts';
import { Monitored } from './engine/monitored.ts';
import { type PrepareContext, prepareProbes, prepareStrategies } from './engine/prepare.ts';
import { SampleStore } from './engine/samples.ts';
import { type ErrorCode, NethealError } from './errors.ts';
import type { Fault } from './kernel/guard.ts';
import { createHooks, type Hooks } from './kernel/hooks.ts';
import { PluginHost, type PluginServices } from './kernel/host.ts';
import { Registry } from './kernel/registry.ts';

/** Few devices may keep long histories in memory; a large fleet leaves that to the history plugin. */
function samplesKept(devices: number): number {
  if (devices < 2_000) return 600;
  return devices < 20_000 ? 64 : 32;
}

const IN_THE_CONFIG: ReadonlySet<ErrorCode> = new Set([
  'NH_PLUGIN_NOT_FOUND',
  'NH_PLUGIN_FAILED',
  'NH_PLUGIN_INVALID',
  'NH_PLUGIN_OPTIONS',
]);

export type AssembleOptions = Readonly<{
  config: ResolvedConfig;
  clock: Clock;
  onFault: (fault: Fault) => void;
  services: (plugin: string, signal: AbortSignal) => PluginServices;
  /** Tells the plugins that it is over; used here where they do not fit together. */
  stopping: AbortController;
}>;

/** Config, plugins and devices put together, nothing running yet. */
export type Assembly = Readonly<{
  hooks: Hooks;
  registry: Registry;
  host: PluginHost;
  devices: readonly Monitored[];
  /** The devices of another config, with the plugins that are applied already. */
  prepare: (config: ResolvedConfig) => Monitored[];
}>;

/**
 * Loads and applies the plugins of a config and prepares its devices with what they contribute.
 *
 * @throws NethealError with the place in the config for every option that a plugin's schema refuses
 */
export async function assemble({
  config,
  clock,
  onFault,
  services,
  stopping,
}: AssembleOptions): Promise<Assembly> {
  const hooks = createHooks();
  const registry = new Registry();
  const parse = parserOf(config);
  const host = new PluginHost({
    hooks,
    registry,
    configDir: config.dir,
    monoMs: () => clock.monoMs(),
    onFault,
    parse,
    services,
    signal: stopping.signal,
  });
  try {
    await host.apply(config.plugins);
    const prepare = (other: ResolvedConfig) =>
      prepareDevices(other, { registry, parse: parserOf(other), clock });
    return { hooks, registry, host, devices: prepare(config), prepare };
  } catch (thrown) {
    // Those that were applied may have started something already.
    stopping.abort();
    await host.stop();
    throw withPlace(thrown, config);
  }
}

/** Parses by a schema that a plugin brings; complaints name the place in the config. */
function parserOf({ locate }: ResolvedConfig): PrepareContext['parse'] {
  return (schema, value, path) => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new NethealError(
      'NH_CONFIG_INVALID',
      explainIssues(result.error.issues, path, locate, value, schema).join('\n'),
    );
  };
}

/** The devices of a config with their probes and steps parsed by the plugins that run them. */
function prepareDevices(
  config: ResolvedConfig,
  { clock, registry, parse }: Pick<PrepareContext, 'registry' | 'parse'> & { clock: Clock },
): Monitored[] {
  const byId = new Map(config.devices.map((device) => [device.id, device]));
  const context = {
    registry,
    parse,
    prepared: new Map(),
    locate: config.locate,
    // The config has checked every id already.
    device: (id: string): DeviceConfig => byId.get(id)!,
  };
  const samples = new SampleStore(samplesKept(config.devices.length));
  return config.devices.map(
    (device) =>
      new Monitored({
        config: device,
        probes: prepareProbes(device, context),
        strategies: prepareStrategies(device, context),
        at: clock.now(),
        monoMs: clock.monoMs(),
        samples: samples.ring(),
      }),
  );
}

/** Mistakes in the choice of plugins are mistakes in the config: they say where. */
function withPlace(thrown: unknown, { plugins, locate }: ResolvedConfig): unknown {
  if (!(thrown instanceof NethealError) || !IN_THE_CONFIG.has(thrown.code)) return thrown;
  const path = plugins.find(({ name }) => name === thrown.plugin)?.path;
  if (!path) return thrown;
  const { code, message, plugin, mend, cause } = thrown;
  return new NethealError(code, `${locate(path)} ${path.join('.')}: ${message}`, { plugin, mend, cause });
}
