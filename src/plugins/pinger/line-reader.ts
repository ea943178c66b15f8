import type { Readable } from 'node:stream';

const LONGEST_LINE = 1_000;

/** Calls back for every line of a child's output; the rest of an overlong line is dropped. Returns bytes seen so far. */
export function readLines(stream: Readable | null | undefined, onLine: (line: string) => void): () => number {
  let seen = 0;
  let rest = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    seen += chunk.length;
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) onLine(line.slice(0, LONGEST_LINE));
  });
  // A pipe that breaks is the end of the output; the child's own end says the rest.
  stream?.on('error', () => undefined);
  return () => seen;
}
