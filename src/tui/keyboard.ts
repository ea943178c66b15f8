import { keyNames } from './key-names.ts';

/** A lone Esc is the key when nothing has followed for so long: over SSH a sequence may come in two pieces. */
const ESCAPE_MS = 50;
const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
/** Nobody pastes more into a line of text. */
const LONGEST_PASTE = 10_000;

// A key, a report of the mouse or an answer of the terminal.
const CSI_OR_SS3 = /^\x1b(?:\[[[<]?[0-?]*[ -/]*[@-~]|O[\d;]*[@-~])/;
// What a terminal says about itself (OSC, DCS): never keys.
const ANSWER = /^\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)/;
const BEGUN = /^\x1b(?:\[[[<]?[0-?]*[ -/]*|O[\d;]*|[\]P_^X][^\x07\x1b]*\x1b?)?$/;

/** What a terminal says of the mouse in SGR mode; places begin at 0. */
export type MouseReport = Readonly<{ button: number; column: number; row: number; isRelease: boolean }>;
const MOUSE = /^\x1b\[<(\d+);(\d+);(\d+)([Mm])$/;

type Listener = Readonly<{
  onKey: (name: string) => void;
  onPaste: (text: string) => void;
  onMouse: (report: MouseReport) => void;
}>;

/** Makes keys of what a terminal sends, in whatever pieces that comes. */
export class Keyboard {
  readonly #listener: Listener;
  #rest = '';
  /** What has been pasted so far; null outside a paste. */
  #pasted: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  readonly take = (chunk: string): void => {
    clearTimeout(this.#timer);
    this.#rest += chunk;
    while (this.#rest !== '' && (this.#pasted === null ? this.#takeKeys() : this.#takePasted()));
    if (this.#rest !== '' && this.#pasted === null) this.#timer = setTimeout(() => this.#giveUp(), ESCAPE_MS);
  };

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** False where the rest is the beginning of something. */
  #takeKeys(): boolean {
    const rest = this.#rest;
    const start = rest.indexOf('\x1b');
    if (start !== 0) {
      const text = start === -1 ? rest : rest.slice(0, start);
      this.#rest = rest.slice(text.length);
      this.#tell(text);
      return true;
    }
    if (rest.startsWith(PASTE_START)) {
      this.#rest = rest.slice(PASTE_START.length);
      this.#pasted = '';
      return true;
    }
    const sequence = CSI_OR_SS3.exec(rest)?.[0];
    if (sequence !== undefined) {
      this.#rest = rest.slice(sequence.length);
      const [, button, column, row, end] = MOUSE.exec(sequence) ?? [];
      if (end === undefined) this.#tell(sequence);
      else
        this.#listener.onMouse({
          button: Number(button),
          column: Number(column) - 1,
          row: Number(row) - 1,
          isRelease: end === 'm',
        });
      return true;
    }
    const answer = ANSWER.exec(rest)?.[0];
    if (answer !== undefined) {
      this.#rest = rest.slice(answer.length);
      return true;
    }
    if (BEGUN.test(rest)) return false;
    // Nothing is bound to Alt: this is Esc and then a key, which over a slow line come in one piece. An Esc that got
    // lost would leave a question open for the next key to answer.
    this.#rest = rest.slice(1);
    this.#tell('\x1b');
    return true;
  }

  /** False where the end of the paste is yet to come. */
  #takePasted(): boolean {
    const end = this.#rest.indexOf(PASTE_END);
    // The end mark itself may come in pieces.
    const text = end === -1 ? this.#rest.slice(0, 1 - PASTE_END.length) : this.#rest.slice(0, end);
    this.#pasted = (this.#pasted + text).slice(0, LONGEST_PASTE);
    this.#rest = this.#rest.slice(end === -1 ? text.length : end + PASTE_END.length);
    if (end === -1) return false;
    this.#listener.onPaste(this.#pasted);
    this.#pasted = null;
    return true;
  }

  #giveUp(): void {
    const rest = this.#rest;
    this.#rest = '';
    // The beginning of a sequence that never ended is no key: `[` and `A` mean something here.
    if (rest === '\x1b') this.#tell(rest);
  }

  #tell(piece: string): void {
    for (const name of keyNames(piece)) this.#listener.onKey(name);
  }
}
