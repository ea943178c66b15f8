import type { Readable } from 'node:stream';
import type { Transcript } from 'netheal/plugin';

const KEPT_BYTES = 64 * 1_024;
const LONGEST_LINE = 2_000;

/**
 * Writes what a command says into the transcript, line by line as it comes. Everything is read, so that the command
 * never blocks on a full pipe; 64 KB are kept.
 */
export class OutputLines {
  readonly #transcript: Transcript;
  #kept = 0;

  constructor(transcript: Transcript) {
    this.#transcript = transcript;
  }

  follow(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#write(line);
      if (rest.length > LONGEST_LINE) {
        this.#write(rest);
        rest = '';
      }
    });
    stream.on('close', () => {
      if (rest !== '') this.#write(rest);
    });
    // A pipe that breaks when its group is killed is no news.
    stream.on('error', () => undefined);
  }

  #write(line: string): void {
    if (this.#kept > KEPT_BYTES) return;
    this.#kept += line.length + 1;
    if (this.#kept > KEPT_BYTES) this.#transcript.write('info', 'more output is not kept');
    else this.#transcript.write('output', line);
  }
}
