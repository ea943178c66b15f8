import type { Device, z } from 'netheal/plugin';
import { BEFORE_TRAITS, CONFIG_HEADING, describeCommand, SUDO } from './describe.ts';
import type { Command, SshSpec } from './spec.ts';

type Edited = Readonly<{ spec: SshSpec }> | Readonly<{ refused: string }>;

/**
 * A step with the lines of its description changed. A command that stands as it was is the very same; another one takes its
 * time limit and its other traits from the words in brackets behind it, or, where they are gone, from the one in its place.
 */
export function editStep(
  spec: SshSpec,
  target: Device,
  lines: readonly string[],
  parse: Readonly<{ kind: 'ssh' | 'ssh-shell'; schema: z.ZodType<SshSpec> }>,
): Edited {
  if (spec.config && lines[0] !== CONFIG_HEADING)
    return { refused: `the first line has to stay: ${CONFIG_HEADING}` };
  const known = spec.commands.map((command) => ({
    command,
    text: describeCommand(command, target).join('\n'),
  }));
  const wanted = commandsIn(spec.config ? lines.slice(1) : lines);
  const commands: Command[] = [];
  for (const [index, text] of wanted.entries()) {
    const same = known.find((one) => one.text === text);
    const inPlace = wanted.length === known.length ? known[index] : undefined;
    const command = same?.command ?? changedCommand(text, known, inPlace?.command, parse);
    if ('refused' in command) return command;
    commands.push(command);
  }
  return { spec: { ...spec, commands } };
}

/** Further lines of a command begin with two spaces. */
function commandsIn(lines: readonly string[]): string[] {
  const commands: string[] = [];
  for (const line of lines) {
    if (line.startsWith('  ') && commands.length > 0) commands.push(`${commands.pop()}\n${line}`);
    else commands.push(line);
  }
  return commands;
}

function changedCommand(
  described: string,
  known: readonly Readonly<{ command: Command; text: string }>[],
  inPlace: Command | undefined,
  { kind, schema }: Readonly<{ kind: 'ssh' | 'ssh-shell'; schema: z.ZodType<SshSpec> }>,
): Command | Readonly<{ refused: string }> {
  const at = described.lastIndexOf(BEFORE_TRAITS);
  const traits = at === -1 ? '' : described.slice(at);
  const model = traits === '' ? inPlace : known.find(({ text }) => text.endsWith(traits))?.command;
  if (traits !== '' && !model)
    return {
      refused: `the words in brackets are no part of the command and cannot be edited:${traits.trimEnd()}`,
    };
  const text = traits === '' ? described : described.slice(0, at);
  const sudo = text.startsWith(SUDO);
  const run = (sudo ? text.slice(SUDO.length) : text).replaceAll('\n  ', '\n');
  const parsed = schema.safeParse({ [kind]: [{ run, ...(sudo && { sudo }) }] });
  if (!parsed.success) return { refused: parsed.error.issues.map(({ message }) => message).join('; ') };
  const [command] = parsed.data.commands;
  return { ...command!, ...(model && { ...model, run: command!.run, sudo }) };
}
