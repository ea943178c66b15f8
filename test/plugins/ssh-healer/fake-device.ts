/**
 * A network device as its terminal shows it, made of data: banner, prompts, what commands print, what they ask. Knows
 * nothing of SSH: it is fed what was typed and says what it prints, piece by piece.
 */

/** What a device does next. A text is printed; `\n` is the line end of the device. */
export type Action =
  | string
  | Readonly<{ pause: number }>
  | Readonly<{ mode: string }>
  | Readonly<{ rename: string }>
  /** The session ends without a word. */
  | Readonly<{ drop: true }>
  /** No prompt comes after it. */
  | Readonly<{ noPrompt: true }>
  /** Raw text: line ends as they are. */
  | Readonly<{ raw: string }>
  /** Base64, for what is no text. */
  | Readonly<{ base64: string }>
  /** Pages with a pager of that text, so many lines a page; `erase` is printed over it. */
  | Readonly<{ pages: string[]; pager: string; erase: string; key?: string }>
  | Ask;
export type Ask = Readonly<{
  ask: string;
  /** What is typed is not echoed. */
  hidden?: boolean;
  /** One key answers it, without Enter. */
  key?: boolean;
  /** The cursor stays where it is once it is answered. */
  stays?: boolean;
  answers: Readonly<Record<string, readonly Action[]>>;
  otherwise?: readonly Action[];
}>;
export type DeviceData = Readonly<{
  hostname: string;
  /** Printed at the login, before the first prompt. */
  login?: readonly Action[];
  mode: string;
  /** Prompts by mode; `{host}` is the name, `{host20}` cut to 20. */
  modes: Readonly<Record<string, string>>;
  commands: Readonly<Record<string, readonly Action[]>>;
  unknown: readonly Action[];
  echo?: boolean;
  lineEnd?: string;
  /** The line end that a client must send. */
  enter?: string;
  /** Printed before each prompt. */
  beforePrompt?: string;
  /** Printed after the prompt of a command: log lines. */
  afterPrompt?: Readonly<Record<string, string>>;
}>;

/** What comes out: a piece of bytes after a pause, or the end. */
export type Out = Readonly<{ afterMs: number; bytes: Buffer } | { afterMs: number; end: true }>;

export class FakeDevice {
  /** Whole lines that were typed at prompts, in order. */
  readonly commands: string[] = [];
  /** Answers to questions, in order. */
  readonly answers: string[] = [];
  /** Every byte that came in. */
  received = '';
  readonly #data: DeviceData;
  readonly #emit: (out: Out) => void;
  #hostname: string;
  #mode: string;
  #typed = '';
  #waiting: Ask | null = null;
  /** What is left to do once the question is answered, innermost first. */
  #rest: Action[] = [];
  #delayMs = 0;
  #ended = false;
  #prompting = true;
  #lastCommand = '';

  constructor(data: DeviceData, emit: (out: Out) => void) {
    this.#data = data;
    this.#emit = emit;
    this.#hostname = data.hostname;
    this.#mode = data.mode;
  }

  start(): void {
    this.#do([...(this.#data.login ?? [])]);
  }

  input(text: string): void {
    this.received += text;
    const { enter = '\n' } = this.#data;
    for (const char of text) {
      if (this.#ended) return;
      const ask = this.#waiting;
      if (ask?.key) {
        // Enter that was not asked for counts as a key of its own.
        if (char === '\n' && this.#typed === '\r') continue;
        this.#answer(ask, char === '\r' || char === '\n' ? '' : char);
        continue;
      }
      this.#typed += char;
      if (this.#data.echo !== false && !ask?.hidden && !/[\r\n]/.test(char)) this.#print(char);
      if (!this.#typed.endsWith(enter)) continue;
      const line = this.#typed.slice(0, -enter.length);
      this.#typed = '';
      if (ask) this.#answer(ask, line);
      else this.#command(line);
    }
  }

  #command(line: string): void {
    this.commands.push(line);
    if (this.#data.echo !== false) this.#print('\n');
    const { commands, unknown } = this.#data;
    this.#lastCommand = line;
    this.#do(line.trim() === '' ? [] : [...(commands[line] ?? unknown)]);
  }

  #answer(ask: Ask, text: string): void {
    this.answers.push(text);
    this.#waiting = null;
    this.#typed = '';
    if (!ask.stays) this.#print('\n');
    this.#do([...(ask.answers[text] ?? ask.otherwise ?? []), ...this.#rest.splice(0)]);
  }

  #do(actions: Action[]): void {
    while (actions.length > 0) {
      const action = actions.shift() as Action;
      if (typeof action === 'string') this.#print(action);
      else if ('pause' in action) this.#delayMs += action.pause;
      else if ('mode' in action) this.#mode = action.mode;
      else if ('rename' in action) this.#hostname = action.rename;
      else if ('raw' in action) this.#bytes(Buffer.from(action.raw));
      else if ('base64' in action) this.#bytes(Buffer.from(action.base64, 'base64'));
      else if ('noPrompt' in action) this.#prompting = false;
      else if ('drop' in action) {
        this.#ended = true;
        this.#emit({ afterMs: this.#takeDelay(), end: true });
        return;
      } else if ('pages' in action) actions.unshift(...paged(action));
      else {
        this.#print(action.ask);
        this.#waiting = action;
        this.#rest = actions;
        return;
      }
    }
    if (this.#prompting) this.#prompt();
    this.#prompting = true;
  }

  #prompt(): void {
    const { modes, beforePrompt = '', afterPrompt = {} } = this.#data;
    const shown = (modes[this.#mode] ?? '')
      .replaceAll('{host20}', this.#hostname.slice(0, 20))
      .replaceAll('{host}', this.#hostname);
    this.#print(beforePrompt + shown);
    const after = afterPrompt[this.#lastCommand];
    if (after !== undefined) this.#print(after);
  }

  #print(text: string): void {
    if (text !== '') this.#bytes(Buffer.from(text.replaceAll('\n', this.#data.lineEnd ?? '\r\n')));
  }

  #bytes(bytes: Buffer): void {
    this.#emit({ afterMs: this.#takeDelay(), bytes });
  }

  #takeDelay(): number {
    const delay = this.#delayMs;
    this.#delayMs = 0;
    return delay;
  }
}

/** A pager takes its key without an echo and is wiped off the line afterwards. */
function paged({ pages, pager, erase, key = ' ' }: Extract<Action, { pages: string[] }>): Action[] {
  const ask: Ask = {
    ask: pager,
    key: true,
    hidden: true,
    stays: true,
    answers: { [key]: [{ raw: erase }] },
    otherwise: [{ drop: true }],
  };
  return pages.flatMap((page, index): Action[] => (index === pages.length - 1 ? [page] : [page, ask]));
}
