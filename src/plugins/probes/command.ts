import { type ChildProcess, spawn } from 'node:child_process';
import type { Deadline } from './lanes.ts';

export type Command = Readonly<{
  argv: readonly [string, ...string[]];
  cwd: string;
  env: NodeJS.ProcessEnv;
}>;
/** How a command came to its end; it and all that it started are gone by then. */
export type CommandEnd =
  | Readonly<{ by: 'exit'; code: number; output: string; ranMs: number }>
  | Readonly<{ by: 'signal'; signal: string }>
  | Readonly<{ by: 'timeout' | 'cancelled' }>
  | Readonly<{ by: 'not-started'; error: unknown }>;

const MOST_OUTPUT = 64 * 1_024;
/** How long after its exit a command's output may still arrive: a child left behind may hold the pipes for ever. */
const PIPES_MS = 200;

/** Runs a program without a shell and with empty stdin. Its stderr counts where it prints nothing on stdout. */
export function runCommand({ argv, cwd, env }: Command, { leftMs, signal }: Deadline): Promise<CommandEnd> {
  const [program, ...args] = argv;
  return new Promise((resolve) => {
    const startedMonoMs = performance.now();
    let child: ChildProcess;
    try {
      // A group of its own, so that a time-out ends what the command has started, too.
      child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      resolve({ by: 'not-started', error });
      return;
    }
    const timers: NodeJS.Timeout[] = [];
    const end = (how: CommandEnd) => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      killGroup(child);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(how);
    };
    const cancel = () => end({ by: 'cancelled' });
    signal.addEventListener('abort', cancel, { once: true });
    timers.push(setTimeout(() => end({ by: 'timeout' }), leftMs()));

    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('error', () => undefined);
      // Beyond the cap it is read and dropped: a full pipe would stop the command.
      child[name]?.on('data', (chunk: string) => {
        printed[name] += chunk.slice(0, MOST_OUTPUT - printed[name].length);
      });
    }
    child.on('error', (error) => end({ by: 'not-started', error }));
    child.on('exit', (code, endedBy) => {
      const ranMs = performance.now() - startedMonoMs;
      const judge = () => {
        if (code === null) end({ by: 'signal', signal: String(endedBy) });
        else end({ by: 'exit', code, output: printed.stdout.trim() || printed.stderr, ranMs });
      };
      child.on('close', judge);
      timers.push(setTimeout(judge, PIPES_MS));
    });
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
