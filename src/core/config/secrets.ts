import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { NethealError } from '../errors.ts';
import { Secret } from '../secret.ts';

/** A secret in the config: the text itself, or where it is kept. */
export type SecretRef =
  | string
  | Readonly<{ env: string }>
  | Readonly<{ file: string }>
  | Readonly<{ command: readonly string[] }>;

const COMMAND_TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/** Is it a reference to a secret: a map with `env`, `file` or `command` and nothing else? */
export function isSecretRef(value: unknown): value is Exclude<SecretRef, string> {
  if (typeof value !== 'object' || value === null) return false;
  const [key, ...more] = Object.keys(value);
  return more.length === 0 && (key === 'env' || key === 'file' || key === 'command');
}

/** Keys of options whose values are secrets, in plugins of anybody. */
export const SECRET_KEY =
  /(tokens?|passwords?|passphrase|secrets?|authorization|cookie|api[-_]?key)$|^pass$/i;

/**
 * Fetches a secret. Relative files start at `dir`; below $CREDENTIALS_DIRECTORY they are looked for second.
 *
 * @throws NethealError NH_SECRET_UNAVAILABLE naming the reference, never the value
 */
export async function resolveSecret(
  ref: SecretRef,
  { dir, env }: Readonly<{ dir: string; env: NodeJS.ProcessEnv }>,
): Promise<Secret> {
  if (typeof ref === 'string') return new Secret(ref);
  if ('env' in ref) {
    const value = env[ref.env];
    if (value === undefined || value === '')
      throw unavailable(`the environment variable ${ref.env} is not set`);
    return new Secret(value);
  }
  if ('file' in ref) return fromFile(ref.file, dir, env);
  return fromCommand(ref.command, dir, env);
}

function fromFile(name: string, dir: string, env: NodeJS.ProcessEnv): Secret {
  const beside = name.startsWith('~/') ? join(env.HOME || homedir(), name.slice(2)) : resolve(dir, name);
  const credential = env.CREDENTIALS_DIRECTORY ? join(env.CREDENTIALS_DIRECTORY, name) : null;
  const path = credential !== null && !existsSync(beside) && existsSync(credential) ? credential : beside;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    throw unavailable(`the secret file ${path} cannot be read (${(thrown as NodeJS.ErrnoException).code})`);
  }
  return notEmpty(text, `the secret file ${path}`);
}

function fromCommand(
  [file, ...args]: readonly string[],
  dir: string,
  env: NodeJS.ProcessEnv,
): Promise<Secret> {
  const name = `the secret command ${file}`;
  if (!file) return Promise.reject(unavailable('a secret command needs a program to run'));
  return new Promise((done, fail) => {
    const options = {
      cwd: dir,
      env,
      timeout: COMMAND_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_BYTES,
    } as const;
    execFile(file, args, options, (error, stdout) => {
      // What the command printed may hold the secret: only how it ended is told.
      if (error) {
        fail(unavailable(`${name} ${howItEnded(error)}`));
        return;
      }
      try {
        done(notEmpty(stdout, name));
      } catch (thrown) {
        fail(thrown);
      }
    });
  });
}

function howItEnded({ code, killed, signal }: ExecFileException): string {
  if (String(code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `printed more than ${MAX_BYTES / 1024} KB`;
  if (killed) return `did not end within ${COMMAND_TIMEOUT_MS / 1_000} s`;
  if (typeof code === 'number') return `ended with exit code ${code}`;
  return `failed (${code ?? signal})`;
}

/** Editors and `echo` end a file with a newline that is no part of the secret. */
function notEmpty(text: string, name: string): Secret {
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw unavailable(`${name} gave nothing`);
  return new Secret(value);
}

function unavailable(message: string): NethealError {
  return new NethealError('NH_SECRET_UNAVAILABLE', message);
}
