import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { describeWith } from './fixtures.ts';

/** Some user without a privilege and without processes: the limit counts all of a user's, and root has none. */
const NOBODY = '61234';

/** Pings twice from a process of its own: while it may start no process, and when it may again. */
async function pingWithoutProcesses(file: string, name: string, options: unknown): Promise<unknown[]> {
  const src = new URL('../../../src/', import.meta.url).href;
  const script = `
    import { registerHooks } from 'node:module';
    import { once } from 'node:events';
    registerHooks({ resolve: (name, context, next) =>
      name === 'netheal/plugin' ? { url: '${src}core/plugin.ts', shortCircuit: true } : next(name, context) });
    const { ${name}: Engine } = await import('${src}plugins/pinger/${file}.ts');
    const engine = new Engine(${JSON.stringify(options)});
    const signal = new AbortController().signal;
    console.log('"ready"');
    for (let i = 0; i < 2; i++) {
      await once(process.stdin, 'data');
      console.log(JSON.stringify(await engine.ping(
        { address: '127.0.0.1', family: 4, timeoutMs: 2000, packets: 1, sizeBytes: 56, signal })));
    }
    process.exit();`;
  const asNobody = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const child = spawn('setpriv', [...asNobody, process.execPath, '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
  });
  // By the same user: containers keep root from changing the limits of others.
  const limit = (most: number) =>
    execFileSync('setpriv', [...asNobody, 'prlimit', '--pid', String(child.pid), `--nproc=${most}:`]);
  const said: unknown[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(JSON.parse(line));
    if (said.length === 1) limit(1);
    if (said.length === 2) limit(500);
    if (said.length < 3) child.stdin.write('go\n');
  }
  return said.slice(1);
}

describeWith(
  ['ip', 'setpriv', 'prlimit', 'fping', 'ping'],
  'a user who may start no more processes (EAGAIN)',
  () => {
    test.each([
      ['fping', 'fping-engine', 'FpingEngine', { intervalMs: 1 }],
      ['ping', 'ping-engine', 'PingEngine', { 4: 'ping', 6: 'ping' }],
    ])('%s tells it as our own fault, and goes on when it is over', async (_name, file, name, options) => {
      const [without, again] = await pingWithoutProcesses(file, name, options);
      expect(without).toMatchObject({
        ok: 'unknown',
        reason: 'local-error',
        message: expect.stringContaining('no processes left on this machine (EAGAIN)'),
      });
      expect(again).toMatchObject({ ok: true });
    });
  },
);
