import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, runNetheal } from './run-netheal.ts';

const plugin = (name: string, body: string) => `
import { definePlugin } from 'netheal/plugin';
export default definePlugin({ name: '${name}', apiVersion: 1, apply(api) { ${body} } });
`;

const FILES = {
  'throwing.ts': plugin('throwing', "api.hooks.beforePing.tap(() => { throw new Error('out of paper'); });"),
  'hanging.ts': plugin(
    'hanging',
    'api.hooks.onStatusChange.tap(() => new Promise(() => {}), { timeoutMs: 300 });',
  ),
  'blocking.ts': plugin(
    'blocking',
    'let done = false; api.hooks.onSample.tap(() => { if (done) return; done = true; const end = Date.now() + 1200; while (Date.now() < end); });',
  ),
  'no-guard.ts': plugin(
    'no-guard',
    "api.hooks.beforeHeal.tap(() => { throw new Error('guard is asleep'); });",
  ),
};

describe('plugins that throw, hang and block', () => {
  let netheal: Running;
  let service: Server;
  let port = 0;

  beforeAll(async () => {
    service = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    port = (service.address() as { port: number }).port;
    const device = (id: string, tcp: number) => ({
      id,
      ip: '127.0.0.1',
      icmp: false,
      probes: [{ type: 'tcp', port: tcp }],
      heal: [{ name: 'wait', steps: [{ wait: '10ms' }] }],
    });
    netheal = await runNetheal(
      {
        monitoring: { interval: '500ms', timeout: '400ms', retryInterval: '200ms', witnesses: [] },
        devices: [device('stays-up', port), device('closed', 1)],
        plugins: {
          dashboard: false,
          './throwing.ts': true,
          './hanging.ts': true,
          './blocking.ts': true,
          './no-guard.ts': true,
        },
      },
      FILES,
    );
  });

  afterAll(async () => {
    expect(await netheal.stop()).toBe(0);
    service.close();
  });

  const fault = (name: string) =>
    netheal.waitFor(`a fault of ${name}`, ({ type, plugin }) => type === 'plugin-fault' && plugin === name);

  it('are named, each with its hook and what it did', async () => {
    expect((await fault('throwing')).message).toMatch(/throwing.*beforePing.*out of paper/);
    expect((await fault('hanging')).message).toMatch(/hanging.*onStatusChange.*300 ms/);
    expect((await fault('blocking')).message).toMatch(/blocking.*blocked everything for \d+ ms in onSample/);
  });

  it('do not stop monitoring: a device that fails is found, one that answers stays up', async () => {
    await netheal.waitFor(
      'the outage',
      ({ type, device }) => type === 'incident-opened' && device === 'closed',
    );
    const outages = netheal.events.filter(
      ({ type, device }) => type === 'incident-opened' && device === 'stays-up',
    );
    expect(outages).toEqual([]);
  });

  it('a guard that fails counts as a veto: nothing is healed', async () => {
    const refused = await netheal.waitFor(
      'the veto',
      ({ type, gate }) => type === 'heal-refused' && gate === 'no-guard',
    );
    expect(refused.message).toContain('guard is asleep');
    expect(netheal.events.filter(({ type }) => type === 'heal-started')).toEqual([]);
  });

  it('one that fails over and over is disabled, and monitoring goes on without it', async () => {
    await netheal.waitFor('the end of it', ({ message }) =>
      message.includes('throwing is disabled after repeated faults'),
    );
  });
});
