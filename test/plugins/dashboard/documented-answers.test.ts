/** Every status that the OpenAPI document promises, from a real server, and with the body that is promised with it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../src/core/api/openapi.ts';
import { checkerOf, type Document, type Operation, operationsOf } from '../../core/api/api-client.ts';
import {
  deviceView,
  type FakeSource,
  fakeSource,
  healView,
  snapshotWith,
} from '../../core/api/fake-source.ts';
import { ask, type Reply } from './ask.ts';
import { type Running, startDashboard } from './harness.ts';

const TOKENS = { look: 'look-token-0001', all: 'all-token-00002' };
const OPTIONS = {
  tokens: [
    { name: 'wall', token: TOKENS.look, role: 'view' },
    { name: 'ada', token: TOKENS.all, role: 'approve' },
  ],
};
/** Whoever asks from there has guessed too often. */
const GUESSER = '127.0.0.77';
const OTHER_SITE = { origin: 'https://evil.example' };

const document = openApiDocument('1') as unknown as Document;
const check = checkerOf(document);
const OPERATIONS = operationsOf(document);

let source: FakeSource;
let running: Running;
let isReady = true;
beforeAll(async () => {
  source = fakeSource(
    snapshotWith({
      devices: [deviceView('sw-01')],
      heals: [healView('heal-1', { phase: 'waiting-approval' })],
    }),
  );
  running = await startDashboard(
    Object.assign(source, { revision: () => 7 }),
    OPTIONS,
    undefined,
    () => isReady,
  );
  for (let i = 0; i < 10; i++) {
    await call('get', '/api/status', { token: `wrong-token-${i}`, localAddress: GUESSER });
  }
});
afterAll(() => running.close());

type Given = Readonly<{
  id?: string;
  token?: string | null;
  headers?: Record<string, string>;
  query?: string;
  body?: string;
  localAddress?: string;
}>;

function call(method: string, path: string, given: Given = {}): Promise<Reply> {
  const { id, token = TOKENS.all, headers = {}, query = '', body, localAddress } = given;
  const isHeal = path.includes('/heals/');
  return ask(running.port, path.replace('{id}', id ?? (isHeal ? 'heal-1' : 'sw-01')) + query, {
    method: method.toUpperCase(),
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(method === 'post' && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(method === 'post' && { body: body ?? '{}' }),
    ...(localAddress !== undefined && { localAddress }),
  });
}

/** A body that each action takes. */
const BODIES: Readonly<Record<string, object>> = {
  downtime: { durationMs: 60_000 },
  note: { text: 'a new fan' },
  approve: { hash: 'a1b2c3d4e5f6' },
  edit: { hash: 'a1b2c3d4e5f6', steps: [['show version']] },
};
const goodBody = (path: string) => JSON.stringify(BODIES[path.split('/').at(-1)!] ?? {});

/** An action of which the fleet says this. */
async function acting(method: string, path: string, code: string): Promise<Reply> {
  source.answer = () => ({
    ok: false,
    code,
    message: 'no',
    ...(code === 'NH_NOT_ALLOWED' && { gate: 'flapping' }),
  });
  try {
    return await call(method, path, { body: goodBody(path) });
  } finally {
    source.answer = () => ({ ok: true, message: 'done' });
  }
}

/** Another one each time, so that none of them has guessed too often. */
let strangers = 0;
const strangersAddress = () => `127.0.1.${++strangers}`;

/** How to come by each status. */
const WAYS: Readonly<Record<string, (method: string, path: string) => Promise<Reply>>> = {
  304: async (method, path) => {
    const { headers } = await call(method, path);
    return call(method, path, { headers: { 'if-none-match': headers.etag! } });
  },
  400: (method, path) =>
    method === 'post' ? call(method, path, { body: '[]' }) : call(method, path, { query: '?limit=x' }),
  401: (method, path) => call(method, path, { token: 'nobody-has-this', localAddress: strangersAddress() }),
  403: (method, path) => call(method, path, { headers: OTHER_SITE }),
  404: (method, path) => call(method, path, { id: 'none' }),
  409: (method, path) => acting(method, path, 'NH_NOT_ALLOWED'),
  413: (method, path) => call(method, path, { body: ' '.repeat(100_000) }),
  415: (method, path) => call(method, path, { headers: { 'content-type': 'text/plain' } }),
  421: (method, path) => call(method, path, { headers: { host: 'evil.example' } }),
  429: (method, path) => call(method, path, { localAddress: GUESSER }),
  503: async (method, path) => {
    if (method === 'post') return acting(method, path, 'NH_NO_DAEMON');
    isReady = false;
    return call(method, path).finally(() => {
      isReady = true;
    });
  },
};

const CASES = OPERATIONS.flatMap(({ path, method, operation }) =>
  Object.keys(operation.responses)
    // A stream has no end, and is asked for in its own tests.
    .filter((status) => status !== '200' || path !== '/api/events')
    .map((status) => [method, path, status, operation] as const),
);

test('there is something to look at', () => {
  expect(CASES.length).toBeGreaterThan(200);
});

describe('is answered as documented', () => {
  test.each(CASES)('%s %s with %s', async (method, path, status, operation: Operation) => {
    const way = WAYS[status] ?? (() => call(method, path, { body: goodBody(path) }));
    const reply = await way(method, path);
    expect(reply.status, reply.body).toBe(Number(status));
    const [foreseen] = Object.entries(operation.responses[status]!.content ?? {});
    if (!foreseen) return expect(reply.body).toBe('');
    const [type, { schema }] = foreseen;
    expect(reply.headers['content-type']).toContain(type);
    check(schema, JSON.parse(reply.body), `${method} ${path}`);
  });
});

test('a role that is too small is refused by every action, whatever is sent', async () => {
  const actions = OPERATIONS.filter(({ method }) => method === 'post');
  for (const { method, path } of actions) {
    const { status, body } = await call(method, path, { token: TOKENS.look, body: goodBody(path) });
    expect([path, status]).toEqual([path, 403]);
    expect(JSON.parse(body).status).toBe(403);
  }
  expect(actions.length).toBeGreaterThan(10);
});
