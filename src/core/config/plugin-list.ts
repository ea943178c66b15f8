import { isAbsolute, resolve } from 'node:path';
import { nearest } from '../nearest.ts';
import { expandHome } from './environment.ts';
import type { ParsedConfig } from './schema.ts';
import type { Scope } from './scope.ts';
import { isSecretRef, SECRET_KEY } from './secrets.ts';
import type { ConfigPath, PluginConfig } from './types.ts';

/** Built-in plugins in the order in which they are applied; what the config's other sections say is handed to them. */
const BUILT_INS: readonly Readonly<{
  name: string;
  given?: (config: ParsedConfig) => object;
}>[] = [
  { name: 'pinger', given: ({ monitoring }) => ({ engine: monitoring?.engine ?? 'auto' }) },
  { name: 'probes' },
  { name: 'steps' },
  { name: 'ssh-healer' },
  {
    name: 'guardrails',
    given: ({ healing }) => ({
      maxUnhealthyPercent: healing?.maxUnhealthy ?? 30,
      maxConcurrent: healing?.maxConcurrent ?? 3,
      maxPerHour: healing?.maxPerHour ?? 20,
    }),
  },
  { name: 'csv-logger' },
  { name: 'dashboard' },
  { name: 'history' },
  { name: 'metrics' },
];

/** Which plugins are applied, in order, with their options still raw: their own schemas parse them. */
export function resolvePlugins(config: ParsedConfig, scope: Scope): PluginConfig[] {
  const given = config.plugins ?? {};
  const list: PluginConfig[] = [];
  for (const builtIn of BUILT_INS) {
    const said = given[builtIn.name];
    if (said === false) continue;
    const path = ['plugins', builtIn.name];
    const own = optionsOf(said, path, scope);
    const options = builtIn.given ? { ...builtIn.given(config), ...(own as object | undefined) } : own;
    list.push({ name: builtIn.name, options, path });
  }
  for (const [name, said] of Object.entries(given)) {
    if (said === false || BUILT_INS.some((builtIn) => builtIn.name === name)) continue;
    const path = ['plugins', name];
    if (!isForeign(name)) {
      scope.problems.add(path, unknownPlugin(name));
      continue;
    }
    const isPath = name.startsWith('.') || name.startsWith('~/');
    const place = isPath ? resolve(scope.dir, expandHome(name, scope.env)) : name;
    list.push({ name: place, options: optionsOf(said, path, scope), path });
  }
  return list;
}

/** A file, or a package; bare words are built-ins, so that a mistyped one is noticed. */
function isForeign(name: string): boolean {
  return name.startsWith('.') || isAbsolute(name) || name.includes('/') || name.startsWith('netheal-plugin-');
}

function unknownPlugin(name: string): string {
  const names = BUILT_INS.map((builtIn) => builtIn.name);
  const near = nearest(name, names);
  return near
    ? `there is no built-in plugin "${name}", did you mean "${near}"?`
    : `there is no built-in plugin "${name}" (there are: ${names.join(', ')}); write ./${name}.ts for a file, or the whole name of a package`;
}

/** `true` and an empty value mean the defaults; references to secrets are fetched. */
function optionsOf(said: unknown, path: ConfigPath, scope: Scope): unknown {
  if (said === true || said === null || said === undefined) return undefined;
  if (typeof said !== 'object' || Array.isArray(said)) {
    scope.problems.add(path, 'must be a map of options, true or false');
    return undefined;
  }
  return withSecrets(said, path, scope);
}

/** Options of anybody with their references to secrets replaced: those under keys that name a secret. */
export function withSecrets(value: unknown, path: ConfigPath, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withSecrets(item, [...path, index], scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => {
      const place = [...path, key];
      if (SECRET_KEY.test(key) && isSecretRef(inside))
        return [key, scope.secrets.at(inside, place, scope.problems)];
      return [key, withSecrets(inside, place, scope)];
    }),
  );
}
