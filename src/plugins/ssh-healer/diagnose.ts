import type { SshAccess } from 'netheal/plugin';
import { LEGACY_WARNING } from './algorithms.ts';
import type { CompiledDialect } from './compiled-dialect.ts';
import type { Session } from './connect.ts';
import { openRoute } from './jump.ts';
import { openShell } from './open-shell.ts';
import { type Choice, chooseDialect, lookLike, oneOf } from './recognise.ts';
import { describeRefused } from './refused.ts';
import type { Shell } from './shell.ts';
import { inWords } from './shell-step.ts';

const SHELL_MS = 5_000;
const GREETING_QUIET_MS = 500;

type Diagnosis = Readonly<{ ok: boolean; lines: readonly string[] }>;

/**
 * Tries the whole login and runs nothing: TCP, host key, credentials, what kind of server it is, which dialect its prompt
 * looks like and where a dialogue would stop. Nothing at all is typed.
 */
export async function diagnose(access: SshAccess, signal: AbortSignal): Promise<Diagnosis> {
  const route = await openRoute(access, { signal, pin: false });
  if ('stage' in route) return { ok: false, lines: [describeRefused(route, access)] };
  try {
    const lines = route.sessions.flatMap((session) => [
      `${session.access.name}: logged in as ${session.access.username}@${session.access.host}:${session.access.port}`,
      `  host key ${session.hostKey}`,
      `  server ${session.ident}`,
      ...session.notes.map((note) => `  ${note}`),
    ]);
    if (access.legacy) lines.push(LEGACY_WARNING);
    const spoken = await lookAtDialect(access, route.session, signal);
    return { ok: spoken.ok, lines: [...lines, ...spoken.lines] };
  } finally {
    route.close();
  }
}

async function lookAtDialect(access: SshAccess, session: Session, signal: AbortSignal): Promise<Diagnosis> {
  const choice = chooseDialect(access, session.ident, false);
  if (choice.by === 'nothing') return { ok: false, lines: [choice.why] };
  if (choice.by === 'exec' && access.dialect !== 'auto')
    return { ok: true, lines: [`dialect ${access.dialect}: commands by exec`] };
  const shell = await openShell(session, choice.by === 'shell' ? choice.dialect : null, SHELL_MS, signal);
  if (typeof shell === 'string')
    return { ok: choice.by === 'exec', lines: [choice.by === 'exec' ? `commands by exec; ${shell}` : shell] };
  try {
    if (choice.by === 'shell') return await readPrompt(access, shell, choice, signal);
    const greeting = await shell.greeting(GREETING_QUIET_MS, SHELL_MS, signal);
    return { ok: true, lines: [byExec(lookLike(access, greeting, false), greeting.line)] };
  } finally {
    shell.close();
  }
}

/** What `auto` does with a server that runs commands by exec, and what its prompt says to that. */
function byExec(looks: readonly CompiledDialect[], line: string): string {
  if (looks.length === 0 || looks.some(({ exec }) => exec)) return 'dialect auto: commands by exec';
  return (
    `dialect auto: commands by exec; but its prompt ${JSON.stringify(line.trim().slice(-80))} looks like ` +
    `${oneOf(looks)}: say which by ssh.dialect`
  );
}

async function readPrompt(
  access: SshAccess,
  shell: Shell,
  { dialect, how }: Extract<Choice, { by: 'shell' }>,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const end = await shell.speak(dialect, access).type({
    text: null,
    dialogues: [],
    timeoutMs: SHELL_MS,
    signal,
    onLine: () => {},
    onAnswer: () => {},
    mayAnswer: false,
  });
  if (end.kind === 'asked') {
    const declared = dialect.dialogues.find(({ prompt }) => prompt.test(end.asked));
    return declared
      ? {
          ok: true,
          lines: [how, `  asks ${JSON.stringify(end.asked)} at the login, which the dialect answers`],
        }
      : { ok: false, lines: [how, `a heal would stop at the login: ${inWords(end)}`] };
  }
  if (end.kind !== 'prompt')
    return { ok: false, lines: [how, `a heal would stop at the login: ${inWords(end)}`] };
  const lines = [how, `  prompt of "${end.prompt.host}", mode ${end.prompt.mode}`];
  const mode = dialect.modes.find(({ name }) => name === end.prompt.mode);
  if (mode?.ready) return { ok: true, lines };
  if (mode?.next === undefined)
    return { ok: false, lines: [...lines, `a heal would stop there: no commands can be run in this mode`] };
  const needed = mode.next.dialogues
    .map(({ answerWith }) => answerWith)
    .find((name) => name && !access[name]);
  lines.push(`  a heal types \`${mode.next.type}\` to come to mode ${mode.next.to}`);
  if (!needed) return { ok: true, lines };
  // Some devices ask for none: a heal would try.
  return {
    ok: true,
    lines: [...lines, `  and would stop if it is asked for a secret: there is no ssh.${needed}`],
  };
}
