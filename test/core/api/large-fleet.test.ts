/** What a hundred thousand devices cost those who look: counted in views, rows and bytes, never in time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApi } from '../../../src/core/api/app.ts';
import { connectSource } from '../../../src/core/api/client.ts';
import { lensSource } from '../../../src/core/api/lens.ts';
import { serveUnix } from '../../../src/core/api/server.ts';
import type { Source } from '../../../src/core/api/types.ts';
import { idOf, LARGE, type LargeSource, largeSource } from './large-source.ts';

const down = { reachability: 'down' } as const;
const MEGABYTE = 1_048_576;

let source: LargeSource;
let api: (request: Request) => Promise<Response>;
beforeEach(() => {
  source = largeSource();
  api = createApi({ source, pluginRoutes: () => [], ready: () => true });
});
const get = (path: string) => api(new Request(`http://localhost${path}`));

describe('a list of a hundred thousand', () => {
  test('is made for the page that was asked for alone', async () => {
    const text = await (await get('/api/devices?offset=70000&limit=50')).text();
    expect(JSON.parse(text)).toMatchObject({ matching: LARGE, total: LARGE, devices: { length: 50 } });
    expect(source.views).toBe(50);
    expect(text.length).toBeLessThan(100_000);
  });

  test.each(['/api/devices', '/api/status', '/api/stats', '/api/snapshot'])(
    '%s comes in small pieces, between which everybody else has a turn',
    async (path) => {
      let turns = 0;
      let isOver = false;
      const count = () => {
        turns++;
        if (!isOver) setImmediate(count);
      };
      setImmediate(count);
      const sizes: number[] = [];
      for await (const piece of (await get(path)).body!) sizes.push(piece.byteLength);
      isOver = true;
      expect(sizes.length).toBeGreaterThanOrEqual(LARGE / 500);
      expect(Math.max(...sizes)).toBeLessThan(MEGABYTE);
      expect(turns).toBeGreaterThanOrEqual(sizes.length);
      expect(source.views).toBe(LARGE);
    },
  );

  test('is no longer made when its reader has gone, nor faster than it is read', async () => {
    const reader = (await get('/api/devices')).body!.getReader();
    for (let pieces = 0; pieces < 3; pieces++) await reader.read();
    expect(source.views).toBe(1_000);
    await reader.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.views).toBe(1_000);
  });

  test.each([
    '/api/grid',
    '/api/grid/names',
    '/api/summary',
    '/api/devices?limit=0',
    '/api/incidents',
    '/api/heals',
  ])('%s makes no view at all', async (path) => {
    expect((await get(path)).status).toBe(200);
    expect(source.views).toBe(0);
  });
});

describe('the event stream of a hundred thousand, through the lens', () => {
  const open = async (words = '') => {
    const response = await get(`/api/events?lens=${encodeURIComponent(words)}`);
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let text = '';
    return {
      close: () => reader.cancel(),
      /** The next message, and how many bytes it took. */
      async next() {
        while (!text.includes('\n\n')) text += decoder.decode((await reader.read()).value, { stream: true });
        const [message = ''] = text.split('\n\n', 1);
        text = text.slice(message.length + 2);
        return { bytes: message.length, data: JSON.parse(message.slice(message.indexOf('\ndata: ') + 7)) };
      },
    };
  };

  test('starts with the thousand that need a look, in less than two megabytes', async () => {
    source.check(20_000, 25_000, down);
    const client = await open();
    const { bytes, data } = await client.next();
    expect(data.devices).toHaveLength(1_000);
    expect(data.fleet).toMatchObject({ total: LARGE, states: { down: 5_000, up: 95_000 } });
    expect(bytes).toBeLessThan(2 * MEGABYTE);
    await client.close();
  });

  test('says nothing of checks of devices that nobody looks at', async () => {
    const client = await open();
    await client.next();
    source.check(0, 333);
    const { bytes, data } = await client.next();
    expect(data).not.toHaveProperty('devices');
    expect(bytes).toBeLessThan(200);
    await client.close();
  });

  test('tells of those that were searched for with each of their checks', async () => {
    const client = await open('127.2.134.159');
    expect((await client.next()).data.devices).toMatchObject([{ id: idOf(99_999) }]);
    source.check(99_000, LARGE, { rttMs: 7 });
    expect((await client.next()).data.devices).toMatchObject([{ id: idOf(99_999), rttMs: 7 }]);
    await client.close();
  });

  test('is one for all who look for the same, and ends with the last of them', async () => {
    const clients = [await open('device-77'), await open('device-77')];
    expect(source.listeners).toBe(1);
    await clients[0]!.close();
    expect(source.listeners).toBe(1);
    await clients[1]!.close();
    expect(source.listeners).toBe(0);
  });
});

describe('a view of a hundred thousand', () => {
  let dir: string;
  const ends: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'netheal-large-'));
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await rm(dir, { recursive: true, force: true });
  });

  const here = async () => lensSource(source);
  const attached = async () => {
    const path = join(dir, 'netheal.sock');
    const server = await serveUnix(path, api);
    ends.push(() => server.close());
    const client = await connectSource(path, { lens: true });
    ends.push(() => client.close());
    return client;
  };
  const ids = (of: Source) => of.snapshot().devices.map(({ id }) => id);
  /** Over the socket a search opens another stream, which takes a while on a busy machine. */
  const eventually = (of: () => unknown) => expect.poll(of, { timeout: 10_000 });

  test.each([
    ['in this process', here],
    ['over the socket', attached],
  ])('%s knows what needs a look and finds the rest by searching', async (_, open) => {
    source.check(500, 503, down);
    const view = await open();
    const stop = view.subscribe(() => undefined);
    const problems = [idOf(500), idOf(501), idOf(502)];
    expect(ids(view)).toEqual(problems);
    expect(view.snapshot().fleet).toMatchObject({ total: LARGE, states: { down: 3 } });
    view.search!({ words: '127.2.134.159', device: null });
    await eventually(() => ids(view)).toEqual([...problems, idOf(99_999)]);
    expect(view.device(idOf(99_999))).toMatchObject({ label: 'Device 99999' });
    source.check(99_999, LARGE, { rttMs: 42 });
    await eventually(() => view.device(idOf(99_999))?.rttMs).toBe(42);
    view.search!({ words: '', device: null });
    await eventually(() => ids(view)).toEqual(problems);
    source.check(501, 502, { reachability: 'up' });
    await eventually(() => ids(view)).toEqual([idOf(500), idOf(502)]);
    stop();
  });
});
