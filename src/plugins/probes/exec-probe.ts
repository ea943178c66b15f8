import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { type Probe, type ProbeResult, Slots, wordsOfSystemError, z } from 'netheal/plugin';
import { cancelled, localError, windowOf } from './answers.ts';
import { readNagiosOutput } from './nagios-output.ts';

const ARGUMENT = z
  .string()
  .max(4_096)
  .refine((text) => !text.includes('\0'), 'must not contain NUL');
const OPTIONS = z.strictObject({
  /** The program and its arguments, as a list: no shell reads it. */
  command: z.tuple([ARGUMENT.min(1)], ARGUMENT),
});

const MOST_OUTPUT = 64 * 1_024;
/** How long after its exit a command's output may still arrive. */
const PIPES_MS = 200;

/** The probe `exec`: runs a check of the Nagios kind on this machine. */
export function execProbe(cwd: string): Probe<z.output<typeof OPTIONS>> {
  const slots = new Slots(16 * availableParallelism());
  return {
    type: 'exec',
    options: OPTIONS,
    name: ({ command }) => `exec:${basename(command[0])}`,
    async run({ options, timeoutMs, signal }) {
      const window = windowOf(timeoutMs);
      const release = await slots.take({ slow: false, waitMs: window.leftMs() / 2, signal });
      if (!release) return signal.aborted ? cancelled() : localError('too many commands at once');
      try {
        if (signal.aborted) return cancelled();
        return await execute(options.command, cwd, window.leftMs(), signal);
      } finally {
        release();
      }
    },
  };
}

function execute(
  [program, ...args]: readonly [string, ...string[]],
  cwd: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const startedMonoMs = performance.now();
    let child: ChildProcess;
    try {
      // A group of its own, so that a time-out ends what the command has started, too.
      child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      resolve(localError(`cannot start ${program}: ${wordsOfSystemError(error)}`));
      return;
    }
    const output = { stdout: '', stderr: '' };
    let over = false;
    const end = (result: ProbeResult) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      killGroup(child);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(result);
    };
    const cancel = () => end(cancelled());
    const timer = setTimeout(
      () => end({ ok: false, reason: 'timeout', message: `${program} was not done in time and was ended` }),
      timeoutMs,
    );
    signal.addEventListener('abort', cancel, { once: true });

    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('error', () => undefined);
      // Beyond the cap it is read and dropped: a full pipe would stop the command.
      child[name]?.on('data', (chunk: string) => {
        output[name] += chunk.slice(0, MOST_OUTPUT - output[name].length);
      });
    }
    child.on('error', (error) => end(localError(`cannot start ${program}: ${wordsOfSystemError(error)}`)));
    const judge = () => {
      const { exitCode, signalCode } = child;
      if (exitCode === null) end(localError(`${program} was ended by ${signalCode}`));
      else
        end(
          readNagiosOutput(
            exitCode,
            output.stdout.trim() || output.stderr,
            performance.now() - startedMonoMs,
          ),
        );
    };
    child.on('close', judge);
    // A command may leave a child behind that holds its pipes: "close" would then never come.
    child.on('exit', () => setTimeout(judge, PIPES_MS));
  });
}

/** The leader may be gone already; its group lives as long as one of its members. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // No such group: all of them have ended.
  }
}
