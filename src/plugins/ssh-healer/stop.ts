import type { Secret } from 'netheal/plugin';
import { shellQuote } from './shell-words.ts';
import { type Input, withSudo } from './sudo.ts';

// $1: the sshd of this connection; $2: the shell we run in. Whatever else sshd runs for us is the command to stop;
// each leads a process group of its own. Goes on by itself when the connection is closed meanwhile.
const SCRIPT = [
  'all=',
  'for f in $(grep -l "^PPid:[^0-9]*$1\\$" /proc/[0-9]*/status 2>/dev/null)',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell, not for us
  'do p=${f#/proc/}; p=${p%/status}; [ "$p" = "$2" ] || all="$all $p"; done',
  'for s in TERM KILL',
  'do for p in $all; do kill -$s "-$p" 2>/dev/null || kill -$s "$p" 2>/dev/null; done; [ $s = KILL ] || sleep 1; done',
].join('\n');

/**
 * A second command that stops the first one. OpenSSH passes no signals on in a login as root ("session signalling
 * requires privilege separation"), and none of ours can reach what sudo has started.
 */
export function stopCommand(sudo: boolean, password: Secret | undefined): Input {
  const args = '$PPID $$';
  if (sudo) return withSudo(SCRIPT, password, args);
  return { command: `sh -c ${shellQuote(SCRIPT)} sh ${args}`, stdin: undefined };
}
