import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceView } from '../core/api/types.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A program and its arguments. No shell reads them. */
export type Command = readonly [program: string, ...args: string[]];

/** Runs a program in the terminal that was lent to it. Resolves with its exit code; null where a signal ended it. */
export function runProgram([program, ...args]: Command, env: Env): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...env } });
    child.once('error', (error) =>
      reject(new Error(`${program} cannot be started: ${error.message}`, { cause: error })),
    );
    child.once('close', resolve);
  });
}

/** The editor of the person on a file: $VISUAL, $EDITOR, else vi. They may hold arguments ("code -w"). */
export function editorOn(file: string, { VISUAL, EDITOR }: Env): Command {
  const [program = 'vi', ...args] = (VISUAL || EDITOR || 'vi').trim().split(/\s+/);
  return [program, ...args, file];
}

/** A text as the person's editor leaves it; null where the editor failed, as with `:cq` in vi. */
export async function editText(text: string, env: Env): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-'));
  try {
    const file = join(folder, 'commands.txt');
    await writeFile(file, text, { mode: 0o600 });
    return (await runProgram(editorOn(file, env), env)) === 0 ? await readFile(file, 'utf8') : null;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The ssh client on a device, as the config reaches it: user, port, jump hosts. Null without a login. */
export function sshTo({ config: { ssh, via = [] } }: DeviceView): Command | null {
  const login = /^(.+)@\[?([^@[\]]+)\]?:(\d+)$/.exec(ssh ?? '');
  if (!login) return null;
  const [, user = '', host = '', port = ''] = login;
  // Behind "--" no host can be taken for an option.
  return ['ssh', '-p', port, '-l', user, ...(via.length > 0 ? ['-J', via.join(',')] : []), '--', host];
}
