import { execFile } from 'node:child_process';

/** What a command said. */
export type Output = Readonly<{ code: number; stdout: string; stderr: string }>;

/** With all the usual folders: root's own PATH may lack those of system programs, after a plain `su` for one. */
export const searchPath = `${process.env.PATH}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/** Runs a command to its end and returns whatever came out of it. */
export function tryRun(argv: readonly string[], input = ''): Promise<Output> {
  const [command, ...args] = argv as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { env: { ...process.env, PATH: searchPath }, timeout: 30_000, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
        // Never started, or killed at its deadline: a fault of the set-up, not of the command.
        else reject(error);
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** Runs a command that must succeed; returns its standard output. */
export async function run(argv: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await tryRun(argv, input);
  if (code !== 0) {
    throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  }
  return stdout;
}

/** Many `ip` commands in one process, in a network namespace where one is named. */
export async function ip(lines: readonly string[], namespace?: string): Promise<void> {
  const inside = namespace === undefined ? [] : ['-n', namespace];
  await run(['ip', ...inside, '-batch', '-'], `${lines.join('\n')}\n`);
}
