import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf, NethealError } from '../errors.ts';
import type { Plugin } from '../plugin.ts';

/** The sources end in .ts, the build in .js; both load their own kind. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const BUILT_IN = fileURLToPath(new URL('../../plugins/', import.meta.url));
/** Leads a request to resolve a package from another folder than this file's. */
const FROM = 'netheal-from:';
const PLUGIN_API = new URL(`../plugin${EXTENSION}`, import.meta.url).href;

/**
 * Loads a plugin by its name in the config: a short name (built-in), an absolute or `./` path (relative to the
 * config's folder), or a package that is installed beside the config.
 *
 * @throws NethealError NH_PLUGIN_NOT_FOUND, NH_PLUGIN_FAILED, NH_PLUGIN_INVALID
 */
export async function loadPlugin(name: string, configDir: string): Promise<Plugin> {
  const url = locate(name, configDir);
  let module: { default?: unknown };
  try {
    module = await import(url);
  } catch (thrown) {
    throw new NethealError('NH_PLUGIN_FAILED', `plugin ${name} could not be loaded: ${messageOf(thrown)}`, {
      plugin: name,
      cause: thrown,
    });
  }
  return checkShape(name, module.default);
}

function locate(name: string, configDir: string): string {
  if (name.startsWith('.') || isAbsolute(name)) {
    const path = isAbsolute(name) ? name : join(configDir, name);
    if (!existsSync(path)) throw notFound(name, `there is no file ${path}`);
    mapPluginApi();
    return pathToFileURL(path).href;
  }
  const builtIn = join(BUILT_IN, name, `index${EXTENSION}`);
  if (/^[a-z][a-z0-9-]*$/.test(name) && existsSync(builtIn)) return pathToFileURL(builtIn).href;
  mapPluginApi();
  try {
    return import.meta.resolve(`${FROM}${JSON.stringify({ name, configDir })}`);
  } catch (thrown) {
    throw notFound(name, 'it is neither a built-in nor a package installed beside the config', thrown);
  }
}

function notFound(name: string, why: string, cause?: unknown): NethealError {
  return new NethealError('NH_PLUGIN_NOT_FOUND', `plugin ${name} was not found: ${why}`, {
    plugin: name,
    cause,
  });
}

let mapped = false;

/**
 * A stranger's `import 'netheal/plugin'` gets the running netheal's, wherever the file lies: never a second copy. And
 * packages are looked for from the config's folder as its own `import` would: many of today's cannot be required.
 */
function mapPluginApi(): void {
  if (mapped) return;
  mapped = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'netheal/plugin') return { url: PLUGIN_API, shortCircuit: true };
      if (!specifier.startsWith(FROM)) return next(specifier, context);
      const { name, configDir } = JSON.parse(specifier.slice(FROM.length));
      return next(name, { ...context, parentURL: pathToFileURL(join(configDir, 'config')).href });
    },
  });
}

function checkShape(name: string, value: unknown): Plugin {
  const plugin = value as Partial<Plugin> | undefined;
  const invalid = (what: string) =>
    new NethealError('NH_PLUGIN_INVALID', `plugin ${name} ${what}`, { plugin: name });
  if (typeof plugin !== 'object' || plugin === null) {
    throw invalid('has no default export; end its file with `export default definePlugin({ ... })`');
  }
  if (typeof plugin.name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(plugin.name)) {
    throw invalid('has no `name` of lower-case words with dashes');
  }
  if (plugin.apiVersion !== 1) throw invalid(`asks for apiVersion ${plugin.apiVersion}; this netheal has 1`);
  if (typeof plugin.apply !== 'function') throw invalid('has no `apply` function');
  return plugin as Plugin;
}
