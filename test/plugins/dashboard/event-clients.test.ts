/** The event stream over real sockets: many who read, and one who does not. */
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createSseParser, type SseMessage } from '../../../src/core/api/sse-parser.ts';
import { type FakeSource, fakeSource } from '../../core/api/fake-source.ts';
import { type Running, startDashboard } from './harness.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(): Promise<{ source: FakeSource; port: number }> {
  const source = fakeSource();
  const dashboard: Running = await startDashboard(source);
  ends.push(() => dashboard.close());
  return { source, port: dashboard.port };
}

type Client = { socket: Socket; messages: SseMessage[]; over: boolean };

/** A client of the stream; HTTP/1.0, so that the body is the bare stream. */
async function follow(port: number, lastEventId?: string): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  ends.push(() => socket.destroy());
  const client: Client = { socket, messages: [], over: false };
  const parse = createSseParser((message) => client.messages.push(message));
  let isBody = false;
  let head = '';
  socket.on('data', (chunk) => {
    if (isBody) return parse(chunk);
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    isBody = true;
    if (end + 4 < head.length) parse(Buffer.from(head.slice(end + 4), 'latin1'));
  });
  socket.once('close', () => {
    client.over = true;
  });
  socket.on('error', () => undefined);
  const resume = lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`;
  socket.write(`GET /api/events HTTP/1.0\r\nHost: localhost\r\n${resume}\r\n`);
  await eventually(() => client.messages.length).toBeGreaterThan(0);
  return client;
}

const eventually = (of: () => unknown) => expect.poll(of, { timeout: 20_000, interval: 5 });

test('two hundred clients are all told everything, in order', async () => {
  const { source, port } = await start();
  const clients = await Promise.all(Array.from({ length: 200 }, () => follow(port)));
  expect(source.listeners).toBe(1);
  for (let turn = 0; turn < 20; turn++) source.turn('sw-01', turn % 2 === 0 ? 'down' : 'up');
  await eventually(() => clients.filter(({ messages }) => messages.at(-1)?.id === '21').length).toBe(200);
  const expected = ['snapshot', ...Array<string>(20).fill('delta')];
  for (const { messages } of clients) {
    expect(messages.map(({ event }) => event)).toEqual(expected);
    expect(messages.map(({ id }) => id)).toEqual(expected.map((_, index) => String(index + 1)));
  }
});

test('a client that does not read is dropped, others notice nothing, and it goes on where it was', async () => {
  const { source, port } = await start();
  const quick = await follow(port);
  const slow = await follow(port);
  slow.socket.pause();
  const label = 'x'.repeat(100_000);
  // More than the kernel keeps for a reader and more than the stream does.
  for (let round = 0; round < 200; round++) {
    source.turn('sw-01', round % 2 === 0 ? 'down' : 'up', { label });
    await eventually(() => quick.messages.length).toBe(2 + round);
  }
  slow.socket.resume();
  await eventually(() => slow.over).toBe(true);
  expect(quick.over).toBe(false);
  const seen = slow.messages.at(-1)!.id!;
  expect(Number(seen)).toBeLessThan(201);

  const back = await follow(port, seen);
  await eventually(() => back.messages.at(-1)?.id).toBe('201');
  expect(back.messages.every(({ event }) => event === 'delta')).toBe(true);
  const ids = new Set([...slow.messages, ...back.messages].map(({ id }) => Number(id)));
  expect(ids.size).toBe(201);
});
