import type { CompiledDialect, CompiledDialogue } from './compiled-dialect.ts';
import type { FoundPrompt, Prompts } from './prompts.ts';
import type { Screen } from './screen.ts';

/** How long the device must have been quiet, in milliseconds, before its last line is believed to be... */
const QUIET_MS = {
  /** the prompt that ends a command. */
  prompt: 30,
  /** the first prompt: its name is what all others are known by. */
  firstPrompt: 150,
  /** a first prompt without a name: half of any banner looks like it. */
  namelessPrompt: 600,
  /** a declared question. */
  dialogue: 100,
  /** a prompt or question with something else on its line, or hidden by a log line after it. */
  obscured: 300,
  /** a prompt although the line has not ended since something was typed. */
  sameLine: 400,
  /** a question that nobody has declared. */
  unknownQuestion: 400,
} as const;
/** A device that pauses in the middle of its lines is waited for three times its longest pause, to this much. */
const MAX_PATIENCE_MS = 1_000;

/** What to do now. */
export type Decision =
  /** Nothing before that time, unless more comes; `null`: nothing until more comes. */
  | Readonly<{ do: 'wait'; untilMs: number | null }>
  | Readonly<{ do: 'page'; answer: string }>
  | Readonly<{ do: 'answer'; dialogue: CompiledDialogue; asked: string }>
  | Readonly<{ do: 'end'; end: ExchangeEnd }>;

/** How an exchange ended by what the device said. */
export type ExchangeEnd =
  | Readonly<{ kind: 'prompt'; prompt: FoundPrompt }>
  /** It asks what nobody has declared: nothing was sent. */
  | Readonly<{ kind: 'asked'; asked: string }>
  /** It asks again what was answered already: the answer, or the secret, was wrong. */
  | Readonly<{ kind: 'asked-again'; asked: string; secret: boolean }>;

export type ExchangeOptions = Readonly<{
  dialect: CompiledDialect;
  prompts: Prompts;
  screen: Screen;
  /** What was typed; null at the login, where the device speaks first. */
  typed: string | null;
  /** Questions that may come, the most particular first. */
  dialogues: readonly CompiledDialogue[];
  nowMs: number;
}>;

/**
 * One exchange with the device: from what was typed to the next prompt. Pure: it is told what came and what time it is, and
 * says what to do. It never sends anything of its own accord: at `[confirm]` Enter means yes.
 */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #answered = new Set<string>();
  readonly #secretsGiven = new Set<string>();
  #lastDataMs: number;
  #longestPauseMs = 0;
  #linesSince: number;
  /** What the device is expected to repeat: the command, or an answer. */
  #echo: string | null;
  /** A prompt or question whose line ended, and whether log lines have come since. */
  #held: { text: string; hidden: boolean } | null = null;
  #dropOk = false;
  #errorLine: string | null = null;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#lastDataMs = options.nowMs;
    this.#echo = options.typed;
    this.#linesSince = options.typed === null ? 1 : 0;
    if (options.typed !== null) options.screen.consume();
  }

  /** The session may end now: the last question that was answered said so. */
  get dropOk(): boolean {
    return this.#dropOk;
  }

  /** The first line that says that it went wrong. */
  get errorLine(): string | null {
    return this.#errorLine;
  }

  /** Takes what came; answers with the lines to show. */
  take(text: string, nowMs: number): string[] {
    const { screen } = this.#options;
    if (screen.line !== '') this.#longestPauseMs = Math.max(this.#longestPauseMs, nowMs - this.#lastDataMs);
    this.#lastDataMs = nowMs;
    return screen.write(text).filter((line) => this.#isShown(line));
  }

  decide(nowMs: number): Decision {
    const found = this.#find();
    if (found === null) return { do: 'wait', untilMs: null };
    const dueMs = this.#lastDataMs + Math.max(found.quietMs, this.#patienceMs());
    return nowMs >= dueMs ? found.decision : { do: 'wait', untilMs: dueMs };
  }

  /** Its answer was sent. */
  answered({ answer, answerWith, dropOk }: CompiledDialogue, asked: string, nowMs: number): void {
    this.#answered.add(asked);
    if (answerWith) this.#secretsGiven.add(answerWith);
    this.#dropOk = dropOk ?? false;
    this.#echo = answer ?? null;
    this.#begunAnew(nowMs);
  }

  /** The next page was asked for. */
  paged(nowMs: number): void {
    this.#begunAnew(nowMs);
  }

  #begunAnew(nowMs: number): void {
    this.#options.screen.consume();
    this.#held = null;
    this.#lastDataMs = nowMs;
  }

  #patienceMs(): number {
    return Math.min(3 * this.#longestPauseMs, MAX_PATIENCE_MS);
  }

  #find(): { decision: Decision; quietMs: number } | null {
    const { dialect, screen, prompts, typed } = this.#options;
    const { line } = screen;
    const { head, isLog } = splitLog(line, dialect.noise);
    // The line itself, or what stood there before log lines hid it.
    const obscured = isLog || line.trim() === '';
    const after = isLog && prompts.learned ? prompts.at(line) : null;
    const held = this.#held?.hidden || isLog ? (this.#held?.text ?? '') : '';
    const text = !obscured ? line : after ? line.slice(after.before.length) : head || held;
    if (text.trim() === '') return null;

    if (typed !== null) prompts.correct(text);
    const prompt = prompts.at(text);
    const clean = prompt?.before.trim() === '';
    if (prompt && (clean || this.#mayBeGlued(prompt)))
      return {
        decision: { do: 'end', end: { kind: 'prompt', prompt } },
        quietMs: Math.max(
          obscured || !clean ? QUIET_MS.obscured : QUIET_MS.prompt,
          this.#linesSince === 0 ? QUIET_MS.sameLine : 0,
          prompts.learned ? 0 : prompt.host === '' ? QUIET_MS.namelessPrompt : QUIET_MS.firstPrompt,
        ),
      };

    const pager = dialect.pagers.find(({ pattern }) => pattern.test(text));
    if (pager && !obscured)
      return { decision: { do: 'page', answer: pager.answer }, quietMs: QUIET_MS.prompt };

    const asked = text.trim();
    const dialogue = this.#options.dialogues.find((one) => one.prompt.test(text));
    const quietMs = obscured ? QUIET_MS.obscured : QUIET_MS.dialogue;
    if (dialogue) return { decision: this.#answerTo(dialogue, asked), quietMs };
    if (obscured || !looksLikeQuestion(asked)) return null;
    return {
      decision: { do: 'end', end: { kind: 'asked', asked } },
      quietMs: QUIET_MS.unknownQuestion,
    };
  }

  #answerTo(dialogue: CompiledDialogue, asked: string): Decision {
    const secret = dialogue.answerWith !== undefined;
    const again = secret ? this.#secretsGiven.has(dialogue.answerWith ?? '') : this.#answered.has(asked);
    if (again) return { do: 'end', end: { kind: 'asked-again', asked, secret } };
    return { do: 'answer', dialogue, asked };
  }

  /**
   * A prompt after something else on its line. While the name is not known, words before it may well be those of a
   * question (`new password>`): only what touches the name can be a banner.
   */
  #mayBeGlued(prompt: FoundPrompt): boolean {
    return this.#options.prompts.learned || !/\s$/.test(prompt.before);
  }

  #isShown(line: string): boolean {
    this.#linesSince++;
    const { dialect, prompts } = this.#options;
    const { head, isLog } = splitLog(line, dialect.noise);
    if (line.trim() === '') return this.#linesSince > 1;
    if (isLog) {
      // The prompt may be glued to the end of a log line, or stand before it.
      const after = prompts.learned ? prompts.at(line) : null;
      const text = after ? line.slice(after.before.length) : head;
      if (text !== '') this.#held = { text, hidden: true };
      else if (this.#held) this.#held = { ...this.#held, hidden: true };
      this.#lookForError(head);
      return true;
    }
    this.#held = { text: line, hidden: false };
    if (this.#isEcho(line)) return false;
    this.#lookForError(line);
    return true;
  }

  /** There are no exit codes: what a command prints decides. The first complaint is the one to tell. */
  #lookForError(line: string): void {
    const { dialect, typed } = this.#options;
    if (this.#errorLine !== null || typed === null) return;
    if (dialect.errors.some((one) => one.test(line))) this.#errorLine = line.trim();
  }

  /** The first line after something was typed repeats it, with or without the prompt before it. */
  #isEcho(line: string): boolean {
    const echo = this.#echo;
    this.#echo = null;
    if (echo === null) return false;
    const said = squeezed(line);
    const wanted = squeezed(echo);
    if (said === wanted) return true;
    if (wanted === '' || !said.endsWith(wanted)) return false;
    const prompt = this.#options.prompts.at(said.slice(0, -wanted.length).trimEnd());
    return prompt !== null && prompt.before.trim() === '';
  }
}

/** What stands before the log line on a line, and whether there is one. */
function splitLog(line: string, noise: readonly RegExp[]): { head: string; isLog: boolean } {
  let start = -1;
  for (const one of noise) {
    const index = one.exec(line)?.index ?? -1;
    if (index !== -1 && (start === -1 || index < start)) start = index;
  }
  return start === -1 ? { head: '', isLog: false } : { head: line.slice(0, start).trim(), isLog: true };
}

/** Ends like something that waits for an answer, and is no progress bar or `[OK]`. */
function looksLikeQuestion(text: string): boolean {
  if (/(?:[#%]{2,}|\d ?%|\[(?:ok|done)\]|\.{2,})$/i.test(text)) return false;
  return (
    /[?:\])>]$/.test(text) || /^\S.{0,80}[#$%]$/.test(text) || /\b(?:yes\/no|y\/n|press .*key)\b/i.test(text)
  );
}

function squeezed(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
