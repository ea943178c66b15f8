import { afterEach, expect, test } from 'vitest';
import { fakeSource, healView, snapshotWith } from '../../core/api/fake-source.ts';
import { ask, post } from './ask.ts';
import { type Running, startDashboard } from './harness.ts';

const TOKENS = {
  wall: 'wall-token-0001',
  ada: 'ada-token-00002',
  grace: 'grace-token-003',
} as const;
const tokens = [
  { name: 'wall', token: TOKENS.wall, role: 'view' },
  { name: 'ada', token: TOKENS.ada, role: 'operate' },
  { name: 'grace', token: TOKENS.grace, role: 'approve' },
];
const hash = 'a1b2c3d4e5f6';

const running: Running[] = [];
afterEach(async () => {
  for (const dashboard of running.splice(0)) await dashboard.close();
});

async function start(options: object = { tokens }) {
  const source = fakeSource(snapshotWith({ heals: [healView('heal-1', { phase: 'waiting-approval' })] }));
  const dashboard = await startDashboard(source, options);
  running.push(dashboard);
  return { ...dashboard, source };
}

const me = async (port: number, token: string | null) =>
  JSON.parse(
    (await ask(port, '/api/me', token === null ? {} : { headers: { authorization: `Bearer ${token}` } }))
      .body,
  );

test('whoever asks is told who it is and what it may do', async () => {
  const { port } = await start();
  expect(await me(port, null)).toEqual({ name: null, role: 'view', may: [] });
  expect(await me(port, TOKENS.wall)).toEqual({ name: 'wall', role: 'view', may: [] });
  const ada = await me(port, TOKENS.ada);
  expect(ada).toMatchObject({ name: 'ada', role: 'operate' });
  expect(ada.may).toEqual(expect.arrayContaining(['ack', 'downtime', 'heal', 'ping']));
  expect(ada.may).not.toContain('approve');
  expect((await me(port, TOKENS.grace)).may).toEqual(
    [...ada.may, 'approve', 'edit', 'force', 'reject'].sort(),
  );
});

test('the one token of the config may do everything', async () => {
  const { port } = await start({ token: TOKENS.grace });
  expect(await me(port, TOKENS.grace)).toMatchObject({ name: 'token', role: 'approve' });
});

test.each([
  ['wall', '/api/devices/sw-01/ping', {}, 403],
  ['wall', '/api/pause', {}, 403],
  ['wall', '/api/heals/heal-1/approve', { hash }, 403],
  ['ada', '/api/devices/sw-01/ping', {}, 200],
  ['ada', '/api/devices/sw-01/ack', { reason: 'on it' }, 200],
  ['ada', '/api/devices/sw-01/heal', {}, 200],
  ['ada', '/api/devices/sw-01/heal', { force: [] }, 200],
  ['ada', '/api/devices/sw-01/heal', { force: ['approval'] }, 403],
  ['ada', '/api/heals/heal-1/approve', { hash }, 403],
  ['ada', '/api/heals/heal-1/reject', {}, 403],
  ['ada', '/api/heals/heal-1/edit', { hash, steps: [['reboot']] }, 403],
  ['grace', '/api/heals/heal-1/approve', { hash }, 200],
  ['grace', '/api/devices/sw-01/heal', { force: ['approval'] }, 200],
] as const)('%s who asks for %s %j gets %i', async (who, path, body, status) => {
  const { port, source } = await start();
  const reply = await post(port, path, TOKENS[who], body);
  expect(reply.status).toBe(status);
  expect(source.acted).toHaveLength(status === 200 ? 1 : 0);
  if (status === 403) {
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(reply.body)).toMatchObject({
      code: 'NH_NOT_ALLOWED',
      detail: expect.stringMatching(/role/),
    });
  }
});

test('an action is done in the name of the token, whatever name the body claims', async () => {
  const { port, source } = await start();
  await post(port, '/api/devices/sw-01/ack', TOKENS.ada, { by: 'grace', reason: 'on it' });
  expect(source.acted).toEqual([{ type: 'ack', device: 'sw-01', by: 'ada', reason: 'on it' }]);
});

test('each action leaves a row with who, from where, what, and what came of it; a refused one too', async () => {
  const { port, notices } = await start();
  await post(port, '/api/devices/sw-01/ping', TOKENS.ada);
  await post(port, '/api/heals/heal-1/approve', TOKENS.ada, { hash });
  await post(port, '/api/pause', null);
  await post(port, '/api/pause', 'not-a-token-of-ours');
  await ask(port, '/api/status');
  expect(notices.slice(1)).toEqual([
    'ada (operate) from 127.0.0.1: POST /api/devices/sw-01/ping: done',
    'ada (operate) from 127.0.0.1: POST /api/heals/heal-1/approve: refused, 403',
    'somebody without a token from 127.0.0.1: POST /api/pause: refused, 401',
    'a wrong token from 127.0.0.1: POST /api/pause: refused, 401',
  ]);
});

test('a flood of refusals does not flood the events: it is counted', async () => {
  const { port, notices, advance } = await start();
  for (let i = 0; i < 50; i++) await post(port, '/api/pause', null);
  expect(notices).toHaveLength(1 + 20);
  advance(60_000);
  await post(port, '/api/pause', null);
  expect(notices.slice(-2)).toEqual([
    '30 more requests were refused',
    'somebody without a token from 127.0.0.1: POST /api/pause: refused, 401',
  ]);
});

test('an address that guesses tokens has to wait, even with the right one; others do not', async () => {
  const { port, advance } = await start();
  for (let i = 0; i < 10; i++) expect((await post(port, '/api/pause', `wrong-token-${i}`)).status).toBe(401);
  const late = await post(port, '/api/pause', TOKENS.ada);
  expect(late.status).toBe(429);
  expect(Number(late.headers['retry-after'])).toBe(60);
  // Reading needs no token here, so it goes on.
  expect((await ask(port, '/api/status')).status).toBe(200);
  expect((await post(port, '/api/pause', TOKENS.ada, {}, { localAddress: '127.0.0.9' })).status).toBe(200);
  advance(60_000);
  expect((await post(port, '/api/pause', TOKENS.ada)).status).toBe(200);
});

test('requests without a token are no guesses', async () => {
  const { port } = await start();
  for (let i = 0; i < 30; i++) expect((await post(port, '/api/pause', null)).status).toBe(401);
  expect((await post(port, '/api/pause', TOKENS.ada)).status).toBe(200);
});

test('behind a proxy guesses count by the address that the proxy saw', async () => {
  const { port } = await start({ tokens, behindProxy: true });
  const from = (address: string, token: string) =>
    post(port, '/api/pause', token, {}, { headers: { 'x-forwarded-for': `10.9.9.9, ${address}` } });
  for (let i = 0; i < 10; i++) expect((await from('203.0.113.5', `wrong-token-${i}`)).status).toBe(401);
  expect((await from('203.0.113.5', TOKENS.ada)).status).toBe(429);
  expect((await from('203.0.113.6', TOKENS.ada)).status).toBe(200);
});

test('a wrong token is said to be wrong also where reading is free', async () => {
  const { port } = await start();
  const headers = { authorization: 'Bearer not-a-token-of-ours' };
  expect((await ask(port, '/api/me', { headers })).status).toBe(401);
  expect((await ask(port, '/', { headers })).status).toBe(200);
});

test('where only some may look, any role is enough to look', async () => {
  const { port } = await start({ tokens, behindProxy: true });
  expect((await ask(port, '/api/status')).status).toBe(401);
  const headers = { authorization: `Bearer ${TOKENS.wall}` };
  expect((await ask(port, '/api/status', { headers })).status).toBe(200);
});

test.each([
  [[{ name: 'ada', token: 'ada-token-00002', role: 'admin' }], 'role'],
  [[{ name: 'ada', token: 'short', role: 'view' }], 'at least 8'],
  [[{ name: 'a b', token: 'ada-token-00002', role: 'view' }], 'letters'],
  [[tokens[1], { ...tokens[2], name: 'ada' }], 'same name'],
])('a list of tokens with a mistake is refused: %j', async (list, words) => {
  await expect(startDashboard(fakeSource(), { tokens: list })).rejects.toThrow(words);
});
