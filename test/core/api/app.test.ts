import { beforeEach, expect, test } from 'vitest';
import { createApi } from '../../../src/core/api/app.ts';
import type { PluginRoute } from '../../../src/core/api/plugin-routes.ts';
import {
  deviceView,
  type FakeSource,
  fakeSource,
  healPlan,
  healView,
  snapshotWith,
  T0,
} from './fake-source.ts';

let source: FakeSource;
let routes: PluginRoute[];
let ready: boolean;
let api: (request: Request) => Promise<Response>;

beforeEach(() => {
  source = fakeSource(
    snapshotWith({
      heals: [healView('heal-1', { phase: 'waiting-approval', outcome: null, finishedAt: null })],
    }),
  );
  routes = [];
  ready = true;
  api = createApi({ source, pluginRoutes: () => routes, ready: () => ready });
});

const get = (path: string, init: RequestInit = {}) => api(new Request(`http://localhost${path}`, init));
const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  api(
    new Request(`http://localhost${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );

test('status has exactly the shape that users of the seed script against', async () => {
  source.patch('sw-01', { reachability: 'down', rttMs: null, lastCheckAt: null, consecutiveFailures: 3 });
  const body = await (await get('/api/status')).json();
  expect(Object.keys(body)).toEqual(['timestamp', 'devices']);
  expect(new Date(body.timestamp).toISOString()).toBe(body.timestamp);
  expect(body.devices).toEqual([
    {
      id: 'core-gw',
      ip: '10.0.0.1',
      label: 'core-gw',
      status: 'online',
      last_check: new Date(T0 - 2_000).toISOString(),
      response_time_ms: 1.25,
      consecutive_failures: 0,
      healing_attempts: 0,
      state: {
        reachability: 'up',
        hardness: 'hard',
        healing: 'idle',
        flags: { flapping: false, downtime: null, acknowledged: null, paused: false },
      },
    },
    expect.objectContaining({
      id: 'sw-01',
      status: 'offline',
      last_check: null,
      response_time_ms: null,
      consecutive_failures: 3,
    }),
  ]);
});

test.each([
  ['unknown', 'unknown'],
  ['up', 'online'],
  ['degraded', 'online'],
  ['down', 'offline'],
  ['unreachable', 'offline'],
] as const)('a device that is %s is %s in the words of the seed', async (reachability, status) => {
  source.patch('core-gw', { reachability });
  const body = await (await get('/api/status')).json();
  expect(body.devices[0].status).toBe(status);
});

test('stats has exactly the shape that users of the seed script against', async () => {
  source.turn('sw-01', 'down');
  const body = await (await get('/api/stats')).json();
  expect(Object.keys(body)).toEqual(['timestamp', 'devices', 'recent']);
  expect(body.devices[0]).toEqual({
    id: 'core-gw',
    ip: '10.0.0.1',
    label: 'core-gw',
    uptime_percentage: 99.98,
    average_response_time_ms: 1.3,
    total_checks: 1_000,
    online_checks: 999,
    since: new Date(T0 - 86_400_000).toISOString(),
  });
  expect(body.recent).toEqual([
    {
      timestamp: new Date(T0).toISOString(),
      id: 'sw-01',
      ip: '10.0.0.2',
      label: 'sw-01',
      from: 'up',
      to: 'down',
      message: 'sw-01: up -> down',
    },
  ]);
});

test('recent activity is the last 20 status changes, the newest first, and nothing else', async () => {
  for (let i = 0; i < 15; i++) {
    source.turn('sw-01', 'down');
    source.event({ type: 'notice', message: 'something else' });
    source.turn('sw-01', 'up');
  }
  const { recent } = await (await get('/api/stats')).json();
  expect(recent).toHaveLength(20);
  expect(recent[0]).toMatchObject({ from: 'down', to: 'up' });
  expect(recent[19]).toMatchObject({ from: 'up', to: 'down' });
});

test('the snapshot is the whole picture', async () => {
  expect(await (await get('/api/snapshot')).json()).toEqual(JSON.parse(JSON.stringify(source.snapshot())));
});

test('devices, incidents, heals and samples can be asked for one by one', async () => {
  expect((await (await get('/api/devices')).json()).devices).toHaveLength(2);
  expect((await (await get('/api/devices/sw-01')).json()).id).toBe('sw-01');
  expect((await (await get('/api/devices/sw-01/samples')).json()).samples).toHaveLength(4);
  expect((await (await get('/api/incidents')).json()).incidents).toEqual([]);
  expect((await (await get('/api/heals')).json()).heals).toHaveLength(1);
  expect((await (await get('/api/heals/heal-1')).json()).plan.hash).toBe('a1b2c3d4e5f6');
});

test('a device whose id needs escaping is found', async () => {
  source.publish({ devices: [deviceView('büro 1/2')] });
  expect((await get(`/api/devices/${encodeURIComponent('büro 1/2')}`)).status).toBe(200);
});

test.each([
  ['/api/devices/sw-01/ping', {}, { type: 'ping', device: 'sw-01' }],
  ['/api/devices/sw-01/heal', { by: 'ada' }, { type: 'heal', device: 'sw-01', by: 'ada' }],
  [
    '/api/devices/sw-01/heal',
    { by: 'ada', force: ['flapping'] },
    { type: 'heal', device: 'sw-01', by: 'ada', force: ['flapping'] },
  ],
  ['/api/devices/sw-01/heal', { dryRun: true }, { type: 'dry-run', device: 'sw-01', by: 'api' }],
  [
    '/api/devices/sw-01/ack',
    { by: 'ada', reason: 'on it' },
    { type: 'ack', device: 'sw-01', by: 'ada', reason: 'on it' },
  ],
  ['/api/devices/sw-01/unack', { by: 'ada' }, { type: 'unack', device: 'sw-01', by: 'ada' }],
  [
    '/api/devices/sw-01/downtime',
    { by: 'ada', reason: 'firmware', durationMs: 60_000 },
    { type: 'downtime', device: 'sw-01', by: 'ada', reason: 'firmware', durationMs: 60_000 },
  ],
  ['/api/devices/sw-01/end-downtime', { by: 'ada' }, { type: 'end-downtime', device: 'sw-01', by: 'ada' }],
  [
    '/api/devices/sw-01/note',
    { by: 'ada', text: 'a new fan' },
    { type: 'note', device: 'sw-01', by: 'ada', text: 'a new fan' },
  ],
  [
    '/api/heals/heal-1/edit',
    { by: 'ada', hash: 'a1b2c3d4e5f6', steps: [['  show version '], []] },
    { type: 'edit', heal: 'heal-1', hash: 'a1b2c3d4e5f6', by: 'ada', steps: [['  show version '], []] },
  ],
  ['/api/reload', { by: 'ada' }, { type: 'reload', by: 'ada' }],
  ['/api/devices/sw-01/pause', { by: 'ada' }, { type: 'pause', device: 'sw-01', by: 'ada' }],
  ['/api/devices/sw-01/resume', { by: 'ada' }, { type: 'resume', device: 'sw-01', by: 'ada' }],
  [
    '/api/heals/heal-1/approve',
    { by: 'ada', hash: 'a1b2c3d4e5f6' },
    { type: 'approve', heal: 'heal-1', hash: 'a1b2c3d4e5f6', by: 'ada' },
  ],
  ['/api/heals/heal-1/reject', { by: 'ada' }, { type: 'reject', heal: 'heal-1', by: 'ada' }],
  ['/api/pause', { by: 'ada' }, { type: 'pause', by: 'ada' }],
  ['/api/resume', { by: 'ada' }, { type: 'resume', by: 'ada' }],
])('POST %s %j becomes an action', async (path, body, action) => {
  const response = await post(path, body);
  expect(response.status).toBe(200);
  expect(source.acted).toEqual([action]);
});

test('an action without a body is an action by "api"', async () => {
  expect((await post('/api/pause')).status).toBe(200);
  expect(source.acted).toEqual([{ type: 'pause', by: 'api' }]);
});

test('the name of the person is cleaned of control characters', async () => {
  await post('/api/pause', { by: '\u001b[31mada\u0007' });
  expect(source.acted).toEqual([{ type: 'pause', by: 'ada·' }]);
});

test('a dry run answers with the plan and the verdict of every gate', async () => {
  const gates = [{ gate: 'flapping', ok: true, reason: null }];
  source.answer = () => ({ ok: true, message: 'would run', plan: healPlan(), gates });
  expect(await (await post('/api/devices/sw-01/heal', { dryRun: true })).json()).toMatchObject({
    plan: { hash: 'a1b2c3d4e5f6' },
    gates,
  });
});

test('a heal that a gate refuses is a conflict, with the gate and the reason', async () => {
  source.answer = () => ({
    ok: false,
    code: 'NH_NOT_ALLOWED',
    message: 'flapping since 12:00',
    gate: 'flapping',
  });
  const response = await post('/api/devices/sw-01/heal', { by: 'ada' });
  expect(response.status).toBe(409);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({
    status: 409,
    gate: 'flapping',
    reason: 'flapping since 12:00',
    code: 'NH_NOT_ALLOWED',
  });
});

test('an approval of another plan is a conflict', async () => {
  source.answer = () => ({ ok: false, code: 'PLAN_CHANGED', message: 'The plan has changed.' });
  expect((await post('/api/heals/heal-1/approve', { hash: 'ffffffffffff' })).status).toBe(409);
});

test.each([
  ['GET', '/api/devices/none', 404],
  ['GET', '/api/devices/none/samples', 404],
  ['GET', '/api/heals/none', 404],
  ['POST', '/api/devices/none/heal', 404],
  ['POST', '/api/heals/none/reject', 404],
  ['GET', '/api/nothing', 404],
  ['GET', '/', 404],
  ['GET', '/api/plugins/none/x', 404],
  ['POST', '/api/status', 405],
  ['GET', '/api/devices/sw-01/heal', 405],
  ['DELETE', '/api/devices/sw-01', 405],
  ['OPTIONS', '/api/pause', 405],
])('%s %s is %i, as a problem', async (method, path, status) => {
  const response = await get(path, { method });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({
    status,
    title: expect.any(String),
    detail: expect.any(String),
  });
  if (status === 405) expect(response.headers.get('allow')).toMatch(/GET|POST/);
});

test('a body with an unknown key names the key', async () => {
  const response = await post('/api/devices/sw-01/heal', { by: 'ada', froce: ['x'] });
  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).toContain('froce');
  expect(source.acted).toEqual([]);
});

test('a body that is not JSON by its content type is refused before it is read as such', async () => {
  const response = await post('/api/pause', '{"by":"ada"}', { 'content-type': 'text/plain' });
  expect(response.status).toBe(415);
  expect(source.acted).toEqual([]);
});

test('a body above 64 KB is refused', async () => {
  expect((await post('/api/pause', { by: 'x'.repeat(70_000) })).status).toBe(413);
});

test('no input whatsoever makes a server error or an action', async () => {
  const bodies = [
    '',
    'null',
    '[]',
    '1',
    '"x"',
    '{',
    '{"by":1}',
    '{"by":""}',
    '{"by":null}',
    `{"by":"${'x'.repeat(65)}"}`,
    '{"__proto__":{"by":"x"}}',
    '{"constructor":1}',
    '{"force":"all"}',
    '{"durationMs":-1}',
    '{"durationMs":1e400}',
    '{"durationMs":"1h"}',
    '{"hash":5}',
    '{"hash":{"toString":1}}',
    '\u0000',
    '\ufeff{}',
    `${'['.repeat(5_000)}`,
    '{"reason":"\\ud800"}',
    '{"untilMs":1.5}',
  ];
  const ids = [
    'sw-01',
    'none',
    '..',
    '%00',
    '%E0%A4%A',
    '%2e%2e%2f',
    'a'.repeat(5_000),
    '__proto__',
    '%0d%0a',
  ];
  const paths = ids.flatMap((id) => [
    ...['ping', 'heal', 'ack', 'unack', 'downtime', 'pause', 'resume', 'samples', ''].map(
      (verb) => `/api/devices/${id}/${verb}`,
    ),
    ...['approve', 'reject', ''].map((verb) => `/api/heals/${id}/${verb}`),
    `/api/plugins/${id}/x`,
  ]);
  const statuses = new Set<number>();
  for (const path of [...paths, '/api/pause', '/api/resume', '/api/status', '/api//pause', '/%']) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const hasBody = method !== 'GET' && method !== 'HEAD';
      for (const body of hasBody ? bodies : [undefined]) {
        const response = await get(path, {
          method,
          headers: { 'content-type': 'application/json', 'last-event-id': 'x' },
          ...(body === undefined ? {} : { body }),
        });
        if (response.status >= 500) throw new Error(`${response.status} for ${method} ${path} ${body}`);
        statuses.add(response.status);
        await response.body?.cancel();
      }
    }
  }
  expect([...statuses].sort()).toEqual([200, 400, 404, 405]);
  // Only an empty body (and nothing else of the above) may act, and only where the body may be empty.
  const types = new Set(source.acted.map((action) => action.type));
  expect(types).not.toContain('downtime');
  expect(types).not.toContain('approve');
});

test('healthz says that the process answers, readyz that it monitors', async () => {
  ready = false;
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(503);
  ready = true;
  expect((await get('/readyz')).status).toBe(200);
});

test('the route of a plugin answers below the name of the plugin', async () => {
  routes.push({
    plugin: 'weather',
    method: 'GET',
    path: '/now',
    handler: (request) => new Response(`sunny at ${new URL(request.url).searchParams.get('city')}`),
  });
  expect(await (await get('/api/plugins/weather/now?city=Berlin')).text()).toBe('sunny at Berlin');
  expect((await post('/api/plugins/weather/now')).status).toBe(405);
});

test('the route of a plugin may stand at the root, and nowhere else then', async () => {
  routes.push({
    plugin: 'weather',
    method: 'GET',
    path: 'sky',
    at: 'root',
    handler: () => new Response('blue'),
  });
  expect(await (await get('/sky')).text()).toBe('blue');
  expect((await get('/api/plugins/weather/sky')).status).toBe(404);
  expect((await post('/sky')).status).toBe(405);
  expect((await (await get('/api/plugins')).json()).routes).toEqual([
    { plugin: 'weather', method: 'GET', path: '/sky' },
  ]);
});

test('the body that a plugin is posted is bounded, too', async () => {
  const handler = async (request: Request) => new Response(`got ${(await request.text()).length}`);
  routes.push({ plugin: 'inbox', method: 'POST', path: '/', handler });
  expect(await (await post('/api/plugins/inbox', 'hello')).text()).toBe('got 5');
  expect((await post('/api/plugins/inbox', 'x'.repeat(70_000))).status).toBe(413);
});

test('a plugin whose route throws is named in the problem', async () => {
  routes.push({
    plugin: 'weather',
    method: 'GET',
    path: 'now',
    handler: () => {
      throw new Error('no sky');
    },
  });
  const response = await get('/api/plugins/weather/now');
  expect(response.status).toBe(500);
  expect((await response.json()).detail).toBe('The plugin weather failed: no sky');
});
