/** The corpus of bad-requests.yaml against a running netheal, over real sockets: the expected status, no 5xx, no secret. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ACTION_ROUTES } from '../../../src/core/api/actions.ts';
import { READ_ROUTES } from '../../../src/core/api/read-routes.ts';
import { loadConfig } from '../../../src/core/config/load.ts';
import { type Monitor, startMonitor } from '../../../src/core/monitor.ts';

type Corpus = {
  bodies: { name: string; body: string; status: number }[];
  types: string[];
  origins: Record<string, string>[];
  hosts: string[];
  brokenHosts: string[];
  methods: string[];
  headers: Record<string, string>[];
  ids: string[];
  queries: { query: string; status: number }[];
  paths: { path: string; status: number }[];
  pluginQueries: { path: string; query: string; status: number }[];
  raw: { name: string; send: string; status: number | 'closed' }[];
};

const corpus = parse(await readFile(new URL('bad-requests.yaml', import.meta.url), 'utf8')) as Corpus;
const TOKEN = 'canary-token-of-the-dashboard';
/** Everything secret in the config has this in it. */
const CANARY = 'canary';
/** A body that no action takes. */
const HALF = '{"by":';
const LISTS = ['/api/status', '/api/stats', '/api/devices'];

/** What the plugins answer at; history and metrics are on. */
const PLUGIN_READS = ['series', 'days', 'incidents', 'heals', 'heal', 'events', 'report']
  .map((question) => `/api/plugins/history/${question}`)
  .concat('/metrics');
const READS = [...Object.keys(READ_ROUTES), ...PLUGIN_READS].map((path) => ['GET', path] as const);
const ACTIONS = ACTION_ROUTES.map(({ path }) => ['POST', path] as const);
const ROUTES = [...READS, ...ACTIONS];

let dir: string;
let monitor: Monitor;
let port: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'netheal-bad-requests-'));
  const file = join(dir, 'netheal.json');
  const config = {
    stateDir: join(dir, 'state'),
    monitoring: { interval: '1h', witnesses: [] },
    devices: [
      {
        id: 'sw-01',
        ip: '127.0.0.1',
        icmp: false,
        probes: [{ type: 'tcp', port: 1, timeout: '1s' }],
        ssh: { username: 'root', password: 'canary-password', enableSecret: 'canary-enable' },
        heal: ['reboot'],
      },
    ],
    plugins: {
      'csv-logger': { path: join(dir, 'uptime.csv') },
      dashboard: { port: 0, token: TOKEN },
      history: true,
      metrics: true,
    },
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  monitor = await startMonitor({ config: await loadConfig({ cwd: dir, env: {}, file }), healing: 'observe' });
  const said = monitor.source.snapshot().events.map(({ message }) => message);
  port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(said.join(' '))![1]);
});
afterAll(async () => {
  await monitor?.stop(0);
  await rm(dir, { recursive: true, force: true });
});

const expand = (text: string) =>
  text
    .replaceAll('<token>', TOKEN)
    .replace(/<([^<>]+)\*(\d+)>/g, (_, part: string, times: string) => part.repeat(Number(times)));

/** Everything that comes back for these bytes until the server hangs up. */
function send(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    // The server may hang up while we still send.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Sends a request made of parts; our own part of it is right. */
async function ask(
  method: string,
  path: string,
  {
    host = 'localhost',
    headers = {},
    body = '',
  }: { host?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<number> {
  const bytes = Buffer.from(expand(body), 'latin1');
  const all: Record<string, string> = {
    Host: expand(host),
    Connection: 'close',
    Authorization: `Bearer ${TOKEN}`,
    'Content-Type': 'application/json',
    'Content-Length': String(bytes.length),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, expand(value)])),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${expand(path)} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  return judged(await send(Buffer.concat([head, bytes])), `${method} ${path.slice(0, 100)}`);
}

/** The status of an answer that is fit to be seen. */
function judged(answer: string, what: string): number {
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? Number.NaN);
  if (answer.includes(CANARY)) throw new Error(`${what} leaks a secret:\n${answer}`);
  if (status >= 500) throw new Error(`${what} is a server error:\n${answer}`);
  if (/^\s+at .+:\d+:\d+/m.test(answer)) throw new Error(`${what} shows a stack:\n${answer}`);
  if ((answer.match(/^HTTP\/1\.[01] \d{3}/gm) ?? []).length > 1) throw new Error(`${what} has two answers`);
  if (/^(x-injected|injected|set-cookie):/im.test(answer)) throw new Error(`${what} injects a header`);
  return status;
}

/** Asks in small groups; what was not answered as expected, in words. */
async function surprises(
  cases: readonly Readonly<{ what: string; status: number; ask: () => Promise<number> }>[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (let at = 0; at < cases.length; at += 20) {
    const answers = cases.slice(at, at + 20).map(async ({ what, status, ask }) => {
      const got = await ask();
      if (got !== status) wrong.push(`${what}: ${got} instead of ${status}`);
    });
    await Promise.all(answers);
  }
  return wrong;
}

const fill = (path: string, id = 'sw-01') => path.replace(':id', id);
/** Of a heal there is none, so what is behind the id is never looked at. */
const isOfHeal = (path: string) => path.includes('/heals/:id');

describe('what nobody should send is answered as it should be', () => {
  test('bodies, for every action', async () => {
    const actions = ACTIONS.filter(([, path]) => !isOfHeal(path));
    const cases = actions.flatMap(([method, path]) =>
      corpus.bodies.map(({ name, body, status }) => ({
        what: `${path} with ${name}`,
        status,
        ask: () => ask(method, fill(path), { body }),
      })),
    );
    expect(cases.length).toBeGreaterThan(300);
    expect(await surprises(cases)).toEqual([]);
  });

  test('content types, for every action', async () => {
    const cases = ACTIONS.flatMap(([method, path]) =>
      corpus.types.map((type) => ({
        what: `${path} as ${type}`,
        status: 415,
        ask: () => ask(method, fill(path), { body: '{}', headers: { 'Content-Type': type } }),
      })),
    );
    expect(await surprises(cases)).toEqual([]);
  });

  test('other sites, for every action', async () => {
    const cases = ACTIONS.flatMap(([method, path]) =>
      corpus.origins.map((headers) => ({
        what: `${path} from ${JSON.stringify(headers)}`,
        status: 403,
        ask: () => ask(method, fill(path), { body: '{}', headers }),
      })),
    );
    expect(await surprises(cases)).toEqual([]);
  });

  test('names that are not ours, for every route', async () => {
    const cases = ROUTES.flatMap(([method, path]) =>
      [...corpus.hosts, ...corpus.brokenHosts].map((host) => ({
        what: `${path} of ${host}`,
        status: corpus.hosts.includes(host) ? 421 : 400,
        ask: () => ask(method, fill(path), { host }),
      })),
    );
    expect(await surprises(cases)).toEqual([]);
  });

  test('methods, for every route', async () => {
    const cases = ROUTES.flatMap(([, path]) =>
      corpus.methods.map((method) => ({
        what: `${method} ${path}`,
        status: 405,
        ask: () => ask(method, fill(path), { body: '{}' }),
      })),
    );
    expect(await surprises(cases)).toEqual([]);
  });

  test('ids, for every route that has one', async () => {
    const cases = ROUTES.filter(([, path]) => path.includes(':id')).flatMap(([method, path]) =>
      corpus.ids.map((id) => ({
        what: `${method} ${fill(path, id).slice(0, 100)}`,
        status: 404,
        ask: () => ask(method, fill(path, id), { body: '{}' }),
      })),
    );
    expect(await surprises(cases)).toEqual([]);
  });

  test('queries, for every list', async () => {
    const cases = LISTS.flatMap((path) =>
      corpus.queries.map(({ query, status }) => ({
        what: `${path}?${query}`,
        status,
        ask: () => ask('GET', `${path}?${query}`),
      })),
    );
    expect(await surprises(cases)).toEqual([]);
  });

  test('queries, for what plugins answer', async () => {
    const cases = corpus.pluginQueries.map(({ path, query, status }) => ({
      what: `${path}?${query}`,
      status,
      ask: () => ask('GET', `/api/plugins/${path}?${query}`),
    }));
    expect(await surprises(cases)).toEqual([]);
  });

  test('headers, for every route: the answer is that of a request without them', async () => {
    const routes = [...READS, ...ACTIONS].filter(([, path]) => path !== '/api/events');
    const wrong: string[] = [];
    for (const [method, path] of routes) {
      const plain = await ask(method, fill(path), { body: HALF });
      const cases = corpus.headers.map((headers) => ({
        what: `${method} ${path} with ${JSON.stringify(headers).slice(0, 100)}`,
        status: plain,
        ask: () => ask(method, fill(path), { body: HALF, headers }),
      }));
      wrong.push(...(await surprises(cases)));
    }
    expect(wrong).toEqual([]);
  });

  test('addresses that lead elsewhere', async () => {
    const cases = corpus.paths.map(({ path, status }) => ({
      what: path,
      status,
      ask: () => ask('GET', path),
    }));
    expect(await surprises(cases)).toEqual([]);
  });

  test.each(corpus.raw)('$name: $status', async ({ name, send: text, status }) => {
    // The connection is ended by us only where the server waits for more.
    const bytes = expand(text)
      .replace(/\n/g, '\r\n')
      .replace(/^(\S+ \S+ HTTP\/1\.1\r\n)/, '$1Connection: close\r\n');
    // That the body may come is said before anybody looks at the rest.
    const answer = (await send(Buffer.from(bytes, 'latin1'))).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
    if (status === 'closed') expect(answer).toBe('');
    else expect(judged(answer, name)).toBe(status);
  });

  test('none of it did anything, and netheal is still there', async () => {
    expect(await ask('GET', '/readyz')).toBe(200);
    const { monitor: view, heals, events } = monitor.source.snapshot();
    expect(view.paused).toBeNull();
    expect(heals).toEqual([]);
    expect(JSON.stringify(events)).not.toContain(CANARY);
    expect(events.length).toBeLessThan(200);
  });
});

describe.concurrent('who sends slowly', () => {
  const slowly = async (first: string) => {
    const began = performance.now();
    const answer = await send(Buffer.from(first));
    return { status: judged(answer, 'a slow request'), ms: performance.now() - began };
  };

  test('a header at a time is not waited for', async () => {
    expect((await slowly('GET / HTTP/1.1\r\nHost: localhost\r\nX: ')).status).toBe(408);
  }, 30_000);

  test('a body at a time is not waited for', async () => {
    const head = `POST /api/pause HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;
    const { status } = await slowly(`${head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`);
    expect([400, 408]).toContain(status);
  }, 30_000);
});
