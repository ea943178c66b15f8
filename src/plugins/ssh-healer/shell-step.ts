import {
  type Device,
  type SshAccess,
  type StepRequest,
  type StepResult,
  variablesIn,
  variableValue,
} from 'netheal/plugin';
import { type CompiledDialect, type CompiledDialogue, compileDialogues } from './compiled-dialect.ts';
import { type Session, seconds } from './connect.ts';
import { openShell } from './open-shell.ts';
import { lookLike, oneOf } from './recognise.ts';
import type { Shell, ShellResult, Speaker } from './shell.ts';
import { isPlainWord, substitute } from './shell-words.ts';
import type { SshSpec } from './spec.ts';

// The first prompt of a slow device; the greeting of one whose dialect is still to be found out.
const LOGIN_MS = 15_000;
const HOUSEKEEPING_MS = 10_000;
const GREETING_QUIET_MS = 500;
const GREETING_MS = 8_000;
// Two turns are enough for any device known: a shell, user mode, privileged mode.
const MAX_TURNS = 4;

// The mode of a shell that waits for something else: whatever is typed now would be an answer.
const NO_PROMPT = '';

type Request = StepRequest<SshSpec>;

/** Why a step cannot be run in a dialect, told before anything is typed; null where it can. */
export function shellProblem(
  { commands, config }: SshSpec,
  target: Device,
  dialect: CompiledDialect,
): string | null {
  const { name } = dialect;
  if (config && dialect.config === undefined) return `dialect ${name} has no configuration mode`;
  for (const { run, sudo } of commands) {
    if (sudo) return `\`${run}\`: sudo is for commands by exec, not for dialect ${name}`;
    if (/[\u0000-\u001f\u007f]/.test(run))
      return 'a command for an interactive shell is one line without tabs: write each line as a command of its own';
    if (dialect.neverTyped.some((never) => never.test(run)))
      return `\`${run}\`: holds what acts at once when it is typed in dialect ${name}`;
    const odd = variablesIn(run).find(({ name }) => !isPlainWord(variableValue(name, target) ?? ''));
    // Quoting is not the same on any two command lines.
    if (odd)
      return `\`${run}\`: {{${odd.name}}} holds more than plain letters, which cannot be typed safely here`;
  }
  return null;
}

/** Runs a step in an interactive shell. `dialect` null: it is still to be found out, by greeting and prompt. */
export async function runShellStep(
  request: Request,
  session: Session,
  dialect: CompiledDialect | null,
  options: Readonly<{
    refusedExec: boolean;
    remainingMs: () => number;
  }>,
): Promise<StepResult> {
  const { spec, target, transcript, signal } = request;
  const access = session.access;
  const early = dialect && shellProblem(spec, target, dialect);
  if (early) return notActed(early);
  const opened = await openShell(session, dialect, Math.min(LOGIN_MS, options.remainingMs()), signal);
  if (typeof opened === 'string') return notActed(opened);
  try {
    const spoken = dialect ?? (await recognise(opened, access, options.refusedExec, signal));
    if (typeof spoken === 'string') return notActed(spoken);
    if (dialect === null) transcript.write('info', `dialect ${spoken.name}, by its prompt`);
    const late = dialect === null && shellProblem(spec, target, spoken);
    if (late) return notActed(late);
    return await new ShellRun(request, opened.speak(spoken, access), options).run();
  } finally {
    opened.close();
  }
}

async function recognise(
  shell: Shell,
  access: SshAccess,
  refusedExec: boolean,
  signal: AbortSignal,
): Promise<CompiledDialect | string> {
  const greeting = await shell.greeting(GREETING_QUIET_MS, GREETING_MS, signal);
  const candidates = lookLike(access, greeting, refusedExec);
  const [only, second] = candidates;
  if (only && !second) return only;
  const shown = JSON.stringify(greeting.line.trim().slice(-80));
  const doubt = only ? `may be ${oneOf(candidates)}` : 'belongs to no dialect known here';
  return `its prompt ${shown} ${doubt}: nothing was typed; say which by ssh.dialect`;
}

type Options = Parameters<typeof runShellStep>[3];

/** The course of one step in one shell: in, ready, commands, out. */
class ShellRun {
  readonly #request: Request;
  readonly #speaker: Speaker;
  readonly #options: Options;
  #mode = NO_PROMPT;
  #acted = false;

  constructor(request: Request, speaker: Speaker, options: Options) {
    this.#request = request;
    this.#speaker = speaker;
    this.#options = options;
  }

  async run(): Promise<StepResult> {
    const problem = (await this.#logIn()) ?? (await this.#getReady()) ?? (await this.#prepare());
    if (problem) return this.#failed(problem);
    const { spec } = this.#request;
    const { config, close } = this.#speaker.dialect;
    const inConfig = spec.config ? config : undefined;
    if (inConfig) {
      const refused = await this.#housekeep(inConfig.enter, inConfig.mode);
      if (refused) return this.#failed(refused);
    }
    const failure = (await this.#runCommands()) ?? (await this.#leave(inConfig?.leave));
    if (failure === 'done') return { ok: true };
    if (failure) {
      if (inConfig && this.#mode === inConfig.mode) await this.#typeAll(inConfig.abandon);
      return this.#failed(failure);
    }
    // The device may free its line at once; nobody waits for it.
    if (close !== undefined && this.#mode !== config?.mode) this.#speaker.leave(close);
    return { ok: true };
  }

  async #logIn(): Promise<string | null> {
    const end = await this.#type(null, [], LOGIN_MS);
    if (end.kind !== 'prompt') return `at the login: ${inWords(end)}`;
    this.#request.transcript.write(
      'info',
      `${this.#speaker.dialect.title}, prompt of "${end.prompt.host}", mode ${end.prompt.mode}`,
    );
    return null;
  }

  /** From the mode of the login to one in which commands can be run: `cli`, `enable`. */
  async #getReady(): Promise<string | null> {
    for (let turns = 0; turns < MAX_TURNS; turns++) {
      const mode = this.#speaker.dialect.modes.find(({ name }) => name === this.#mode);
      if (mode?.ready) return null;
      if (mode?.next === undefined) return `commands cannot be run in mode ${this.#mode}`;
      const problem = await this.#housekeep(mode.next.type, mode.next.to, mode.next.dialogues);
      if (problem) return problem;
    }
    return `no mode in which commands can be run after ${MAX_TURNS} turns, now in ${this.#mode}`;
  }

  /** Types what leads to another mode. */
  async #housekeep(
    text: string,
    to: string,
    dialogues: readonly CompiledDialogue[] = [],
  ): Promise<string | null> {
    this.#request.transcript.write('command', text);
    const end = await this.#type(text, dialogues, HOUSEKEEPING_MS);
    if (end.kind !== 'prompt') return `\`${text}\`: ${inWords(end)}`;
    if (end.prompt.mode === to) return null;
    const complaint = end.errorLine ? `: ${end.errorLine}` : '';
    return `\`${text}\` led to mode ${end.prompt.mode} and not to ${to}${complaint}`;
  }

  /** Paging off and the like: where it is refused, pages are turned instead. */
  #prepare(): Promise<string | null> {
    return this.#typeAll(this.#speaker.dialect.open);
  }

  /** One line after the other, complaints aside; ends where no prompt comes back. */
  async #typeAll(texts: readonly string[] = []): Promise<string | null> {
    const { transcript } = this.#request;
    for (const text of texts) {
      transcript.write('command', text);
      const end = await this.#type(text, [], HOUSEKEEPING_MS);
      if (end.kind !== 'prompt') return `\`${text}\`: ${inWords(end)}`;
      if (end.errorLine) transcript.write('info', `refused, going on: ${end.errorLine}`);
    }
    return null;
  }

  async #leave(texts: readonly string[] = []): Promise<string | null> {
    const { transcript } = this.#request;
    for (const text of texts) {
      transcript.write('command', text);
      const end = await this.#type(text, [], this.#options.remainingMs());
      if (end.kind !== 'prompt') return `\`${text}\`: ${inWords(end)}`;
      if (end.errorLine) return `\`${text}\`: ${end.errorLine}`;
    }
    return null;
  }

  /** Null: all of them ran. `done`: the session dropped, as the last one said it would. Else what went wrong. */
  async #runCommands(): Promise<string | null> {
    const { spec, target, transcript, signal } = this.#request;
    const { commands } = spec;
    for (const [index, command] of commands.entries()) {
      if (signal.aborted) return 'cancelled';
      const text = substitute(command.run, target);
      transcript.write('command', text);
      const startedAt = performance.now();
      const timeoutMs = Math.max(1, Math.min(command.timeoutMs, this.#options.remainingMs()));
      const end = await this.#type(text, compileDialogues(command.dialogues), timeoutMs);
      if (end.sent) this.#acted = true;
      const took = seconds(performance.now() - startedAt);
      const left = commands.length - index - 1;
      const dropped = end.kind === 'dropped' && (end.expected || command.expectDisconnect);
      if (dropped && left === 0) {
        transcript.write('info', `the session ended after ${took}, as expected`);
        return 'done';
      }
      const failure = end.kind !== 'prompt' ? inWords(end) : end.errorLine;
      transcript.write(
        failure ? 'error' : 'info',
        failure ? `${failure} (after ${took})` : `done after ${took}`,
      );
      if (failure === null || (end.kind === 'prompt' && command.continueOnError)) continue;
      return `\`${text}\`: ${failure}${left > 0 ? `; ${left} more not run` : ''}`;
    }
    return null;
  }

  async #type(
    text: string | null,
    dialogues: readonly CompiledDialogue[],
    timeoutMs: number,
  ): Promise<ShellResult> {
    const { transcript, signal } = this.#request;
    const end = await this.#speaker.type({
      text,
      dialogues,
      timeoutMs: Math.max(1, Math.min(timeoutMs, this.#options.remainingMs())),
      signal,
      onLine: (line) => transcript.write('output', line),
      onAnswer: (said) => transcript.write('info', said),
    });
    if (end.cutBytes > 0) transcript.write('info', `... ${end.cutBytes} more bytes of output were cut`);
    this.#mode = end.kind === 'prompt' ? end.prompt.mode : NO_PROMPT;
    return end;
  }

  #failed(message: string): StepResult {
    return { ok: false, acted: this.#acted, message };
  }
}

/** The end of an exchange that is no prompt, in words. */
export function inWords(end: ShellResult): string {
  switch (end.kind) {
    case 'prompt':
      return end.errorLine ?? 'done';
    case 'asked':
      return `unanswered-prompt: it asks ${JSON.stringify(end.asked)}, for which no dialogue is declared; nothing was sent`;
    case 'asked-again':
      return end.secret
        ? `it asks ${JSON.stringify(end.asked)} again: the secret is wrong; nothing more was sent`
        : `unanswered-prompt: it asks ${JSON.stringify(end.asked)} again; nothing more was sent`;
    case 'no-secret':
      return `it asks ${JSON.stringify(end.asked)}, and the config gives no ssh.${end.secret}; nothing was sent`;
    case 'dropped':
      return `the session dropped: ${end.reason}`;
    case 'timeout':
      return `timeout: no prompt came in time${end.line ? `, the last line is ${JSON.stringify(end.line)}` : ''}`;
    case 'cancelled':
      return 'cancelled';
  }
}

function notActed(message: string): StepResult {
  return { ok: false, acted: false, message };
}
