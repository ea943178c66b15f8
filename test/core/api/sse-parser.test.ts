import { expect, test } from 'vitest';
import { createSseParser, type SseMessage } from '../../../src/core/api/sse-parser.ts';

function parseAll(chunks: readonly Buffer[]): SseMessage[] {
  const messages: SseMessage[] = [];
  const parse = createSseParser((message) => messages.push(message));
  for (const chunk of chunks) parse(chunk);
  return messages;
}

const TEXT = ': hello\n\nid: 1\nevent: delta\ndata: {"label":"Büro ● a: b"}\n\n\n\ndata:x\ndata: y\n\n';
const MESSAGES = [
  { id: '1', event: 'delta', data: '{"label":"Büro ● a: b"}' },
  { id: null, event: 'message', data: 'x\ny' },
];

test('messages are the same however the stream is cut into chunks', () => {
  const bytes = Buffer.from(TEXT);
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    expect(parseAll(chunks), `chunks of ${size}`).toEqual(MESSAGES);
  }
});

test('an unfinished message is not told', () => {
  expect(parseAll([Buffer.from('id: 1\ndata: x\n')])).toEqual([]);
});

test('the pieces of a large message are joined once', () => {
  const piece = Buffer.alloc(1_000, 'a');
  const chunks = [Buffer.from('data: '), ...Array.from({ length: 20_000 }, () => piece), Buffer.from('\n\n')];
  const begin = performance.now();
  expect(parseAll(chunks)[0]!.data).toHaveLength(20_000_000);
  // Joining per chunk would move 200 GB.
  expect(performance.now() - begin).toBeLessThan(5_000);
});
