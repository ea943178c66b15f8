import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { NethealError } from '../errors.ts';

export type FindOptions = Readonly<{ file?: string; cwd: string; env: NodeJS.ProcessEnv }>;

const KINDS = ['', '.yaml', '.yml', '.json'];
const HERE = [
  ...KINDS.map((kind) => `.nethealrc${kind}`),
  'package.json',
  ...KINDS.map((kind) => `.config/nethealrc${kind}`),
];
const HOME = KINDS.map((kind) => `.nethealrc${kind}`);
const FOLDER = [
  ...KINDS.map((kind) => `nethealrc${kind}`),
  ...HOME,
  ...KINDS.slice(1).map((kind) => `config${kind}`),
];

/** Where a config is looked for, nearest first. Never above the current folder: a stranger's file must not decide. */
export function searchFolders({
  cwd,
  env,
}: FindOptions): readonly Readonly<{ dir: string; names: readonly string[] }>[] {
  // An empty or relative value would mean a folder below the current one.
  const home = isAbsolute(env.HOME ?? '') ? env.HOME! : homedir();
  const configHome = isAbsolute(env.XDG_CONFIG_HOME ?? '') ? env.XDG_CONFIG_HOME! : join(home, '.config');
  return [
    { dir: cwd, names: HERE },
    { dir: join(configHome, 'netheal'), names: FOLDER },
    { dir: home, names: HOME },
    { dir: '/etc/netheal', names: FOLDER },
  ];
}

/**
 * Path of the config: `--config`, $NETHEAL_CONFIG, then the first found; null where there is none.
 *
 * @throws NethealError NH_CONFIG_NOT_FOUND where a named file does not exist
 */
export async function findConfig(options: FindOptions): Promise<string | null> {
  const named = namedFile(options);
  if (named) {
    if (options.file === '')
      throw new NethealError('NH_CONFIG_NOT_FOUND', '--config names no file: it is empty');
    if (existsSync(named.path)) return named.path;
    throw new NethealError(
      'NH_CONFIG_NOT_FOUND',
      `${named.path}: there is no such file (named by ${named.by})`,
    );
  }
  for (const { dir, names } of searchFolders(options)) {
    if (!existsSync(dir)) continue;
    const found = await finder(names).search(dir);
    const nearer = names.slice(0, found ? names.indexOf(relative(dir, found.filepath)) : names.length);
    const path = nearer.map((name) => join(dir, name)).find(isUnreadable) ?? found?.filepath;
    if (path !== undefined) return path;
  }
  return null;
}

/** The file that a person named, if one did: only such a file may be a program. */
export function namedFile({ file, cwd, env }: FindOptions): Readonly<{ path: string; by: string }> | null {
  if (file !== undefined) return { path: resolve(cwd, file), by: '--config' };
  if (env.NETHEAL_CONFIG) return { path: resolve(cwd, env.NETHEAL_CONFIG), by: '$NETHEAL_CONFIG' };
  return null;
}

/**
 * cosmiconfig, told to look and not to run: its constructor executes `.config/config.js` of the current folder, so it
 * is made in the root folder, and its loaders return the text as it is.
 */
function finder(names: readonly string[]): ReturnType<typeof cosmiconfig> {
  const here = process.cwd();
  process.chdir('/');
  try {
    // Only whether the key is there matters: what stands below it must not be taken for cosmiconfig's own `$import`.
    const asText = (path: string, text: string) =>
      basename(path) !== 'package.json' ? text : hasKey(text) ? { netheal: path } : {};
    return cosmiconfig('netheal', {
      searchPlaces: [...names],
      searchStrategy: 'none',
      ignoreEmptySearchPlaces: false,
      cache: false,
      packageProp: 'netheal',
      loaders: { noExt: asText, '.json': asText, '.yaml': asText, '.yml': asText },
    });
  } finally {
    process.chdir(here);
  }
}

/** cosmiconfig passes over what it may not read; the next one would then decide, unnoticed. */
function isUnreadable(path: string): boolean {
  if (!existsSync(path) || basename(path) === 'package.json') return false;
  try {
    accessSync(path, constants.R_OK);
    return false;
  } catch {
    return true;
  }
}

function hasKey(packageJson: string): boolean {
  try {
    return (JSON.parse(packageJson) as { netheal?: unknown } | null)?.netheal !== undefined;
  } catch {
    // A broken package.json is npm's business; a netheal config in it would be found broken by npm first.
    return false;
  }
}
