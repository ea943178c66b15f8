import type { StepRequest, StepResult } from 'netheal/plugin';
import { LEGACY_WARNING } from './algorithms.ts';
import { type Session, seconds } from './connect.ts';
import { type CommandEnd, KILL_MS, runCommand } from './exec.ts';
import { hopsOf, openRoute } from './jump.ts';
import { type Choice, chooseDialect } from './recognise.ts';
import { describeRefused } from './refused.ts';
import { runShellStep, shellProblem } from './shell-step.ts';
import { substitute } from './shell-words.ts';
import type { Command, SshSpec } from './spec.ts';
import { stopCommand } from './stop.ts';
import { withSudo } from './sudo.ts';

type Request = StepRequest<SshSpec>;

/**
 * Runs a step: logs in once, then one command after the other. `monoMs` is the monotonic clock; `forced`: in a shell,
 * whatever the device is (`ssh-shell`).
 */
export async function runStep(request: Request, monoMs: () => number, forced: boolean): Promise<StepResult> {
  const { ssh, transcript, signal } = request;
  const deadlineAt = monoMs() + request.timeoutMs;
  if (ssh === undefined) return notActed(`${request.target.id} has no ssh access in the config`);
  for (const access of hopsOf(ssh))
    for (const secret of [access.password, access.passphrase, access.sudoPassword, access.enableSecret])
      if (secret) transcript.mask(secret);

  // What the config alone tells is told before a connection is opened.
  const known = ssh.dialect === 'auto' ? null : chooseDialect(ssh, '', forced);
  const problem = known && problemOf(request, known);
  if (problem) return notActed(problem);
  if (ssh.legacy) transcript.write('info', LEGACY_WARNING);

  const loginSignal = AbortSignal.any([
    signal,
    AbortSignal.timeout(Math.max(1, request.timeoutMs - KILL_MS)),
  ]);
  const route = await openRoute(ssh, { signal: loginSignal, pin: true });
  if ('stage' in route) return notActed(describeRefused(route, ssh));
  try {
    for (const session of route.sessions) {
      const { name, username, host, port } = session.access;
      transcript.write('info', `logged in to ${name} as ${username}@${host}:${port}, ${session.ident}`);
      for (const note of session.notes) transcript.write('info', note);
    }
    return await runAs(request, route.session, forced, () => deadlineAt - monoMs());
  } finally {
    route.close();
  }
}

/** Runs the commands in the way of the device: one process each, or typed into a shell. */
async function runAs(
  request: Request,
  session: Session,
  forced: boolean,
  remainingMs: () => number,
): Promise<StepResult> {
  const { ssh, transcript } = request;
  const choice = chooseDialect(session.access, session.ident, forced);
  const problem = problemOf(request, choice);
  if (problem) return notActed(problem);
  if (choice.by === 'shell') {
    transcript.write('info', choice.how);
    return runShellStep(request, session, choice.dialect, { refusedExec: false, remainingMs });
  }
  if (choice.by === 'look') return runShellStep(request, session, null, { refusedExec: false, remainingMs });
  const result = await runCommands(request, session, remainingMs);
  if (result !== 'refused') return result;
  if (ssh?.dialect !== 'auto' || session.lost() !== null)
    return notActed('the server runs no commands by exec');
  transcript.write('info', 'the server runs no commands by exec: an interactive shell is opened');
  return runShellStep(request, session, null, { refusedExec: true, remainingMs });
}

/** Why the step cannot be run in that way; null where it can. */
function problemOf({ spec, target }: Request, choice: Choice): string | null {
  if (choice.by === 'nothing') return choice.why;
  if (choice.by === 'shell') return shellProblem(spec, target, choice.dialect);
  if (choice.by === 'exec' && (spec.config || spec.commands.some(({ dialogues }) => dialogues)))
    return '`config` and `dialogues` are for interactive dialects: say ssh.dialect, or use a step ssh-shell';
  return null;
}

/** `refused`: not even the first command was run. */
async function runCommands(
  request: Request,
  session: Session,
  remainingMs: () => number,
): Promise<StepResult | 'refused'> {
  const { commands } = request.spec;
  let acted = false;
  for (const [index, command] of commands.entries()) {
    const text = substitute(command.run, request.target);
    const end = await runOne(request, session, command, text, remainingMs());
    // What the server refused, or we never got round to, has not run.
    if (end.kind !== 'refused' && !(end.kind === 'cancelled' && end.unsent)) acted = true;
    if (end.kind === 'refused' && index === 0) return 'refused';
    const left = commands.length - index - 1;
    const verdict = judge(command, end, left);
    if (verdict === 'next') continue;
    if (verdict === 'done') return { ok: true };
    const skipped = left > 0 ? `; ${left} more not run` : '';
    return { ok: false, acted, message: `\`${text}\`: ${verdict.failed}${skipped}` };
  }
  return { ok: true };
}

type Ended = CommandEnd & { cutBytes: number; tookMs: number; unsent: boolean };

async function runOne(
  request: Request,
  session: Session,
  command: Command,
  text: string,
  remainingMs: number,
): Promise<Ended> {
  const { transcript, signal, ssh } = request;
  if (signal.aborted) return { kind: 'cancelled', cutBytes: 0, tookMs: 0, unsent: true };
  const password = command.sudo ? (ssh?.sudoPassword ?? ssh?.password) : undefined;
  // Views put their prompt before a command.
  transcript.write('command', command.sudo ? `sudo ${text}` : text);
  const startedAt = performance.now();
  const end = await runCommand(session, {
    input: command.sudo ? withSudo(text, password) : { command: text, stdin: undefined },
    stop: stopCommand(command.sudo, password),
    timeoutMs: Math.max(1, Math.min(command.timeoutMs, remainingMs - KILL_MS)),
    signal,
    onLine: (line, from) => transcript.write('output', from === 'stderr' ? `[stderr] ${line}` : line),
  });
  const tookMs = performance.now() - startedAt;
  if (end.cutBytes > 0) transcript.write('info', `... ${end.cutBytes} more bytes of output were cut`);
  const calm = end.kind === 'exit' && end.code === 0;
  const after = end.kind === 'refused' ? '' : ` after ${seconds(tookMs)}`;
  transcript.write(calm ? 'info' : 'error', `${inWords(end)}${after}`);
  return { ...end, tookMs, unsent: false };
}

/** What the end of a command means for the step. */
function judge(command: Command, end: Ended, left: number): 'next' | 'done' | Readonly<{ failed: string }> {
  if (end.kind === 'exit' && (end.code === 0 || command.continueOnError)) return 'next';
  const dropped = end.kind === 'dropped' || end.kind === 'signal';
  if (command.expectDisconnect && dropped)
    return left === 0 ? 'done' : { failed: 'the session dropped, as expected' };
  if (end.kind === 'signal' && command.continueOnError) return 'next';
  const limit = end.kind === 'timeout' ? ` (${seconds(end.tookMs)})` : '';
  return { failed: `${inWords(end)}${limit}` };
}

function inWords(end: CommandEnd): string {
  switch (end.kind) {
    case 'exit':
      return `exit ${end.code}`;
    case 'signal':
      return `ended by ${end.signal}`;
    case 'dropped':
      return `the session dropped: ${end.reason}`;
    case 'timeout':
      return 'timeout: it did not end in time and was stopped';
    case 'cancelled':
      return 'cancelled';
    case 'refused':
      return `the server did not run it: ${end.reason}`;
  }
}

function notActed(message: string): StepResult {
  return { ok: false, acted: false, message };
}
