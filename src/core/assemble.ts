import type { ZodType } from 'zod';
import { explainIssues } from './config/explain.ts';
import type { ConfigPath, DeviceConfig, ResolvedConfig } from './config/types.ts';
import type { Clock } from './engine/clock.ts';
import { Monitored } from './engine/monitored.ts';
import { prepareProbes, prepareStrategies } from './engine/prepare.ts';
import { NethealError } from './errors.ts';
import type { Fault } from './kernel/guard.ts';
import { createHooks, type Hooks } from './kernel/hooks.ts';
import { PluginHost, type PluginServices } from './kernel/host.ts';
import { Registry } from './kernel/registry.ts';

/** Few devices may keep long histories in memory; a large fleet leaves that to the history plugin. */
const SAMPLES_KEPT = { few: 600, many: 64, manyFrom: 2_000 };

export type AssembleOptions = Readonly<{
  config: ResolvedConfig;
  clock: Clock;
  onFault: (fault: Fault) => void;
  services: (plugin: string, signal: AbortSignal) => PluginServices;
  signal: AbortSignal;
}>;

/** Config, plugins and devices put together, nothing running yet. */
export type Assembly = Readonly<{
  hooks: Hooks;
  registry: Registry;
  host: PluginHost;
  devices: readonly Monitored[];
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
  signal,
}: AssembleOptions): Promise<Assembly> {
  const hooks = createHooks();
  const registry = new Registry();
  const parse = <T>(schema: ZodType<T>, value: unknown, path: ConfigPath): T => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const lines = explainIssues(result.error.issues, path, config.locate, value, schema);
    throw new NethealError('NH_CONFIG_INVALID', lines.join('\n'));
  };
  const host = new PluginHost({
    hooks,
    registry,
    configDir: config.dir,
    monoMs: () => clock.monoMs(),
    onFault,
    parse,
    services,
    signal,
  });
  await host.apply(config.plugins);

  const byId = new Map(config.devices.map((device) => [device.id, device]));
  const context = {
    registry,
    parse,
    locate: config.locate,
    // The config has checked every id already.
    device: (id: string): DeviceConfig => byId.get(id)!,
  };
  const samplesKept = config.devices.length < SAMPLES_KEPT.manyFrom ? SAMPLES_KEPT.few : SAMPLES_KEPT.many;
  const devices = config.devices.map(
    (device) =>
      new Monitored({
        config: device,
        probes: prepareProbes(device, context),
        strategies: prepareStrategies(device, context),
        at: clock.now(),
        monoMs: clock.monoMs(),
        samplesKept,
      }),
  );
  return { hooks, registry, host, devices };
}
