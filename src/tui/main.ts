import type { ReadStream, WriteStream } from 'node:tty';
import type { Source } from '../core/api/types.ts';
import type { Binding } from './keys.ts';
import { terminalOf } from './terminal.ts';
import type { ThemeName } from './theme.ts';

export type TuiOptions = Readonly<{
  /** Looks, but does not act. */
  readOnly: boolean;
  /** Lines instead of a screen, whatever the terminal can do. */
  plain: boolean;
  /** The key table, with the person's own keys in it; without it ours. */
  bindings?: readonly Binding[];
  /** The theme to begin with; without it what suits the terminal. */
  theme?: ThemeName;
  /** Name of the person, for the audit trail. */
  user: string;
  /** Said on the normal screen after quitting. */
  quitMessage?: string;
  stdin: NodeJS.ReadStream | ReadStream;
  stdout: NodeJS.WriteStream | WriteStream;
  env: Readonly<Record<string, string | undefined>>;
  /** Wall clock, epoch ms. */
  now?: () => number;
}>;

/**
 * The terminal UI of a source: a screen where there is a terminal, else plain lines. Resolves with the exit code when
 * the person quits or a signal ends it; the caller closes the source. Rejects with what broke it, after the terminal
 * is itself again.
 */
export async function runTui(source: Source, options: TuiOptions): Promise<number> {
  const { stdin, stdout, env, plain } = options;
  const terminal = terminalOf(env, stdin, stdout, plain);
  if (!terminal.interactive) {
    const { runPlain } = await import('./plain.ts');
    return runPlain(source, options);
  }
  const { runScreen } = await import('./screen.ts');
  return runScreen(source, options, terminal);
}

/** Loads the screen before it is needed, where there will be one. */
export function preload({ isTTY }: Pick<WriteStream, 'isTTY'>): void {
  if (isTTY) void import('./screen.ts');
}
