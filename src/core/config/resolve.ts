import { isAbsolute, join, resolve } from 'node:path';
import { resolveDevices } from './devices.ts';
import { resolveDowntimes } from './downtimes.ts';
import { expandHome, type Filled, interpolate } from './environment.ts';
import { problemsOf } from './explain.ts';
import { fetchSecrets } from './fetched-secrets.ts';
import { resolvePlugins } from './plugin-list.ts';
import { Problems } from './problems.ts';
import { configSchema } from './schema.ts';
import type { Scope } from './scope.ts';
import { mapSeed } from './seed-format.ts';
import { DIALECTS } from './ssh-access.ts';
import type { ConfigPath, ResolvedConfig } from './types.ts';
import { Warnings } from './warnings.ts';

export type ResolveContext = Readonly<{
  /** Absolute path of the file; null for a config built in code. */
  file: string | null;
  /** Folder that relative paths start from. */
  dir: string;
  env: NodeJS.ProcessEnv;
  /** `file:line:col` of a value. */
  locate: (path: ConfigPath) => string;
}>;

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Raw data to the config that the engine reads: environment, the seed's shape, the schema, defaults, references.
 *
 * @throws NethealError NH_CONFIG_INVALID with one line a mistake, NH_SECRET_UNAVAILABLE
 */
export async function resolveConfig(raw: unknown, context: ResolveContext): Promise<ResolvedConfig> {
  const early = new Problems(context.locate);
  refuseForbiddenKeys(raw, [], early);
  early.throwIfAny();
  const texts = new Map<string, Filled>();
  const filled = interpolate(
    raw,
    context.env,
    (path, message) => early.add(path, message),
    (text) => texts.set(`${text.written}\0${text.value}`, text),
  );
  const seed = mapSeed(filled, early);
  early.throwIfAny();

  // Messages about a seed-shaped file speak of the keys that stand in it.
  const original = seed?.original ?? ((path: ConfigPath) => path);
  const locate = (path: ConfigPath) => context.locate(original(path));
  const problems = new Problems(context.locate, { original, texts: [...texts.values()] });
  const mapped = seed?.config ?? filled;
  const parsed = configSchema.safeParse(mapped);
  if (!parsed.success) {
    problems.addAll(problemsOf(parsed.error.issues, [], mapped, configSchema));
    problems.throwIfAny();
  }
  const config = parsed.data!;

  const { dir, env } = context;
  const stateDir = resolve(dir, expandHome(config.stateDir ?? defaultStateDir(env), env));
  const warnings = new Warnings();
  if (seed) warnings.add(SEED_HINT);
  const secrets = await fetchSecrets(config, { dir, env });
  const dialects = [...DIALECTS, ...Object.keys(config.dialects ?? {})];
  const scope: Scope = { dir, env, stateDir, problems, warnings, seed: seed !== null, secrets, dialects };
  const devices = resolveDevices(config, scope);
  const downtimes = resolveDowntimes(config.downtimes ?? [], devices, problems);
  const plugins = resolvePlugins(config, scope);
  problems.throwIfAny();

  const { healing = {} } = config;
  return {
    file: context.file,
    dir,
    format: seed ? 'seed' : 'netheal',
    stateDir,
    monitoring: {
      engine: config.monitoring?.engine ?? 'auto',
      witnesses: config.monitoring?.witnesses ?? null,
    },
    healing: {
      enabled: healing.enabled ?? true,
      mode: healing.mode ?? 'act',
      maxUnhealthyPercent: healing.maxUnhealthy ?? 30,
      maxConcurrent: healing.maxConcurrent ?? 3,
      maxPerHour: healing.maxPerHour ?? 20,
      approvalExpiresMs: healing.approvalExpires ?? 600_000,
    },
    devices,
    downtimes,
    plugins,
    warnings: warnings.list(),
    locate,
  };
}

const SEED_HINT =
  'this config has the shape of the first version; it works as it is, and `netheal config --convert` prints it in the new one';

function defaultStateDir(env: NodeJS.ProcessEnv): string {
  if (env.STATE_DIRECTORY) return env.STATE_DIRECTORY;
  // The XDG specification: what is empty or relative counts as not set.
  const base = env.XDG_STATE_HOME;
  return join(base && isAbsolute(base) ? base : '~/.local/state', 'netheal');
}

/** `path` is that of `value`; it is changed on the way and as it was at the end: a large config has a million values. */
function refuseForbiddenKeys(value: unknown, path: (string | number)[], problems: Problems): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inside] of Object.entries(value)) {
    if (typeof inside !== 'object' && !FORBIDDEN.has(key)) continue;
    path.push(Array.isArray(value) ? Number(key) : key);
    if (FORBIDDEN.has(key)) problems.add([...path], 'this key is not allowed');
    else refuseForbiddenKeys(inside, path, problems);
    path.pop();
  }
}
