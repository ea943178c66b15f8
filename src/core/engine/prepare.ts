import type { ZodType } from 'zod';
import type { ConfigPath, DeviceConfig } from '../config/types.ts';
import { NethealError } from '../errors.ts';
import type { Registry, Shelf } from '../kernel/registry.ts';
import type { PreparedProbe } from './monitored.ts';
import { type PreparedStrategy, prepareStrategy } from './plan.ts';

export type PrepareContext = Readonly<{
  registry: Registry;
  device: (id: string) => DeviceConfig;
  /** Parses by a schema; throws a NethealError that names the place in the config. */
  parse: <T>(schema: ZodType<T>, value: unknown, path: ConfigPath) => T;
  /** What came of lists of probes and of steps (by their path) that devices share. */
  prepared: Map<DeviceConfig['probes'], Readonly<{ timeoutMs: number; probes: readonly PreparedProbe[] }>>;
  specs: Map<ConfigPath, unknown>;
  /** `file:line:col` of a value. */
  locate: (path: ConfigPath) => string;
}>;

/** The probes of a device with their options parsed by the plugins that run them. */
export function prepareProbes(config: DeviceConfig, context: PrepareContext): readonly PreparedProbe[] {
  const names = new Set<string>();
  const { probes, check } = config;
  const known = context.prepared.get(probes);
  if (known?.timeoutMs === check.timeoutMs) return known.probes;
  const prepared = probes.map(({ type, options, path, timeoutMs }) => {
    const probe = from(context.registry.probes, type, path, context);
    const parsed = context.parse(probe.options, options, path);
    // Two probes of one name (two HTTP checks of one page) still need to be told apart.
    const wanted = probe.name?.(parsed) ?? type;
    let name = wanted;
    for (let n = 2; names.has(name); n++) name = `${wanted}#${n}`;
    names.add(name);
    return { name, probe, options: parsed, timeoutMs: timeoutMs ?? check.timeoutMs };
  });
  context.prepared.set(probes, { timeoutMs: check.timeoutMs, probes: prepared });
  return prepared;
}

/** The strategies of a device with their steps parsed by the healers that run them. */
export function prepareStrategies(config: DeviceConfig, context: PrepareContext): PreparedStrategy[] {
  return config.strategies.map((strategy) =>
    prepareStrategy(strategy, config, {
      healer: (kind, path) => from(context.registry.healers, kind, path, context),
      device: context.device,
      parse: (schema, value, path) => {
        // Devices share the steps of the fleet: a spec is parsed once, not for each of them.
        if (!context.specs.has(path)) context.specs.set(path, context.parse(schema, value, path));
        return context.specs.get(path);
      },
    }),
  );
}

function from<T>(shelf: Shelf<T>, name: string, path: ConfigPath, { locate }: PrepareContext): T {
  try {
    return shelf.get(name);
  } catch (thrown) {
    const message = `${locate(path)} ${path.join('.')}: ${(thrown as Error).message}`;
    throw new NethealError('NH_CONFIG_INVALID', message, { cause: thrown });
  }
}
