import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createApi } from '../../../src/core/api/app.ts';
import { createSseParser, type SseMessage } from '../../../src/core/api/sse-parser.ts';
import { type FakeSource, fakeSource } from './fake-source.ts';

let source: FakeSource;
let api: (request: Request) => Promise<Response>;
const open: Reader[] = [];

beforeEach(() => {
  source = fakeSource();
  api = createApi({ source, pluginRoutes: () => [], ready: () => true });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const reader of open.splice(0)) await reader.cancel();
});

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Client = { next(): Promise<SseMessage>; reader: Reader };

async function connect(lastEventId?: string): Promise<Client> {
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const response = await api(new Request('http://localhost/api/events', { headers }));
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const reader = response.body!.getReader();
  open.push(reader);
  const messages: SseMessage[] = [];
  const parse = createSseParser((message) => messages.push(message));
  return {
    reader,
    async next() {
      while (messages.length === 0) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream has ended');
        parse(Buffer.from(value));
      }
      return messages.shift()!;
    },
  };
}

test('a new client gets the picture first, then what changes', async () => {
  const client = await connect();
  const first = await client.next();
  expect(first).toMatchObject({ event: 'snapshot', id: '1' });
  expect(JSON.parse(first.data).devices).toHaveLength(2);
  source.turn('sw-01', 'down');
  const second = await client.next();
  expect(second).toMatchObject({ event: 'delta', id: '2' });
  expect(JSON.parse(second.data)).toMatchObject({
    seq: 2,
    devices: [{ id: 'sw-01', reachability: 'down' }],
    events: [{ seq: 2, type: 'status-change' }],
  });
});

test('all clients are sent the same buffer', async () => {
  const [a, b] = [await connect(), await connect()];
  await a.next();
  await b.next();
  source.turn('sw-01', 'down');
  const [one, two] = [await a.reader.read(), await b.reader.read()];
  expect(one.value).toBe(two.value);
});

test('a client that comes back gets what it missed, also changes that had no event', async () => {
  const client = await connect();
  await client.next();
  source.turn('sw-01', 'down');
  source.patch('core-gw', { rttMs: 7 });
  source.turn('sw-01', 'up');

  const back = await connect('2');
  const hello = JSON.parse((await back.next()).data);
  expect(hello.monitor.startedAt).toBe(source.snapshot().monitor.startedAt);
  const missed = [await back.next(), await back.next(), await back.next()];
  expect(missed.map((message) => [message.event, message.id])).toEqual([
    ['delta', '2'],
    ['delta', '2'],
    ['delta', '3'],
  ]);
  expect(JSON.parse(missed[1]!.data).devices[0]).toMatchObject({ id: 'core-gw', rttMs: 7 });
});

test.each(['0', '99', '-1', 'x', '1e9', ''])(
  'a client that comes back with the id "%s" gets a reset',
  async (id) => {
    source.turn('sw-01', 'down');
    await (await connect()).next();
    source.turn('sw-01', 'up');
    const message = await (await connect(id)).next();
    expect(message).toMatchObject({ event: 'reset', id: '3' });
    expect(JSON.parse(message.data).devices).toHaveLength(2);
  },
);

test('a client that was away for too long gets a reset', async () => {
  await (await connect()).next();
  source.turn('sw-01', 'down');
  for (let i = 0; i < 3_000; i++) source.turn('sw-01', i % 2 === 0 ? 'up' : 'down');
  expect((await (await connect('2')).next()).event).toBe('reset');
});

test('a client that does not read is dropped, and the others are not', async () => {
  const slow = await connect();
  const quick = await connect();
  await quick.next();
  const label = 'x'.repeat(50_000);
  for (let i = 0; i < 40; i++) {
    source.patch('sw-01', { label, rttMs: i });
    await quick.next();
  }
  await expect(
    (async () => {
      for (;;) await slow.next();
    })(),
  ).rejects.toThrow('the stream has ended');
  source.patch('sw-01', { label: 'fine' });
  expect(JSON.parse((await quick.next()).data).devices[0].label).toBe('fine');
});

test('a silent stream has a heartbeat every 15 seconds', async () => {
  vi.useFakeTimers();
  const client = await connect();
  await client.next();
  const beat = client.reader.read();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(Buffer.from((await beat).value!).toString()).toMatch(/^:.*\n\n$/);
});

test('clients are told when the source has lost what it mirrors, also those who come later', async () => {
  const client = await connect();
  await client.next();
  source.connect('stale');
  expect((await client.next()).event).toBe('delta');
  const stale = await client.next();
  expect(stale).toMatchObject({ event: 'stale', id: null });
  expect(JSON.parse(stale.data)).toEqual({ since: source.connection().since });
  const late = await connect();
  expect([(await late.next()).event, (await late.next()).event]).toEqual(['snapshot', 'stale']);
  source.connect('live');
  source.turn('sw-01', 'down');
  expect([(await client.next()).event, (await client.next()).event]).toEqual(['delta', 'delta']);
});

test('HEAD does not become a client that nobody reads', async () => {
  const response = await api(new Request('http://localhost/api/events', { method: 'HEAD' }));
  expect(response.status).toBe(200);
  expect(source.listeners).toBe(0);
});

test('nobody listens to the source for long after the last client has left', async () => {
  const client = await connect();
  expect(source.listeners).toBe(1);
  await client.reader.cancel();
  for (let i = 0; i < 6_000 && source.listeners > 0; i++) source.patch('sw-01', { rttMs: i });
  expect(source.listeners).toBe(0);
  expect((await (await connect('1')).next()).event).toBe('reset');
});
