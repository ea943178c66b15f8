import type { WriteStream } from 'node:tty';
import type { Source } from '../core/api/types.ts';
import { terminalOf } from './terminal.ts';
import type { TuiOptions } from './tui-options.ts';

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
