import { type Dialogue, dialogueSchema, z } from 'netheal/plugin';
import { variableProblem } from './shell-words.ts';

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const DEFAULT_COMMAND_TIMEOUT_MS = 30_000;

/** One command as it will run. */
export type Command = Readonly<{
  run: string;
  /** Ends after this time at the latest, and sooner where the step's own time is up. */
  timeoutMs: number;
  sudo: boolean;
  /** The session may drop (a reboot): then the command has succeeded, pending verification. */
  expectDisconnect: boolean;
  /** A non-zero exit does not stop the step. */
  continueOnError: boolean;
  /** Questions that this command may be asked, besides those of the dialect. */
  dialogues?: readonly Dialogue[];
}>;

/** A parsed `ssh` or `ssh-shell` step. */
export type SshSpec = Readonly<{
  commands: readonly Command[];
  /** Runs them in the configuration mode of the dialect, which is entered before and left after them. */
  config?: true;
}>;

const duration = z
  .string()
  .regex(DURATION, 'a duration is written like 30s, 5m or 1h30m')
  .transform(durationMs)
  .refine((ms) => ms > 0, 'must be longer than nothing');

const commandText = z
  .string()
  .trim()
  .min(1, 'a command may not be empty')
  .refine((text) => !text.includes('\0'), 'a command may not hold a NUL character')
  .superRefine((text, context) => {
    const problem = variableProblem(text);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

const traits = {
  expectDisconnect: z.boolean().optional(),
  continueOnError: z.boolean().optional(),
};
const sudo = { sudo: z.boolean().optional() };
const commandKeys = {
  run: commandText,
  timeout: duration.optional(),
  dialogues: z.array(dialogueSchema).min(1).optional(),
  ...traits,
};
const stepKeys = { commandTimeout: duration.optional(), config: z.boolean().optional(), ...traits };

const commands = <T extends z.ZodType>(command: T) =>
  z.union([commandText, z.array(z.union([commandText, command])).min(1, 'needs at least one command')]);

type Traits = Readonly<{ sudo?: boolean; expectDisconnect?: boolean; continueOnError?: boolean }>;
type WrittenCommand = string | (Traits & Readonly<{ run: string; timeout?: number; dialogues?: Dialogue[] }>);
type WrittenStep = Traits & Readonly<{ commandTimeout?: number; config?: boolean }>;

/** An `ssh` step as the config writes it; keys beside `ssh` are defaults for each of its commands. */
export const sshSpec = z
  .strictObject({ ssh: commands(z.strictObject({ ...commandKeys, ...sudo })), ...stepKeys, ...sudo })
  .transform(({ ssh, ...step }) => resolved(ssh, step));

/** An `ssh-shell` step: the same in an interactive shell, where there is no sudo of ours. */
export const sshShellSpec = z
  .strictObject({ 'ssh-shell': commands(z.strictObject(commandKeys)), ...stepKeys })
  .transform(({ 'ssh-shell': typed, ...step }) => resolved(typed, step));

function resolved(written: string | readonly WrittenCommand[], step: WrittenStep): SshSpec {
  const list = typeof written === 'string' ? [written] : written;
  return {
    ...(step.config && { config: true }),
    commands: list.map((entry) => {
      const own = typeof entry === 'string' ? { run: entry } : entry;
      return {
        run: own.run,
        timeoutMs: own.timeout ?? step.commandTimeout ?? DEFAULT_COMMAND_TIMEOUT_MS,
        sudo: own.sudo ?? step.sudo ?? false,
        expectDisconnect: own.expectDisconnect ?? step.expectDisconnect ?? false,
        continueOnError: own.continueOnError ?? step.continueOnError ?? false,
        ...(own.dialogues && { dialogues: own.dialogues }),
      };
    }),
  };
}

function durationMs(text: string): number {
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sum += Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  return sum;
}
