/** A process without file descriptors: whatever it looks at, it must not say that a device is down. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const SOURCES = new URL('../../../src/', import.meta.url).href;

/** One check by a process of its own, whose limit would be this one's, too. */
function checkWithoutFiles(type: string, options: object): unknown {
  const script = `
    const { openSync } = require('node:fs');
    import(process.argv[1] + 'plugins/probes/index.ts').then(async ({ default: plugin }) => {
      const probes = new Map();
      plugin.apply({
        configDir: '/',
        clock: { now: Date.now },
        probe: (probe) => probes.set(probe.type, probe),
        probes: { get: (type) => probes.get(type) },
      });
      const probe = probes.get(process.argv[2]);
      const options = probe.options.parse(JSON.parse(process.argv[3]));
      const device = { id: 'd', label: 'd', address: '127.0.0.1' };
      const signal = new AbortController().signal;
      const run = () => probe.run({ device, probe: 'p', options, timeoutMs: 2_000, packets: 1, signal });
      await run();
      try { for (;;) openSync('/dev/null'); } catch {}
      process.stdout.write(JSON.stringify(await run()), () => process.exit());
    });`;
  const hooks = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) =>
      name === 'netheal/plugin' ? { url: '${SOURCES}core/plugin.ts', shortCircuit: true } : next(name, context) });`;
  const node = [
    process.execPath,
    '--import',
    `data:text/javascript,${encodeURIComponent(hooks)}`,
    '-e',
    script,
  ];
  const args = ['-c', 'ulimit -n 60; exec "$@"', 'sh', ...node, SOURCES, type, JSON.stringify(options)];
  return JSON.parse(execFileSync('sh', args, { encoding: 'utf8' }));
}

test.each([
  ['tcp', { port: 9 }],
  ['ssh', { port: 9 }],
  ['tls', { port: 9 }],
  ['http', { url: 'http://127.0.0.1:9/' }],
  ['http', { url: 'https://127.0.0.1:9/' }],
  ['dns', { name: 'a.example', port: 9 }],
  ['exec', { command: ['/bin/false'] }],
  ['all', { of: [{ type: 'tcp', port: 9 }] }],
  ['any', { of: [{ type: 'tcp', port: 9 }] }],
] as const)('without file descriptors %s %j knows nothing', (type, options) => {
  expect(checkWithoutFiles(type, options)).toMatchObject({
    ok: 'unknown',
    reason: 'local-error',
    message: expect.stringContaining('no file descriptors left'),
  });
});
