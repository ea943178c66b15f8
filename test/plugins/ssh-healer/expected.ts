import type { StepResult } from 'netheal/plugin';
import { expect } from 'vitest';
import { CANARY, type Case } from './corpus.ts';
import type { FakeDevice } from './fake-device.ts';

/** Compares what came of a conversation with what its data file says. */
export function expectAsWritten(
  one: Case,
  { result, lines, device }: Readonly<{ result: StepResult; lines: readonly string[]; device: FakeDevice }>,
): void {
  const { commands, answers } = device;
  const story = JSON.stringify({ result, lines, commands, answers }, null, 1);
  expect(result.ok, story).toBe(one.ok);
  if (!result.ok) {
    if (one.message !== undefined) expect(result.message, story).toMatch(new RegExp(one.message));
    if (one.acted !== undefined) expect(result.acted, story).toBe(one.acted);
  }
  if (one.typed) {
    expect(commands.slice(0, one.typed.length), story).toEqual(one.typed);
    // What frees the line at the end, and nothing else.
    expect(['', 'exit', '/quit'], story).toContain(commands.slice(one.typed.length).join());
  }
  if (one.answers) expect(answers, story).toEqual(one.answers);
  for (const shown of one.shows ?? [])
    expect(
      lines.some((line) => line.includes(shown)),
      `${shown}\n${story}`,
    ).toBe(true);
  for (const hidden of one.never ?? []) expect(lines.join('\n'), story).not.toContain(hidden);
  expect(lines.join('\n')).not.toMatch(CANARY);
  expect(JSON.stringify(result)).not.toMatch(CANARY);
}
