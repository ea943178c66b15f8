import { type ChildProcess, spawn } from 'node:child_process';
import {
  type Device,
  fillVariables,
  type Healer,
  messageOf,
  type StepRequest,
  type StepResult,
  templateText,
  z,
} from 'netheal/plugin';
import { OutputLines } from './output-lines.ts';
import { actedInVain, notActed } from './results.ts';

const spec = z.strictObject({
  local: z
    .array(templateText)
    .min(1, 'needs a command')
    .describe('Program and arguments. No shell reads them: pipes and $VARIABLES need `[sh, -c, ...]`.'),
  expectExit: z.int().min(0).max(255).default(0),
});
type Local = z.output<typeof spec>;

const PLACE = 'on the monitor: ';
const WORDS = /"(?:[^"\\]|\\.)*"\S*|\S+/g;
/** Between asking politely and SIGKILL. */
const GRACE_MS = 1_000;
/** How long output may trail behind the exit; a daemon that the command started holds the pipe for ever. */
const DRAIN_MS = 200;

/** `{ local: [program, argument, ...] }`: runs a command on the monitor, in the folder of the config. */
export function localHealer(configDir: string): Healer<Local> {
  return {
    kind: 'local',
    spec,
    describe: (step, target) => [`${PLACE}${commandLine(argvFor(step, target))}`],
    edit: editLocal,
    run: (request) => runLocal(request, configDir),
  };
}

/** Words as `commandLine` shows them: a JSON string is one word, whatever is in it. */
function editLocal(
  step: Local,
  _target: Device,
  lines: readonly string[],
): { spec: Local } | { refused: string } {
  const [line = '', ...more] = lines;
  if (more.length > 0) return { refused: 'it is one command; further lines have no place in it' };
  const words = (line.startsWith(PLACE) ? line.slice(PLACE.length) : line).match(WORDS) ?? [];
  const argv = words.map(wordOf);
  if (argv.includes(null)) return { refused: 'a word with quotes in it is written as a JSON string' };
  const parsed = spec.safeParse({ ...step, local: argv });
  if (!parsed.success) return { refused: parsed.error.issues.map(({ message }) => message).join('; ') };
  return { spec: parsed.data };
}

function wordOf(text: string): string | null {
  if (!text.includes('"')) return text;
  try {
    const word: unknown = JSON.parse(text);
    return typeof word === 'string' ? word : null;
  } catch {
    return null;
  }
}

function argvFor(step: Local, target: Device): string[] {
  return step.local.map((word) => fillVariables(word, target));
}

/** For eyes only: words with anything odd in them are shown as JSON strings. */
function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

async function runLocal(request: StepRequest<Local>, cwd: string): Promise<StepResult> {
  const { spec: step, target, signal, transcript } = request;
  const [program = '', ...args] = argvFor(step, target);
  if (signal.aborted) return notActed('was cancelled');
  transcript.write('command', commandLine([program, ...args]));
  const child = spawn(program, args, {
    cwd,
    // Our own environment may hold secrets of the config.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that everything it starts can be ended with it.
    detached: true,
  });
  const output = new OutputLines(transcript);
  output.follow(child.stdout);
  output.follow(child.stderr);
  const end = await untilOver(child, signal);
  if (end.notStarted !== null) return notActed(`${program} could not be started: ${end.notStarted}`);
  if (signal.aborted) return actedInVain(`${program} was ended: it took too long or was cancelled`);
  if (end.signal !== null) return actedInVain(`${program} was ended by ${end.signal}`);
  if (end.exit === step.expectExit) return { ok: true };
  return actedInVain(`${program} ended with exit code ${end.exit}, expected ${step.expectExit}`);
}

type End = Readonly<{ exit: number | null; signal: string | null; notStarted: string | null }>;

function untilOver(child: ChildProcess, signal: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    let kill: NodeJS.Timeout | undefined;
    const onAbort = () => {
      endGroup(child, 'SIGTERM');
      kill = setTimeout(() => endGroup(child, 'SIGKILL'), GRACE_MS);
    };
    const over = (end: End) => {
      clearTimeout(kill);
      signal.removeEventListener('abort', onAbort);
      // Whatever of the group has outlived its leader goes too, but only where the whole was to end.
      if (signal.aborted) endGroup(child, 'SIGKILL');
      resolve(end);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('error', (error) => over({ exit: null, signal: null, notStarted: messageOf(error) }));
    child.once('exit', (exit, endedBy) => {
      const end = { exit, signal: endedBy, notStarted: null };
      const closed = () => {
        clearTimeout(drained);
        over(end);
      };
      const drained = setTimeout(() => {
        child.off('close', closed);
        child.stdout?.destroy();
        child.stderr?.destroy();
        over(end);
      }, DRAIN_MS);
      child.once('close', closed);
    });
  });
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
