import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it, test } from 'vitest';
import { program } from '../../src/cli/main.ts';

const PAGE = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
/** The text of each section that is about a command, by what its heading says. */
const SECTIONS = new Map(
  [...PAGE.matchAll(/^### `netheal ([^`]+)`\n(.*?)(?=^##|$(?![\s\S]))/gms)].map(([, usage, text]) => [
    usage!,
    text!,
  ]),
);
/** The options that the tables of a text speak of. */
const optionsIn = (text: string) => [...text.matchAll(/^\| `(-[^`]+)` \|/gm)].map(([, flags]) => flags!);
const flagsOf = (command: Command) =>
  command.options.filter(({ hidden }) => !hidden).map(({ flags }) => flags);

const root = program();
const COMMANDS = root.commands.filter((command) => !(command as unknown as { _hidden: boolean })._hidden);
const usageOf = (command: Command) =>
  [
    command.name(),
    ...command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    }),
  ].join(' ');

describe('docs/commands.md', () => {
  test('has a section for every command, and for no other', () => {
    expect([...SECTIONS.keys()].sort()).toEqual(COMMANDS.map(usageOf).sort());
    expect(COMMANDS.length).toBeGreaterThan(20);
  });

  it.each(COMMANDS.map((command) => [usageOf(command), command] as const))(
    'has every option of `netheal %s`, and no other',
    (usage, command) => {
      expect(optionsIn(SECTIONS.get(usage)!)).toEqual(flagsOf(command));
    },
  );

  test('has the options that stand everywhere', () => {
    expect(optionsIn(PAGE.slice(0, PAGE.indexOf('\n### ')))).toEqual(flagsOf(root));
  });

  it.each(
    COMMANDS.flatMap((command) =>
      command.options.flatMap(({ flags, argChoices }) =>
        (argChoices ?? []).map((choice) => [usageOf(command), flags, choice] as const),
      ),
    ),
  )('names for `netheal %s` what %s may be: %s', (usage, _, choice) => {
    expect(SECTIONS.get(usage)).toContain(`\`${choice}\``);
  });
});

test('every command says what it does in its help', () => {
  for (const command of COMMANDS) {
    expect(command.helpInformation()).toContain(`Usage: netheal ${command.name()} `);
    expect(command.description()).not.toBe('');
  }
});
