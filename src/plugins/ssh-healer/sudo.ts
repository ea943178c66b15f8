import type { Secret } from 'netheal/plugin';
import { shellQuote } from './shell-words.ts';

/** A command line and what is written to its standard input. */
export type Input = Readonly<{ command: string; stdin: string | undefined }>;

/**
 * Puts sudo before a command. The password goes through standard input, never through an argument list. `-k` makes
 * sudo ask even where it need not, and the command itself gets an empty input: where sudo wants no password, the
 * command would read ours. `args` are shell text, its $1, $2...
 */
export function withSudo(command: string, password: Secret | undefined, args = ''): Input {
  const inner = `sh -c ${shellQuote(`exec </dev/null\n${command}`)}${args && ` sh ${args}`}`;
  return password
    ? { command: `sudo -S -k -p '' -- ${inner}`, stdin: `${password.reveal()}\n` }
    : { command: `sudo -n -- ${inner}`, stdin: undefined };
}
