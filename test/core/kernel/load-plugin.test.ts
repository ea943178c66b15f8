import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// In a process of its own and over the build: this test runner resolves imports in its own way.
const LOADER = pathToFileURL(join(import.meta.dirname, '../../../dist/core/kernel/load-plugin.js')).href;
const API = pathToFileURL(join(import.meta.dirname, '../../../dist/core/plugin.js')).href;
const SCRIPT = `
  const { loadPlugin } = await import('${LOADER}');
  const { NethealError } = await import('${API}');
  const [name, dir] = process.argv.slice(1);
  try {
    const plugin = await loadPlugin(name, dir);
    const sameApi = (await plugin.probe?.()) === NethealError;
    console.log(JSON.stringify({ name: plugin.name, sameApi }));
  } catch ({ code, message, plugin }) {
    console.log(JSON.stringify({ code, message, plugin }));
  }
`;

/** A plugin that can say which copy of the plugin API it was given. */
const plugin = (name: string) => `
  import { definePlugin, NethealError } from 'netheal/plugin';
  export default { ...definePlugin({ name: '${name}', apiVersion: 1, apply() {} }), probe: () => NethealError };
`;

const FILES: Record<string, string> = {
  'local.ts': `const typed: string = 'types are fine';\n${plugin('local')}`,
  'local.mjs': plugin('javascript'),
  'no-export.ts': 'export const plugin = {};',
  'no-name.ts': 'export default { name: "No Name", apiVersion: 1, apply() {} };',
  'no-apply.ts': 'export default { name: "x", apiVersion: 1 };',
  'future.ts': 'export default { name: "future", apiVersion: 2, apply() {} };',
  'broken.ts': 'export default {;',
  'throws.ts': 'throw new Error("out of paper");',
  'needs-more.ts': "import 'netheal-absent-package'; export default {};",
  'node_modules/netheal-plugin-esm/package.json':
    '{ "name": "netheal-plugin-esm", "type": "module", "exports": { "import": "./main.js" } }',
  'node_modules/netheal-plugin-esm/main.js': plugin('esm'),
  'node_modules/@acme/netheal-plugin-main/package.json':
    '{ "name": "@acme/netheal-plugin-main", "type": "module", "main": "main.js" }',
  'node_modules/@acme/netheal-plugin-main/main.js': plugin('main'),
  'node_modules/netheal-plugin-broken/package.json':
    '{ "name": "netheal-plugin-broken", "type": "module", "main": "main.js" }',
  'node_modules/netheal-plugin-broken/main.js': 'import "netheal-absent-package";',
};

describe('loading a plugin', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'netheal-load-'));
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const load = async (name: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      SCRIPT,
      name,
      dir,
    ]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it.each([
    ['a TypeScript file beside the config', './local.ts', 'local'],
    ['a JavaScript file beside the config', './local.mjs', 'javascript'],
    ['a package that only knows `import`', 'netheal-plugin-esm', 'esm'],
    ['a package of a scope', '@acme/netheal-plugin-main', 'main'],
  ])("%s is found, and gets the running netheal's plugin API", async (_what, name, loaded) => {
    expect(await load(name)).toEqual({ name: loaded, sameApi: true });
  });

  it('a file is found by its absolute path', async () => {
    expect(await load(join(dir, 'local.mjs'))).toMatchObject({ name: 'javascript' });
  });

  it('a short name is a built-in, by the same door', async () => {
    expect(await load('guardrails')).toMatchObject({ name: 'guardrails' });
  });

  it.each([
    ['a file that is not there', './absent.ts', 'NH_PLUGIN_NOT_FOUND', /there is no file .*absent\.ts$/],
    ['a package that is not there', 'netheal-plugin-absent', 'NH_PLUGIN_NOT_FOUND', /neither a built-in nor/],
    ['a short name that climbs out', 'a/../../core', 'NH_PLUGIN_NOT_FOUND', /neither a built-in nor/],
    ['no default export', './no-export.ts', 'NH_PLUGIN_INVALID', /no default export; end its file with/],
    ['no proper name', './no-name.ts', 'NH_PLUGIN_INVALID', /no `name` of lower-case words/],
    ['no apply', './no-apply.ts', 'NH_PLUGIN_INVALID', /no `apply` function/],
    ['another version of the API', './future.ts', 'NH_PLUGIN_INVALID', /apiVersion 2; this netheal has 1/],
    ['a mistake of syntax', './broken.ts', 'NH_PLUGIN_FAILED', /could not be loaded/],
    ['a throw while it loads', './throws.ts', 'NH_PLUGIN_FAILED', /out of paper/],
    ['an import that is missing', './needs-more.ts', 'NH_PLUGIN_FAILED', /netheal-absent-package/],
    [
      'a package with a missing import',
      'netheal-plugin-broken',
      'NH_PLUGIN_FAILED',
      /netheal-absent-package/,
    ],
  ])('%s is told by name', async (_what, name, code, message) => {
    expect(await load(name)).toEqual({ code, plugin: name, message: expect.stringMatching(message) });
  });
});
