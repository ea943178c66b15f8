import type { ReadStream, WriteStream } from 'node:tty';
import type { Binding } from './keys.ts';
import type { ThemeName } from './theme.ts';

/** How the terminal UI is to be run. */
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
