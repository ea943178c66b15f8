/** A line longer than this is cut: no prompt, question or message is. */
const MAX_LINE_CHARS = 2 * 1024;
const MAX_ESCAPE_CHARS = 256;

// CSI with its parameters and its final character; strings (OSC, DCS and kin) up to their end; two-byte escapes.
const ESCAPE =
  /\x1b(?:\[([0-?]*)[ -/]*([@-~])|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*(?![[\]PX^_])[0-~])/y;
const PLAIN = /[^\x00-\x1f\x7f-\x9f]+/y;

/**
 * The line that a terminal would show last, and the lines that are finished: carriage returns, backspaces and cursor codes
 * are obeyed within the line, colours vanish. Takes text in pieces of any size.
 */
export class Screen {
  #cells: string[] = [];
  #column = 0;
  /** An escape sequence whose end has not come yet. */
  #unfinished = '';

  /** What stands on the last line, as a person would see it. */
  get line(): string {
    return this.#cells.join('');
  }

  /** Takes what came; answers with the lines it finished. */
  write(piece: string): string[] {
    const text = this.#unfinished + piece;
    this.#unfinished = '';
    const finished: string[] = [];
    for (let at = 0; at < text.length; ) {
      PLAIN.lastIndex = at;
      const plain = PLAIN.exec(text)?.[0];
      if (plain !== undefined) {
        this.#put(plain);
        at += plain.length;
      } else if (text[at] === '\x1b') {
        ESCAPE.lastIndex = at;
        const sequence = ESCAPE.exec(text);
        if (sequence) {
          if (sequence[2] !== undefined) this.#control(sequence[2], sequence[1] ?? '');
          at += sequence[0].length;
        } else if (text.length - at < MAX_ESCAPE_CHARS) {
          this.#unfinished = text.slice(at);
          at = text.length;
        } else at++;
      } else {
        if (text[at] === '\n') finished.push(this.#finish());
        else this.#obey(text[at] as string);
        at++;
      }
    }
    return finished;
  }

  /** What stands on the line has been dealt with: the line is begun anew. */
  consume(): void {
    this.#cells = [];
    this.#column = 0;
  }

  #finish(): string {
    const line = this.line.trimEnd();
    this.consume();
    return line;
  }

  #put(text: string): void {
    for (const char of text) {
      if (this.#column >= MAX_LINE_CHARS) return;
      while (this.#cells.length < this.#column) this.#cells.push(' ');
      this.#cells[this.#column++] = char;
    }
  }

  #obey(char: string): void {
    if (char === '\r') this.#column = 0;
    else if (char === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (char === '\t') this.#column = Math.min(MAX_LINE_CHARS, (Math.floor(this.#column / 8) + 1) * 8);
  }

  #control(final: string, parameters: string): void {
    const [first = 0, second = 0] = parameters.split(';').map((text) => Number.parseInt(text, 10) || 0);
    const cells = this.#cells;
    const erases = final === 'K' || final === 'J';
    if (erases && first === 0) cells.length = Math.min(cells.length, this.#column);
    else if (erases && first === 1) cells.fill(' ', 0, this.#column);
    else if (erases) cells.length = 0;
    else if (final === 'D') this.#column = Math.max(0, this.#column - (first || 1));
    else if (final === 'C') this.#column = Math.min(MAX_LINE_CHARS, this.#column + (first || 1));
    else if (final === 'G') this.#column = Math.min(MAX_LINE_CHARS, Math.max(0, first - 1));
    else if (final === 'H' || final === 'f') this.#column = Math.min(MAX_LINE_CHARS, Math.max(0, second - 1));
    else if (final === 'P') cells.splice(this.#column, first || 1);
  }
}
