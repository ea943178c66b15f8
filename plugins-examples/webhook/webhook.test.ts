import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../src/core/plugin.ts';
import { applyPlugin, until } from '../../test/plugin-harness.ts';
import { attempt, incident, outcome, router } from '../../test/plugin-samples.ts';
import webhook from './index.ts';

/** What the server says to the next requests; then 200. `0` cuts the connection. */
let answers: number[] = [];
let received: { event: string; device: unknown; [key: string]: unknown }[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  received.push(JSON.parse(body));
  const status = answers.shift() ?? 200;
  if (status === 0) request.socket.destroy();
  else response.writeHead(status).end();
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/canary`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answers = [];
  received = [];
});

const apply = (options: object = {}) => applyPlugin(webhook, { url, backoff: '1ms', ...options });

it('tells of an incident and of the end of a heal, not of every change', async () => {
  const plugin = await apply();
  await plugin.fire('onThresholdReached', incident, router);
  await plugin.fire('afterHeal', attempt, outcome);
  await plugin.fire('onStatusChange', { device: router, from: 'up', to: 'down', at: 1, failure: null });
  expect(received).toEqual([
    { event: 'onThresholdReached', at: expect.stringMatching(/^20.*Z$/), device: router, incident },
    {
      event: 'afterHeal',
      at: expect.any(String),
      device: router,
      strategy: 'restart networking',
      attempt: 1,
      by: 'auto',
      outcome: 'healed',
      reason: 'two good checks',
      tookMs: 4_200,
    },
  ]);
});

it('tells of what the config names', async () => {
  const plugin = await apply({ on: ['onStatusChange'], url: new Secret(url) });
  await plugin.fire('onThresholdReached', incident, router);
  await plugin.fire('onStatusChange', { device: router, from: 'up', to: 'down', at: 1, failure: null });
  expect(received).toEqual([
    {
      event: 'onStatusChange',
      at: expect.any(String),
      device: router,
      from: 'up',
      to: 'down',
      failure: null,
    },
  ]);
});

it('tries three more times when the server fails or hangs up', async () => {
  answers = [500, 0, 503];
  await (await apply()).fire('onThresholdReached', incident, router);
  expect(received).toHaveLength(4);
});

it('then gives up and says so without the URL', async () => {
  answers = [500, 500, 500, 502];
  const failed = (await apply()).fire('onThresholdReached', incident, router);
  await expect(failed).rejects.toThrow(/^could not tell of onThresholdReached: status 502$/);
  expect(received).toHaveLength(4);
});

it('does not repeat what the server refuses', async () => {
  answers = [404];
  await expect((await apply()).fire('onThresholdReached', incident, router)).rejects.toThrow('status 404');
  expect(received).toHaveLength(1);
});

it('names the reason when nobody listens', async () => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  const plugin = await apply({ url: `http://127.0.0.1:${port}/` });
  await expect(plugin.fire('onThresholdReached', incident, router)).rejects.toThrow('ECONNREFUSED');
});

it('stops trying when netheal stops', async () => {
  answers = [500];
  const plugin = await apply({ backoff: '1h' });
  const telling = plugin.fire('onThresholdReached', incident, router);
  const ended = expect(telling).rejects.toThrow();
  await until('the first try', () => received.length === 1);
  await plugin.stop();
  await ended;
  expect(received).toHaveLength(1);
});

it.each([{ url: 'ftp://x/' }, { on: ['onPanic'] }, { retries: 5 }])('refuses %j', async (options) => {
  await expect(apply(options)).rejects.toThrow();
});
