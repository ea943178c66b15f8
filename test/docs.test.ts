import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveConfig } from '../src/core/config/resolve.ts';

const ROOT = join(import.meta.dirname, '..');
/** What an example may refer to. */
const ENV = new Proxy({ HOME: '/home/op' } as NodeJS.ProcessEnv, {
  get: (env, name) => env[String(name)] ?? (/^[A-Z][A-Z0-9_]*$/.test(String(name)) ? 'set' : undefined),
});

const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** The YAML examples that are whole configs: they begin with what they are about. */
const EXAMPLES = PAGES.flatMap((page) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/```ya?ml\n(.*?)```/gs)]
    .map(([, text = '']) => ({ page, text, value: parse(text) as Record<string, unknown> }))
    .filter(({ value }) => value !== null && 'devices' in value)
    .map((example, index) => ({ ...example, name: `${page}, example ${index + 1}` })),
);

describe('the examples of the documentation', () => {
  it('are found', () => {
    expect(EXAMPLES.length).toBeGreaterThan(2);
  });

  it.each(EXAMPLES)('$name: is a config that netheal takes', async ({ value }) => {
    const { devices } = await resolveConfig(value, {
      file: null,
      dir: ROOT,
      env: ENV,
      locate: () => 'the example',
    });
    expect(devices.length).toBeGreaterThan(0);
  });
});
