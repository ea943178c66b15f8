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
  /** `file:line:col` of a value. */
  locate: (path: ConfigPath) => string;
}>;

/** The probes of a device with their options parsed by the plugins that run them. */
export function prepareProbes(config: DeviceConfig, context: PrepareContext): PreparedProbe[] {
  const names = new Set<string>();
  return config.probes.map(({ type, options, path, timeoutMs }) => {
    const probe = from(context.registry.probes, type, path, context);
    const parsed = context.parse(probe.options, options, path);
    // Two probes of one name (two HTTP checks of one page) still need to be told apart.
    const wanted = probe.name?.(parsed) ?? type;
    let name = wanted;
    for (let n = 2; names.has(name); n++) name = `${wanted}#${n}`;
    names.add(name);
    return { name, probe, options: parsed, timeoutMs: timeoutMs ?? config.check.timeoutMs };
  });
}

/** The strategies of a device with their steps parsed by the healers that run them. */
export function prepareStrategies(config: DeviceConfig, context: PrepareContext): PreparedStrategy[] {
  return config.strategies.map((strategy) =>
    prepareStrategy(strategy, config, {
      healer: (kind, path) => from(context.registry.healers, kind, path, context),
      device: context.device,
      parse: context.parse,
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
