import type { Readable } from 'node:stream';

const LONGEST_LINE = 1_000;

/**
 * Calls back for every line of a child's output; the rest of an overlong line is dropped. Beyond so many characters,
 * with or without an end of line, it tells the flood and reads no further.
 */
export function readLines(
  stream: Readable | null | undefined,
  mostCharacters: number,
  onLine: (line: string) => void,
  onFlood: () => void,
): void {
  let seen = 0;
  let rest = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    seen += chunk.length;
    if (seen > mostCharacters) {
      stream.destroy();
      onFlood();
      return;
    }
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) onLine(line.slice(0, LONGEST_LINE));
  });
  // A pipe that breaks is the end of the output; the child's own end says the rest.
  stream?.on('error', () => undefined);
}
