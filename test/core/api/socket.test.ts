import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createApi } from '../../../src/core/api/app.ts';
import { connectSource } from '../../../src/core/api/client.ts';
import type { PluginRoute } from '../../../src/core/api/plugin-routes.ts';
import { serveUnix } from '../../../src/core/api/server.ts';
import type { Action, Delta, Source } from '../../../src/core/api/types.ts';
import { deviceView, type FakeSource, fakeSource, healPlan, healView, snapshotWith } from './fake-source.ts';

let dir: string;
let path: string;
let source: FakeSource;
const servers: { close(): Promise<void> }[] = [];
const clients: Source[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'netheal-api-'));
  path = join(dir, 'netheal.sock');
  source = fakeSource();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) await server.close();
  await rm(dir, { recursive: true, force: true });
});

async function serve(of: Source = source, routes: readonly PluginRoute[] = []) {
  const api = createApi({ source: of, pluginRoutes: () => routes, ready: () => true });
  const server = await serveUnix(path, api);
  servers.push(server);
  return server;
}
async function attach() {
  const client = await connectSource(path);
  clients.push(client);
  return client;
}
const device = (of: Source, id: string) => of.snapshot().devices.find((each) => each.id === id);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing was thrown',
    (error: { code?: string }) => error.code,
  );

test("the socket is its owner's alone from the moment it exists", async () => {
  const umask = process.umask(0);
  try {
    await serve();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(process.umask()).toBe(0);
  } finally {
    process.umask(umask);
  }
});

test('a socket that a killed daemon left behind is taken over', async () => {
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(path, resolve));
  // Close the handle without the unlink that a clean close does: link it elsewhere and back.
  const { rename } = await import('node:fs/promises');
  await rename(path, `${path}.kept`);
  await new Promise((resolve) => dead.close(resolve));
  await rename(`${path}.kept`, path);
  expect((await stat(path)).isSocket()).toBe(true);
  await serve();
  expect((await attach()).snapshot().devices).toHaveLength(2);
});

test('a socket on which somebody answers is left alone', async () => {
  await serve();
  expect(await codeOf(serve())).toBe('NH_STATE_LOCKED');
  expect((await attach()).snapshot().devices).toHaveLength(2);
});

test('a file that is no socket is not removed', async () => {
  await writeFile(path, 'precious');
  expect(await codeOf(serve())).toBe('NH_STATE_DIR');
  expect((await stat(path)).size).toBe(8);
});

test('a path that is too long for a socket is said so', async () => {
  await expect(serveUnix(`/tmp/${'x'.repeat(110)}`, async () => new Response())).rejects.toMatchObject({
    code: 'NH_STATE_DIR',
    message: expect.stringContaining('107'),
    mend: expect.stringContaining('stateDir'),
  });
});

test('closing ends the streams of clients and removes the socket', async () => {
  const server = await serve();
  const client = await attach();
  await server.close();
  await vi.waitFor(() => expect(client.connection().state).toBe('stale'));
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each([
  ['POST', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }, '{"by":"ada"}', 200],
  ['POST', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }, 'x'.repeat(70_000), 413],
  ['POST', { 'content-type': 'application/json' }, 'x'.repeat(70_000), 413],
  ['POST', {}, '', 200],
  ['DELETE', {}, '', 405],
  ['OPTIONS', {}, '', 405],
  ['TRACE', {}, '', 405],
])('over the socket, %s %j has the right answer', async (method, headers, body, status) => {
  await serve();
  const got = await new Promise((resolve, reject) => {
    const options = {
      socketPath: path,
      path: '/api/pause',
      method,
      headers: { host: 'localhost', ...headers },
    };
    const request = httpRequest({ ...options, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('error', reject);
    request.end(body);
  });
  expect(got).toBe(status);
});

test('where nothing listens the client says so', async () => {
  expect(await codeOf(connectSource(path))).toBe('NH_NO_DAEMON');
});

test('the mirror has the picture of the daemon and follows it', async () => {
  await serve();
  const client = await attach();
  expect(client.snapshot()).toEqual(source.snapshot());
  expect(client.snapshot()).toBe(client.snapshot());
  expect(client.connection().state).toBe('live');
  const deltas: Delta[] = [];
  const stop = client.subscribe((delta) => deltas.push(delta));
  source.turn('sw-01', 'down');
  await vi.waitFor(() => expect(device(client, 'sw-01')!.reachability).toBe('down'));
  expect(client.snapshot()).toEqual(source.snapshot());
  expect(deltas).toHaveLength(1);
  stop();
  source.turn('sw-01', 'up');
  await vi.waitFor(() => expect(device(client, 'sw-01')!.reachability).toBe('up'));
  expect(deltas).toHaveLength(1);
});

test('every action reaches the daemon as it was meant', async () => {
  source = fakeSource(snapshotWith({ heals: [healView('h1')] }));
  await serve();
  const client = await attach();
  const actions: Action[] = [
    { type: 'ping', device: 'sw-01' },
    { type: 'heal', device: 'sw-01', by: 'ada', force: ['flapping'] },
    { type: 'dry-run', device: 'sw-01', by: 'ada' },
    { type: 'approve', heal: 'h1', hash: 'abc', by: 'ada', typedLabel: 'Core' },
    { type: 'reject', heal: 'h1', by: 'ada' },
    { type: 'ack', device: 'sw-01', by: 'ada', reason: 'on it', untilMs: 5 },
    { type: 'unack', device: 'sw-01', by: 'ada' },
    { type: 'downtime', device: 'sw-01', by: 'ada', reason: 'firmware', durationMs: 1 },
    { type: 'end-downtime', device: 'sw-01', by: 'ada' },
    { type: 'note', device: 'sw-01', by: 'ada', text: 'a new fan' },
    { type: 'edit', heal: 'h1', hash: 'abc', by: 'ada', steps: [['  show version '], []] },
    { type: 'reload', by: 'ada' },
    { type: 'pause', device: 'sw-01', by: 'ada' },
    { type: 'pause', by: 'ada' },
    { type: 'resume', device: 'sw-01', by: 'ada' },
    { type: 'resume', by: 'ada' },
  ];
  for (const action of actions) expect(await client.act(action)).toEqual({ ok: true, message: 'done' });
  expect(source.acted).toEqual(actions);
});

test('the answer to an action comes back as the daemon gave it', async () => {
  await serve();
  const client = await attach();
  const answers = [
    { ok: true, message: 'would run', plan: healPlan(), gates: [{ gate: 'x', ok: false, reason: 'no' }] },
    { ok: false, code: 'NH_NOT_ALLOWED', message: 'flapping', gate: 'flapping' },
    { ok: false, code: 'PLAN_CHANGED', message: 'The plan has changed.' },
  ] as const;
  for (const answer of answers) {
    source.answer = () => answer;
    expect(await client.act({ type: 'heal', device: 'sw-01', by: 'ada' })).toEqual(answer);
  }
  expect(await client.act({ type: 'ping', device: 'none' })).toMatchObject({
    ok: false,
    code: 'NH_UNKNOWN_DEVICE',
  });
  expect(await client.samples('sw-01')).toEqual(await source.samples('sw-01'));
  expect(await codeOf(client.samples('none'))).toBe('NH_UNKNOWN_DEVICE');
});

test('an action while the daemon is gone is refused, not thrown', async () => {
  const server = await serve();
  const client = await attach();
  await server.close();
  expect(await client.act({ type: 'pause', by: 'ada' })).toMatchObject({ ok: false, code: 'NH_NO_DAEMON' });
});

test('after a restart of the daemon the mirror is the new picture, though the numbers of events overlap', async () => {
  const first = await serve();
  source.turn('sw-01', 'down');
  const client = await attach();
  const states: string[] = [];
  client.subscribe(() => states.push(client.connection().state));
  await first.close();
  await vi.waitFor(() => expect(client.connection().state).toBe('stale'));
  expect(states).toContain('stale');
  expect(device(client, 'sw-01')!.reachability).toBe('down');

  const begin = snapshotWith();
  const next = fakeSource({
    ...begin,
    monitor: { ...begin.monitor, startedAt: begin.monitor.startedAt + 5, pid: 4712 },
    devices: [deviceView('sw-01'), deviceView('nas')],
  });
  const server = serveUnix(path, createApi({ source: next, pluginRoutes: () => [], ready: () => true }));
  servers.push(await server);
  // The new daemon counts beyond the number that the client saw last.
  next.turn('nas', 'down');
  next.turn('nas', 'up');
  await vi.waitFor(() => expect(client.connection().state).toBe('live'), { timeout: 20_000 });
  await vi.waitFor(() => expect(client.snapshot()).toEqual(next.snapshot()));
  next.turn('nas', 'down');
  await vi.waitFor(() => expect(device(client, 'nas')!.reachability).toBe('down'));
});

test('a broken connection is resumed without a new picture', async () => {
  await serve();
  const proxyPath = join(dir, 'proxy.sock');
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((socket) => {
    const upstream = connect(path);
    sockets.add(socket).add(upstream);
    for (const each of [socket, upstream]) each.on('error', () => undefined);
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
    socket.on('data', (chunk) => requests.push(chunk.toString()));
    socket.pipe(upstream);
    upstream.pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(proxyPath, resolve));
  const client = await connectSource(proxyPath);
  clients.push(client);
  source.turn('sw-01', 'down');
  await vi.waitFor(() => expect(client.snapshot().seq).toBe(2));
  const deltas: Delta[] = [];
  client.subscribe((delta) => deltas.push(delta));
  for (const socket of sockets) socket.destroy();
  source.turn('sw-01', 'up');
  source.turn('core-gw', 'degraded');
  await vi.waitFor(() => expect(client.snapshot()).toEqual(source.snapshot()), { timeout: 20_000 });
  expect(requests.at(-1)).toMatch(/last-event-id: 2/i);
  // A new picture would bring all devices at once.
  expect(Math.max(...deltas.map((delta) => delta.devices?.length ?? 0))).toBe(1);
  await client.close();
  await new Promise((resolve) => (proxy as Server).close(resolve));
});

test('a gap in the numbers makes the client ask for a new picture', async () => {
  await serve();
  const client = await attach();
  const { seq } = source.snapshot();
  source.publish({
    events: [{ seq: seq + 5, at: new Date().toISOString(), type: 'notice', level: 'info', message: 'later' }],
  });
  source.patch('sw-01', { rttMs: 42 });
  await vi.waitFor(() => {
    expect(client.snapshot()).toEqual(source.snapshot());
    expect(device(client, 'sw-01')!.rttMs).toBe(42);
  });
  expect(client.connection().state).toBe('live');
});

test('a reader that stops reading does not hold up the daemon or the others', async () => {
  await serve();
  const client = await attach();
  const stuck = httpRequest({ socketPath: path, path: '/api/events', headers: { host: 'localhost' } });
  await new Promise<void>((resolve) => {
    stuck.once('response', (response) => {
      response.pause();
      resolve();
    });
    stuck.end();
  });
  stuck.on('error', () => undefined);
  const label = 'x'.repeat(100_000);
  for (let i = 1; i <= 60; i++) {
    source.patch('sw-01', { label, rttMs: i });
    await vi.waitFor(() => expect(device(client, 'sw-01')!.rttMs).toBe(i), { interval: 2 });
  }
  stuck.destroy();
});

test('a thousand devices arrive whole', async () => {
  source = fakeSource(
    snapshotWith({
      devices: Array.from({ length: 1_000 }, (_, i) => deviceView(`d${i}`, { label: `Gerät ${i} ●` })),
    }),
  );
  await serve();
  expect((await attach()).snapshot()).toEqual(source.snapshot());
});

test('a plugin is asked over the socket; where none answers, or it refuses, there is nothing', async () => {
  const handler: PluginRoute['handler'] = (request) => {
    const device = new URL(request.url).searchParams.get('device');
    return device === null ? new Response('{}', { status: 400 }) : Response.json({ device });
  };
  await serve(source, [{ plugin: 'history', method: 'GET', path: 'days', handler }]);
  const client = await attach();
  expect(await client.askPlugin!('history/days?device=ap%201')).toEqual({ device: 'ap 1' });
  expect(await client.askPlugin!('history/days')).toBeNull();
  expect(await client.askPlugin!('history/weeks?device=ap')).toBeNull();
});
