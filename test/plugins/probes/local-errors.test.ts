/** A process without file descriptors, or without a route: it must not say that a device is down. */
import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const SOURCES = new URL('../../../src/', import.meta.url).href;

type Lack = Readonly<{ address: string; files: boolean; wrapper: readonly string[] }>;

/** One check by a process of its own, whose limit or network would be this one's, too. */
function checkLacking({ address, files, wrapper }: Lack, type: string, options: object): unknown {
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
      const device = { id: 'd', label: 'd', address: process.argv[4] };
      const signal = new AbortController().signal;
      const run = () => probe.run({ device, probe: 'p', options, timeoutMs: 2_000, packets: 1, signal });
      await run();
      if (process.argv[5] === 'no files') try { for (;;) openSync('/dev/null'); } catch {}
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
  const args = [SOURCES, type, JSON.stringify(options), address, files ? 'files' : 'no files'];
  const [program = '', ...rest] = [...wrapper, ...node, ...args];
  return JSON.parse(execFileSync(program, rest, { encoding: 'utf8' }));
}

const NO_FILES: Lack = {
  address: '127.0.0.1',
  files: false,
  wrapper: ['sh', '-c', 'ulimit -n 60; exec "$@"', 'sh'],
};

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
  expect(checkLacking(NO_FILES, type, options)).toMatchObject({
    ok: 'unknown',
    reason: 'local-error',
    message: expect.stringContaining('no file descriptors left'),
  });
});

/** A network of its own in which not even loopback is up. */
const NOWHERE = ['unshare', '--net'];
const mayUnshare = spawnSync('unshare', ['--net', 'true']).status === 0;
if (!mayUnshare) {
  const reason = 'unshare --net (Debian: util-linux) needs root';
  if (process.env.NETHEAL_REQUIRE_LAB === '1') throw new Error(`NETHEAL_REQUIRE_LAB=1, but ${reason}`);
  console.log(`tests are skipped: ${reason}`);
}

test.skipIf(!mayUnshare).each([
  ['tcp', { port: 9 }],
  ['ssh', {}],
  ['tls', {}],
  ['http', { url: 'http://{{ip}}/' }],
  ['dns', { name: 'a.example' }],
] as const)('without a route %s knows nothing', (type, options) => {
  for (const address of ['192.0.2.1', '2001:db8::1']) {
    expect(checkLacking({ address, files: true, wrapper: NOWHERE }, type, options)).toMatchObject({
      ok: 'unknown',
      reason: 'local-error',
      message: expect.stringMatching(/ENETUNREACH|EADDRNOTAVAIL/),
    });
  }
});
