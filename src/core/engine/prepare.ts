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
  /** What came of the lists of probes and strategies that devices share, by their time and policy. */
  prepared: Map<object, Map<unknown, readonly unknown[]>>;
  /** `file:line:col` of a value. */
  locate: (path: ConfigPath) => string;
}>;

/** The probes of a device with their options parsed by the plugins that run them. */
export function prepareProbes(config: DeviceConfig, context: PrepareContext): readonly PreparedProbe[] {
  const { probes, check } = config;
  return once(context, probes, check.timeoutMs, () => {
    const names = new Set<string>();
    return probes.map(({ type, options, path, timeoutMs }): PreparedProbe => {
      const probe = from(context.registry.probes, type, path, context);
      const parsed = context.parse(probe.options, options, path);
      // Two probes of one name (two HTTP checks of one page) still need to be told apart.
      const wanted = probe.name?.(parsed) ?? type;
      let name = wanted;
      for (let n = 2; names.has(name); n++) name = `${wanted}#${n}`;
      names.add(name);
      return { name, probe, options: parsed, timeoutMs: timeoutMs ?? check.timeoutMs };
    });
  });
}

/** The strategies of a device with their steps parsed by the healers that run them. */
export function prepareStrategies(
  config: DeviceConfig,
  context: PrepareContext,
): readonly PreparedStrategy[] {
  const { strategies, healPolicy } = config;
  return once(context, strategies, healPolicy, () =>
    strategies.map((strategy) =>
      prepareStrategy(strategy, healPolicy, {
        healer: (kind, path) => from(context.registry.healers, kind, path, context),
        device: context.device,
        parse: context.parse,
      }),
    ),
  );
}

/** Of 100,000 devices nearly all share their lists: what comes of one is shared as well. */
function once<T>(
  { prepared }: PrepareContext,
  list: object,
  policy: unknown,
  make: () => readonly T[],
): readonly T[] {
  const byPolicy = prepared.get(list) ?? new Map<unknown, readonly unknown[]>();
  prepared.set(list, byPolicy);
  const known = byPolicy.get(policy) as readonly T[] | undefined;
  const made = known ?? make();
  byPolicy.set(policy, made);
  return made;
}

function from<T>(shelf: Shelf<T>, name: string, path: ConfigPath, { locate }: PrepareContext): T {
  try {
    return shelf.get(name);
  } catch (thrown) {
    const message = `${locate(path)} ${path.join('.')}: ${(thrown as Error).message}`;
    throw new NethealError('NH_CONFIG_INVALID', message, { cause: thrown });
  }
}
