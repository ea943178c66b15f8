import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { connectSource } from '../../src/core/api/client.ts';
import { type Running, runNetheal } from './run-netheal.ts';

describe('SIGHUP', () => {
  const service = createServer((socket) => socket.end());
  let netheal: Running;
  let port = 0;
  const config = (...ids: string[]) => ({
    monitoring: { interval: '500ms', timeout: '400ms', retryInterval: '200ms', witnesses: [] },
    devices: ids.map((id) => ({ id, ip: '127.0.0.1', icmp: false, probes: [{ type: 'tcp', port }] })),
    plugins: { dashboard: false },
  });
  const rewrite = (text: string) => writeFileSync(join(netheal.dir, 'netheal.yaml'), text);

  beforeAll(async () => {
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    port = (service.address() as { port: number }).port;
    netheal = await runNetheal(config('one', 'two'));
    await netheal.waitFor('two up', ({ type, device }) => type === 'status-change' && device === 'two');
  });
  afterAll(async () => {
    expect(await netheal.stop()).toBe(0);
    service.close();
  });

  it('with a bad config tells its mistake with the place, and the old one stays', async () => {
    rewrite('devices:\n  - { id: one, ipp: 127.0.0.1 }\n');
    netheal.child.kill('SIGHUP');
    const told = await netheal.waitFor('the mistake', ({ message }) => message.includes('not reloaded'));
    expect(told.message).toMatch(/netheal\.yaml:2:16 devices\.0\.ipp: unknown key, did you mean "ip"\?/);
  });

  it('with a good one takes up new devices, forgets others, and keeps what it knows', async () => {
    rewrite(stringify({ stateDir: './state', ...config('two', 'three') }));
    const before = netheal.events.length;
    netheal.child.kill('SIGHUP');
    await netheal.waitFor('the reload', ({ type }) => type === 'config-reloaded');
    await netheal.waitFor('three up', ({ type, device }) => type === 'status-change' && device === 'three');
    const again = netheal.events
      .slice(before)
      .filter(({ type, device }) => type === 'status-change' && device === 'two');
    expect(again).toEqual([]);
  });
});

describe('netheal reload', () => {
  it('does the same as SIGHUP and answers with the place of a mistake', async () => {
    const config = { monitoring: { witnesses: [] }, devices: [{ id: 'one', ip: '127.0.0.1' }] };
    const netheal = await runNetheal({ ...config, plugins: { dashboard: false } });
    await netheal.waitFor('the start', ({ type }) => type === 'monitor-started');
    const source = await connectSource(join(netheal.dir, 'state/netheal.sock'));
    const file = join(netheal.dir, 'netheal.yaml');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, 'devices:\n  - { id: one, ipp: 127.0.0.1 }\n');
    expect(await source.act({ type: 'reload', by: 'ada' })).toMatchObject({
      ok: false,
      code: 'NH_CONFIG_INVALID',
      message: expect.stringMatching(/netheal\.yaml:2:16 devices\.0\.ipp: unknown key/),
    });
    await netheal.waitFor('the mistake', ({ message }) => message.includes('not reloaded'));
    writeFileSync(file, good);
    // However many want it at once.
    const reloads = await Promise.all([1, 2, 3].map(() => source.act({ type: 'reload', by: 'ada' })));
    expect(reloads).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    await netheal.waitFor(
      'its trace',
      ({ type, message }) => type === 'config-reloaded' && /ada/.test(message),
    );
    await source.close();
    expect(await netheal.stop()).toBe(0);
  });
});
