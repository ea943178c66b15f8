import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { createApi } from '../../../src/core/api/app.ts';
import { encodingFor } from '../../../src/core/api/encoding.ts';
import { createSharedAnswers } from '../../../src/core/api/shared-answers.ts';
import type { Source } from '../../../src/core/api/types.ts';
import { deviceView, type FakeSource, fakeSource, snapshotWith } from './fake-source.ts';
import { LARGE, largeSource } from './large-source.ts';

const DECODE = { zstd: zstdDecompressSync, br: brotliDecompressSync, gzip: gunzipSync } as const;
const LISTS = ['/api/status', '/api/stats', '/api/snapshot', '/api/devices'];

let fake: FakeSource;
let source: Source;
let api: (request: Request) => Promise<Response>;

/** Counts its changes as the engine's own source does. */
function counting(of: FakeSource): Source {
  let revision = 0;
  of.subscribe(() => revision++);
  return Object.assign(of, { revision: () => revision });
}

beforeEach(() => {
  const devices = Array.from({ length: 50 }, (_, index) => deviceView(`sw-${index}`));
  fake = fakeSource(snapshotWith({ devices }));
  source = counting(fake);
  api = createApi({ source, pluginRoutes: () => [], ready: () => true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  api(new Request(`http://localhost${path}`, { method, headers }));

describe('an ETag', () => {
  test.each([...LISTS, '/api/status?state=up'])('of %s saves sending what has not changed', async (path) => {
    const first = await get(path);
    const tag = first.headers.get('etag')!;
    expect(tag).toMatch(/^W\/".+"$/);
    const again = await get(path, { 'if-none-match': `"other", ${tag}` });
    expect(again.status).toBe(304);
    expect(again.headers.get('etag')).toBe(tag);
    expect(await again.text()).toBe('');
    fake.patch('sw-1', { rttMs: 7 });
    const changed = await get(path, { 'if-none-match': 'W/"nothing"' });
    expect(changed.status).toBe(200);
  });

  test('is another one once something changed, also where that is no event', async () => {
    const { tag, next } = sharedAt();
    const before = await tag();
    fake.patch('sw-1', { rttMs: 7 });
    expect(await next(100)).not.toBe(before);
  });

  test('names the process: the next one counts anew', async () => {
    const before = (await get('/api/status')).headers.get('etag');
    fake.publish({ monitor: { ...fake.snapshot().monitor, startedAt: 5 } });
    const other = createApi({ source, pluginRoutes: () => [], ready: () => true });
    const after = (await other(new Request('http://localhost/api/status'))).headers.get('etag');
    expect(after).not.toBe(before);
  });

  test('is left out where the source does not count its changes', async () => {
    const plain = createApi({ source: fakeSource(), pluginRoutes: () => [], ready: () => true });
    const response = await plain(new Request('http://localhost/api/status'));
    expect(response.headers.get('etag')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

function sharedAt() {
  let now = 0;
  const shared = createSharedAnswers(source, () => now);
  let made = 0;
  const whole = async () =>
    shared.whole(new Request('http://localhost/'), 'list', () => {
      made++;
      return [new TextEncoder().encode(`{"made":${made}}`)].values() as Iterator<Uint8Array, void>;
    });
  const tag = async () => (await whole()).headers.get('etag');
  return {
    shared,
    tag,
    read: async () => (await whole()).json(),
    next: async (ms: number) => {
      now += ms;
      return tag();
    },
    wait: (ms: number) => {
      now += ms;
    },
  };
}

describe('a list that many ask for', () => {
  test('is made once for all who ask at the same time, and again only after a change', async () => {
    const { read, wait } = sharedAt();
    expect(await Promise.all([read(), read(), read()])).toEqual(Array(3).fill({ made: 1 }));
    wait(10_000);
    expect(await read()).toEqual({ made: 1 });
    fake.patch('sw-1', { rttMs: 7 });
    expect(await read()).toEqual({ made: 2 });
  });

  test('is made at most ten times a second, however much changes', async () => {
    const { read, wait } = sharedAt();
    await read();
    fake.patch('sw-1', { rttMs: 7 });
    wait(99);
    expect(await read()).toEqual({ made: 1 });
    wait(1);
    expect(await read()).toEqual({ made: 2 });
  });

  test('that takes long to make is shared for longer', async () => {
    let now = 0;
    let made = 0;
    const shared = createSharedAnswers(source, () => now);
    const pieces = () => {
      made++;
      now += 200;
      return [new TextEncoder().encode('{}')].values() as Iterator<Uint8Array, void>;
    };
    const ask = async () => (await shared.whole(new Request('http://localhost/'), 'list', pieces)).text();
    await ask();
    now += 799;
    fake.patch('sw-1', { rttMs: 7 });
    await ask();
    expect(made).toBe(1);
    now += 1;
    await ask();
    expect(made).toBe(2);
  });

  test('shows what was just done to whoever did it', async () => {
    expect((await (await get('/api/status')).json()).devices[0].consecutive_failures).toBe(0);
    fake.answer = () => {
      fake.patch('sw-0', { consecutiveFailures: 3 });
      return { ok: true, message: 'done' };
    };
    const headers = { 'content-type': 'application/json' };
    await api(new Request('http://localhost/api/devices/sw-0/ping', { method: 'POST', headers, body: '{}' }));
    expect((await (await get('/api/status')).json()).devices[0].consecutive_failures).toBe(3);
  });

  test('is made again after a making that failed', async () => {
    const shared = createSharedAnswers(source);
    const failing = () => {
      throw new Error('no');
    };
    const request = new Request('http://localhost/');
    const pieces = { next: failing } as Iterator<Uint8Array, void>;
    await expect(shared.whole(request, 'list', () => pieces)).rejects.toThrow('no');
    const good = () => [new TextEncoder().encode('{}')].values() as Iterator<Uint8Array, void>;
    expect(await (await shared.whole(request, 'list', good)).text()).toBe('{}');
  });
});

describe('compression', () => {
  test.each(['zstd', 'br', 'gzip'] as const)(
    'in %s gives the same list in a fraction of the bytes',
    async (name) => {
      for (const path of [...LISTS, '/api/devices?q=sw']) {
        const raw = await (await get(path)).text();
        const response = await get(path, { 'accept-encoding': name });
        expect(response.headers.get('content-encoding'), path).toBe(name);
        expect(response.headers.get('vary')).toBe('accept-encoding');
        const bytes = Buffer.from(await response.arrayBuffer());
        expect(bytes.byteLength, path).toBeLessThan(raw.length / 4);
        const withoutTime = (text: string) => text.replace(/"timestamp":"[^"]+"/, '');
        expect(withoutTime(DECODE[name](bytes).toString())).toBe(withoutTime(raw));
      }
    },
  );

  test.each([
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=0.5, br;q=0', 'gzip'],
    ['*', 'zstd'],
    ['*;q=0.1, zstd;q=0', 'br'],
    ['GZIP', 'gzip'],
    ['deflate', null],
    ['identity', null],
    ['', null],
    [null, null],
    [';;;,,q=,=', null],
    ['gzip;q=x', null],
  ])('accepted as %j is %j', (accepted, encoding) => {
    expect(encodingFor(accepted)).toBe(encoding);
  });

  test('is not for small bodies', async () => {
    const response = await get('/api/me', { 'accept-encoding': 'gzip' });
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.json()).toMatchObject({ role: 'approve' });
  });

  test('is for single large bodies, too', async () => {
    const response = await get('/api/openapi.json', { 'accept-encoding': 'br' });
    expect(response.headers.get('content-encoding')).toBe('br');
    const text = brotliDecompressSync(Buffer.from(await response.arrayBuffer())).toString();
    expect(JSON.parse(text).openapi).toBe('3.1.0');
  });

  test('of a list of a hundred thousand goes on no faster than it is read, and ends with its reader', async () => {
    const large = largeSource();
    const serve = createApi({ source: large, pluginRoutes: () => [], ready: () => true });
    const headers = { 'accept-encoding': 'zstd' };
    const response = await serve(new Request('http://localhost/api/devices', { headers }));
    const reader = response.body!.getReader();
    await reader.read();
    await expect.poll(() => large.views).toBeGreaterThan(0);
    await reader.cancel();
    const made = large.views;
    expect(made).toBeLessThan(LARGE / 4);
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(large.views).toBeLessThanOrEqual(made + 1_000);
  });
});

test.each([...LISTS, '/api/status?limit=1', '/api/me', '/api/openapi.json', '/healthz'])(
  'HEAD of %s has the headers and no body',
  async (path) => {
    const [head, whole] = [await get(path, {}, 'HEAD'), await get(path)];
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    expect(head.headers.get('content-type')).toBe(whole.headers.get('content-type'));
    expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
  },
);
