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
  /** Where the step runs, if not on the device that is healed: its label. */
  place: string | null = null;
  readonly #secrets = new Set<string>();
  readonly #now: () => number;
  readonly #onLine: (line: TranscriptLine) => void;

  constructor(now: () => number, onLine: (line: TranscriptLine) => void) {
    this.#now = now;
    this.#onLine = onLine;
  }

  write(kind: TranscriptLine['kind'], text: string): void {
    // Masked before lines are cut, and again when nothing hidden stands between the letters of a secret any more.
    for (const line of cleanLines(this.masked(text), MAX_LINE_LENGTH)) {
      const part = this.masked(line);
      if (this.lines.length > MAX_LINES) return;
      const cut = this.lines.length === MAX_LINES;
      const written: TranscriptLine = cut
        ? { at: this.#now(), kind: 'info', text: `(the transcript ends here: ${MAX_LINES} lines)` }
        : { at: this.#now(), kind, text: part };
      this.lines.push(written);
      this.#onLine(written);
    }
  }

  mask(secret: Secret | string): void {
    const text = secret instanceof Secret ? secret.reveal() : secret;
    if (text.length >= MIN_MASKED) this.#secrets.add(text);
  }

  /** The text without the secrets of this transcript; for what is said of a step elsewhere. */
  masked(text: string): string {
    let masked = text;
    // The longest first: a secret that begins with another would leave its end behind.
    const secrets = [...this.#secrets].sort((a, b) => b.length - a.length);
    for (const secret of secrets) masked = masked.replaceAll(secret, '<secret>');
    return masked;
  }
}
