import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Secret } from '../secret.ts';
import { resolveDevices } from './devices.ts';
import { resolveDowntimes } from './downtimes.ts';
import { type Filled, interpolate } from './environment.ts';
import { problemsOf } from './explain.ts';
import { resolvePlugins } from './plugin-list.ts';
import { Problems } from './problems.ts';
import { configSchema } from './schema.ts';
import { mapSeed } from './seed-format.ts';
import type { ConfigPath, ResolvedConfig } from './types.ts';

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
  const texts: Filled[] = [];
  const filled = interpolate(
    raw,
    context.env,
    (path, message) => early.add(path, message),
    (text) => texts.push(text),
  );
  const seed = mapSeed(filled, early);
  early.throwIfAny();

  // Messages about a seed-shaped file speak of the keys that stand in it.
  const original = seed?.original ?? ((path: ConfigPath) => path);
  const locate = (path: ConfigPath) => context.locate(original(path));
  const problems = new Problems(context.locate, { original, texts });
  const mapped = seed?.config ?? filled;
  const parsed = configSchema.safeParse(mapped);
  if (!parsed.success) {
    problems.addAll(problemsOf(parsed.error.issues, [], mapped, configSchema));
    problems.throwIfAny();
  }
  const config = parsed.data!;

  const { dir, env } = context;
  const stateDir = resolve(dir, expandHome(config.stateDir ?? defaultStateDir(env), env));
  const warnings: string[] = seed ? [SEED_HINT] : [];
  const scope = { dir, env, stateDir, problems, warnings, seed: seed !== null, secrets: new Map() };
  const devices = await resolveDevices(config, scope);
  const downtimes = resolveDowntimes(config.downtimes ?? [], devices, problems);
  const plugins = await resolvePlugins(config, scope);
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
    // A jump host that many devices share is looked at once for each of them.
    warnings: [...new Set(warnings)],
    locate,
  };
}

const SEED_HINT =
  'this config has the shape of the first version; it works as it is, and `netheal config --convert` prints it in the new one';

/** What the parts of the resolver share. */
export type Scope = Readonly<{
  dir: string;
  env: NodeJS.ProcessEnv;
  stateDir: string;
  problems: Problems;
  warnings: string[];
  /** Those that were asked for, by their reference: a command that all devices share is run once. */
  secrets: Map<string, Promise<Secret>>;
  /** The file has the seed's shape, whose users expect its defaults. */
  seed: boolean;
}>;

/** `~` is the home of the user; other paths stay as they are. */
export function expandHome(path: string, env: NodeJS.ProcessEnv): string {
  return path === '~' || path.startsWith('~/') ? join(env.HOME || homedir(), path.slice(1)) : path;
}

function defaultStateDir(env: NodeJS.ProcessEnv): string {
  if (env.STATE_DIRECTORY) return env.STATE_DIRECTORY;
  // The XDG specification: what is empty or relative counts as not set.
  const base = env.XDG_STATE_HOME;
  return join(base && isAbsolute(base) ? base : '~/.local/state', 'netheal');
}

function refuseForbiddenKeys(value: unknown, path: ConfigPath, problems: Problems): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    if (FORBIDDEN.has(key)) problems.add([...path, key], 'this key is not allowed');
    else
      refuseForbiddenKeys(
        (value as Record<string, unknown>)[key],
        [...path, Array.isArray(value) ? Number(key) : key],
        problems,
      );
  }
}
