import { StringDecoder } from 'node:string_decoder';
import { cleanLine, type Secret, type SshAccess } from 'netheal/plugin';
import type { CompiledDialect, CompiledDialogue } from './compiled-dialect.ts';
import { Exchange, type ExchangeEnd } from './exchange.ts';
import { BREATH_MS, Breath, KEPT_BYTES } from './output.ts';
import { Prompts } from './prompts.ts';
import { Screen } from './screen.ts';

const MAX_UNHEARD_LINES = 500;

/** The part of an SSH channel that a shell needs. */
export type ShellChannel = Readonly<{
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  write(text: string): unknown;
  pause(): unknown;
  resume(): unknown;
  close(): unknown;
}>;

/** How something typed ended. */
export type ShellEnd =
  | ExchangeEnd
  /** It asks for a secret that the config does not give. */
  | Readonly<{ kind: 'no-secret'; asked: string; secret: string }>
  /** The session ended; `expected`: the question that was answered last had said so. */
  | Readonly<{ kind: 'dropped'; reason: string; expected: boolean }>
  | Readonly<{ kind: 'timeout'; line: string }>
  | Readonly<{ kind: 'cancelled' }>;

export type Typed = Readonly<{
  /** One line; null waits for the first prompt and types nothing. */
  text: string | null;
  dialogues: readonly CompiledDialogue[];
  timeoutMs: number;
  signal: AbortSignal;
  onLine(line: string): void;
  /** Hears what was answered, secrets left out. */
  onAnswer(said: string): void;
  /** False only looks: a declared question ends the exchange as one that nobody declared. Default: true. */
  mayAnswer?: boolean;
}>;

export type ShellResult = ShellEnd &
  Readonly<{
    /** False: the text was not even typed. */
    sent: boolean;
    errorLine: string | null;
    cutBytes: number;
  }>;

/** An interactive shell of a device. Everything that is typed goes through here. */
export class Shell {
  readonly #channel: ShellChannel;
  readonly #screen = new Screen();
  readonly #unheard: string[] = [];
  #onText: ((text: string) => void) | null = null;
  #onClosed: (() => void) | null = null;
  #closed = false;
  #lastDataAt = performance.now();
  readonly #lost: () => string | null;

  /** `lost` says why the connection ended, once it has. */
  constructor(channel: ShellChannel, lost: () => string | null) {
    this.#channel = channel;
    this.#lost = lost;
    const decoder = new StringDecoder('utf8');
    channel.on('data', (chunk) => this.#take(decoder.write(chunk)));
    channel.on('error', () => {});
    channel.on('close', () => {
      this.#closed = true;
      this.#onClosed?.();
    });
  }

  /** Waits until the device has said what it has to say at first; types nothing. */
  async greeting(
    quietMs: number,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<{ lines: string[]; line: string }> {
    const endAt = performance.now() + timeoutMs;
    for (;;) {
      const now = performance.now();
      const waitMs = this.#screen.line.trim() === '' ? endAt - now : this.#lastDataAt + quietMs - now;
      if (this.#closed || signal.aborted || waitMs <= 0 || now >= endAt) break;
      await this.#somethingWithin(Math.min(waitMs, endAt - now), signal);
    }
    return { lines: [...this.#unheard], line: this.#screen.line };
  }

  /** A conversation in one dialect. */
  speak(dialect: CompiledDialect, access: SshAccess): Speaker {
    const prompts = new Prompts(dialect);
    return {
      dialect,
      type: (typed) => this.#type(typed, dialect, prompts, access),
      leave: (text) => {
        if (!this.#closed) this.#channel.write(text + dialect.lineEnding);
      },
    };
  }

  close(): void {
    this.#channel.close();
  }

  #take(text: string): void {
    this.#lastDataAt = performance.now();
    if (this.#onText) this.#onText(text);
    else this.#keep(text);
  }

  /** Nobody is listening: before the first exchange it is the greeting, later log lines. */
  #keep(text: string): void {
    for (const line of this.#screen.write(text))
      if (this.#unheard.length < MAX_UNHEARD_LINES) this.#unheard.push(line);
  }

  #somethingWithin(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', settle);
        this.#onText = null;
        this.#onClosed = null;
        resolve();
      };
      const timer = setTimeout(settle, ms);
      signal.addEventListener('abort', settle);
      this.#onClosed = settle;
      this.#onText = (text) => {
        this.#keep(text);
        settle();
      };
    });
  }

  #type(typed: Typed, dialect: CompiledDialect, prompts: Prompts, access: SshAccess): Promise<ShellResult> {
    const { text, dialogues, signal, onLine, onAnswer, mayAnswer = true } = typed;
    return new Promise((resolve) => {
      const exchange = new Exchange({
        dialect,
        prompts,
        screen: this.#screen,
        typed: text,
        dialogues: [...dialogues, ...dialect.dialogues],
        nowMs: text === null ? this.#lastDataAt : performance.now(),
      });
      const breath = new Breath();
      let keptBytes = 0;
      let cutBytes = 0;
      let sent = false;
      let over = false;
      let timer: NodeJS.Timeout | undefined;

      const show = (line: string) => {
        const bytes = Buffer.byteLength(line) + 1;
        if (cutBytes === 0 && keptBytes + bytes <= KEPT_BYTES) {
          keptBytes += bytes;
          onLine(line);
        } else {
          cutBytes += bytes;
          breath.discarded(this.#channel, bytes);
        }
      };
      const settle = (end: ShellEnd) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        clearTimeout(deadline);
        signal.removeEventListener('abort', onAbort);
        this.#onText = null;
        this.#onClosed = null;
        breath.end();
        if (end.kind !== 'prompt' && this.#screen.line.trim() !== '') show(this.#screen.line.trim());
        resolve({ ...end, sent, errorLine: exchange.errorLine, cutBytes });
      };
      const answer = (dialogue: CompiledDialogue, asked: string) => {
        if (!mayAnswer) return settle({ kind: 'asked', asked });
        const secret = dialogue.answerWith && secretNamed(dialogue.answerWith, access);
        if (dialogue.answerWith && !secret)
          return settle({ kind: 'no-secret', asked, secret: dialogue.answerWith });
        show(asked);
        // Whoever reads along may have cancelled just now.
        if (over) return;
        const { answer = '', enter = true } = dialogue;
        this.#channel.write((secret?.reveal() ?? answer) + (enter ? dialect.lineEnding : ''));
        exchange.answered(dialogue, asked, performance.now());
        onAnswer(`answered ${said(dialogue)}`);
      };
      const act = () => {
        clearTimeout(timer);
        if (over) return;
        if (breath.holds) {
          timer = setTimeout(act, BREATH_MS);
          return;
        }
        const decision = exchange.decide(performance.now());
        if (decision.do === 'end') {
          if (decision.end.kind === 'prompt') {
            prompts.learn(decision.end.prompt);
            if (text !== null) prompts.confirm();
          }
          settle(decision.end);
        } else if (decision.do === 'wait') {
          if (decision.untilMs !== null)
            timer = setTimeout(act, Math.max(0, decision.untilMs - performance.now()));
        } else if (decision.do === 'answer') answer(decision.dialogue, decision.asked);
        else {
          this.#channel.write(decision.answer);
          exchange.paged(performance.now());
        }
      };
      const onAbort = () => settle({ kind: 'cancelled' });
      const dropped = () =>
        settle({
          kind: 'dropped',
          reason: this.#lost() ?? 'the device closed the session',
          expected: exchange.dropOk,
        });
      const deadline = setTimeout(
        () => settle({ kind: 'timeout', line: cleanLine(this.#screen.line.trim(), 200) }),
        typed.timeoutMs,
      );
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) return onAbort();
      if (this.#closed) return dropped();
      this.#onClosed = dropped;
      this.#onText = (came) => {
        for (const line of exchange.take(came, performance.now())) show(line);
        act();
      };
      for (const line of this.#unheard.splice(0)) show(line);
      if (text === null) return act();
      prompts.typed(text);
      sent = true;
      this.#channel.write(text + dialect.lineEnding);
    });
  }
}

/** One side of a conversation in a dialect. */
export type Speaker = Readonly<{
  dialect: CompiledDialect;
  type(typed: Typed): Promise<ShellResult>;
  /** Says goodbye and waits for nothing. */
  leave(text: string): void;
}>;

function secretNamed(
  name: NonNullable<CompiledDialogue['answerWith']>,
  access: SshAccess,
): Secret | undefined {
  return name === 'sudoPassword' ? (access.sudoPassword ?? access.password) : access[name];
}

function said({ answer, answerWith }: CompiledDialogue): string {
  if (answerWith) return `with <secret> (${answerWith})`;
  return answer === '' ? 'with Enter' : `"${answer}"`;
}
