import type { TranscriptLine } from '../model/types.ts';
import { Secret, type Transcript } from '../plugin.ts';
import { cleanLines } from '../text.ts';

const MAX_LINES = 2_000;
const MAX_LINE_LENGTH = 500;
/** Shorter secrets would mask half of every word. */
const MIN_MASKED = 3;

/** A bounded, masked, live transcript: `onLine` hears each line as it is written. */
export class LiveTranscript implements Transcript {
  readonly lines: TranscriptLine[] = [];
  readonly #secrets = new Set<string>();
  readonly #now: () => number;
  readonly #onLine: (line: TranscriptLine) => void;

  constructor(now: () => number, onLine: (line: TranscriptLine) => void) {
    this.#now = now;
    this.#onLine = onLine;
  }

  write(kind: TranscriptLine['kind'], text: string): void {
    for (const part of cleanLines(this.#masked(text), MAX_LINE_LENGTH)) {
      if (this.lines.length > MAX_LINES) return;
      const cut = this.lines.length === MAX_LINES;
      const line: TranscriptLine = cut
        ? { at: this.#now(), kind: 'info', text: `(the transcript ends here: ${MAX_LINES} lines)` }
        : { at: this.#now(), kind, text: part };
      this.lines.push(line);
      this.#onLine(line);
    }
  }

  mask(secret: Secret | string): void {
    const text = secret instanceof Secret ? secret.reveal() : secret;
    if (text.length >= MIN_MASKED) this.#secrets.add(text);
  }

  #masked(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, '<secret>');
    return masked;
  }
}
