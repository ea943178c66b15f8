import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readLines } from '../../../src/plugins/pinger/line-reader.ts';

function read(...chunks: string[]) {
  const stream = new PassThrough();
  const lines: string[] = [];
  let floods = 0;
  readLines(
    stream,
    5_000,
    (line) => lines.push(line),
    () => {
      floods++;
    },
  );
  for (const chunk of chunks) stream.emit('data', chunk);
  return { lines, floods, stream };
}

test('lines are put together from pieces', () => {
  expect(read('a', 'b\nc\n', '\nd').lines).toEqual(['ab', 'c', '']);
});

test('the rest of an overlong line is dropped', () => {
  const { lines } = read(`${'x'.repeat(2_000)}\nshort\n`);
  expect(lines.map(({ length }) => length)).toEqual([1_000, 5]);
});

test('a flood is told once and read no further, with and without ends of line', () => {
  for (const piece of ['x'.repeat(900), 'xxxxxxxx\n'.repeat(100)]) {
    const { floods, stream } = read(...Array.from({ length: 6 }, () => piece));
    expect(floods).toBe(1);
    expect(stream.destroyed).toBe(true);
  }
});
