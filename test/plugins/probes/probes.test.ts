import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import probes from '../../../src/plugins/probes/index.ts';
import { applyPlugin } from '../../plugin-harness.ts';
import { requestFor } from './request.ts';

const readme = readFileSync(new URL('../../../src/plugins/probes/README.md', import.meta.url), 'utf8');

test('the plugin contributes all of its probes', async () => {
  const applied = await applyPlugin(probes as never);
  expect([...applied.probes.keys()]).toEqual(['tcp', 'ssh', 'tls', 'http', 'dns', 'exec', 'all', 'any']);
  await applied.stop();
});

test('composites are made of the probes of the plugin', async () => {
  const applied = await applyPlugin(probes as never, undefined, { configDir: '/' });
  const any = applied.probes.get('any')!;
  const of = [
    { type: 'exec', command: ['/bin/sh', '-c', 'echo BAD; exit 2'] },
    { type: 'all', of: [{ type: 'exec', command: ['/bin/echo', 'GOOD'] }] },
  ];
  expect(await any.run(requestFor(any, { of }, { timeoutMs: 5_000 }))).toMatchObject({
    ok: true,
    detail: 'all(exec:echo): exec:echo: GOOD',
  });
  await applied.stop();
});

test('the example of the README is a good one', async () => {
  const applied = await applyPlugin(probes as never);
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
  const [device] = parse(yaml).devices as [{ probes: { type: string }[] }];
  const complaints = device.probes.flatMap(({ type, ...options }) => {
    const result = applied.probes.get(type)!.options.safeParse(options);
    return result.success ? [] : [`${type}: ${result.error.message}`];
  });
  expect(device.probes.length).toBeGreaterThan(5);
  expect(complaints).toEqual([]);
  await applied.stop();
});

test('every option of every probe is described, and stands in the README under its probe', async () => {
  const applied = await applyPlugin(probes as never);
  const sections = new Map(readme.split(/^## /m).map((text) => [text.split('\n', 1)[0], text]));
  const missing = [...applied.probes].flatMap(([type, { options }]) => {
    const { shape } = options as unknown as { shape: Record<string, { description?: string }> };
    const section = sections.get(type) ?? sections.get('all and any') ?? '';
    return Object.entries(shape)
      .filter(([key, { description }]) => !description || !section.includes(`\`${key}\``))
      .map(([key]) => `${type}.${key}`);
  });
  expect(missing).toEqual([]);
  await applied.stop();
});
