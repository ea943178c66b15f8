import { cleanLines, type Device } from 'netheal/plugin';
import { seconds } from './connect.ts';
import { substitute } from './shell-words.ts';
import type { Command, SshSpec } from './spec.ts';

/** Stands above the commands of a step in configuration mode. */
export const CONFIG_HEADING = 'in configuration mode:';
/** Stands before a command that runs as root. */
export const SUDO = 'sudo: ';
/** Between a command and whatever is not as usual about it. */
export const BEFORE_TRAITS = '   (at most ';

/** A step in words, line by line. */
export function describeStep(spec: SshSpec, target: Device): string[] {
  return [
    ...(spec.config ? [CONFIG_HEADING] : []),
    ...spec.commands.flatMap((command) => describeCommand(command, target)),
  ];
}

/** The exact text, then whatever is not as usual; a command of several lines keeps its lines. */
export function describeCommand(command: Command, target: Device): string[] {
  const answers = command.dialogues?.map(
    ({ prompt, answer, answerWith }) => `answers /${prompt}/ with ${answerWith ?? JSON.stringify(answer)}`,
  );
  const traits = [
    seconds(command.timeoutMs),
    command.expectDisconnect && 'the session may drop',
    command.continueOnError && 'goes on after a failure',
    ...(answers ?? []),
  ].filter(Boolean);
  const [first = '', ...more] = cleanLines(substitute(command.run, target));
  const lines = [`${command.sudo ? SUDO : ''}${first}`, ...more.map((line) => `  ${line}`)];
  return [...lines.slice(0, -1), `${lines.at(-1)}${BEFORE_TRAITS}${traits.join(', ')})`];
}
