import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../src/core/errors.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

type Import = Readonly<{ from: string; what: string; typeOnly: boolean }>;

/** Every import of every source file; relative ones as paths from the root. */
function importsBelow(folder: string): Import[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts') && !name.includes('.test.'))
    .flatMap((name) => {
      const from = join(folder, name);
      const text = readFileSync(join(ROOT, from), 'utf8');
      return [
        ...text.matchAll(
          /^(?:import|export)\s(?:(type)\s)?[^'"]*?from\s'([^']+)';|^import\s'([^']+)';|import\('([^']+)'\)/gm,
        ),
      ].map(([, type, named, bare, dynamic]) => {
        const what = named ?? bare ?? dynamic!;
        const local = what.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(from), what)) : what;
        return { from, what: local, typeOnly: type !== undefined };
      });
    });
}

const ALL = [...importsBelow('src'), ...importsBelow('plugins-examples')];
const below = (folder: string) => ALL.filter(({ from }) => from.startsWith(`${folder}/`));
const offending = (imports: readonly Import[], allowed: (what: string, one: Import) => boolean) =>
  imports.filter((one) => !allowed(one.what, one)).map(({ from, what }) => `${from} -> ${what}`);
const isPackage = (what: string) => !what.startsWith('src/') && !what.startsWith('plugins-examples/');
const isIn = (what: string, ...places: string[]) =>
  places.some((place) => what === place || what.startsWith(`${place}/`));

describe('imports run one way', () => {
  it('this test sees the imports it judges', () => {
    expect(ALL.length).toBeGreaterThan(300);
  });

  it('the model imports nothing but itself', () => {
    expect(offending(below('src/core/model'), (what) => isIn(what, 'src/core/model'))).toEqual([]);
  });

  it('core knows no plugin, no view and no command', () => {
    expect(offending(below('src/core'), (what) => isPackage(what) || isIn(what, 'src/core'))).toEqual([]);
  });

  it('the kernel knows neither the engine nor the API, but for the shapes of views', () => {
    const allowed = (what: string, { typeOnly }: Import) =>
      !isIn(what, 'src/core/engine', 'src/core/api') || (typeOnly && what === 'src/core/api/types.ts');
    expect(offending(below('src/core/kernel'), allowed)).toEqual([]);
  });

  it('the config knows nothing that runs', () => {
    const allowed = (what: string) => !isIn(what, 'src/core/engine', 'src/core/api', 'src/core/kernel');
    expect(offending(below('src/core/config'), allowed)).toEqual([]);
  });

  it('the API knows the picture, not the engine behind it', () => {
    const allowed = (what: string) => !isIn(what, 'src/core/engine', 'src/core/kernel', 'src/core/config');
    expect(offending(below('src/core/api'), allowed)).toEqual([]);
  });

  it.each(readdirSync(join(ROOT, 'src/plugins')))(
    'the plugin %s imports netheal/plugin, packages and its own folder',
    (name) => {
      const folder = `src/plugins/${name}`;
      expect(offending(below(folder), (what) => isPackage(what) || isIn(what, folder))).toEqual([]);
    },
  );

  it.each(readdirSync(join(ROOT, 'plugins-examples')))('the example %s does too', (name) => {
    const folder = `plugins-examples/${name}`;
    expect(offending(below(folder), (what) => isPackage(what) || isIn(what, folder))).toEqual([]);
  });

  it('the terminal UI is a client: the shapes of the API, the model and the words of text', () => {
    const allowed = (what: string, { typeOnly }: Import) =>
      isPackage(what) ||
      isIn(what, 'src/tui', 'src/core/api', 'src/core/model', 'src/core/text.ts') ||
      (typeOnly && what === 'src/core/plugin.ts');
    expect(offending(below('src/tui'), allowed)).toEqual([]);
  });
});

describe('the docs', () => {
  it('explain every error code, and no other', () => {
    const documented = [
      ...readFileSync(join(ROOT, 'docs/errors.md'), 'utf8').matchAll(/^\| `(NH_\w+)`/gm),
    ].map(([, code]) => code);
    expect(documented.sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });
});
