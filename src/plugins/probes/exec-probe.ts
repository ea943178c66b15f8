import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import {
  type Device,
  fillVariables,
  type Probe,
  type ProbeResult,
  Secret,
  templateText,
  wordsOfSystemError,
  z,
} from 'netheal/plugin';
import { cancelled, localError } from './answers.ts';
import { type CommandEnd, runCommand } from './command.ts';
import { Lanes } from './lanes.ts';
import { readNagiosOutput, verdictOf } from './nagios-output.ts';

const ARGUMENT = templateText.max(4_096).refine((text) => !text.includes('\0'), 'must not contain NUL');
const OPTIONS = z.strictObject({
  command: z
    .tuple([ARGUMENT.min(1)], ARGUMENT)
    .describe(
      'The program and its arguments, as a list: no shell reads it. {{ip}}, {{id}}, {{label}} are filled in.',
    ),
  warning: z.enum(['ok', 'failed']).default('ok').describe('What a warning (exit code 1) counts as.'),
  rttFrom: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Label of the performance data whose time is the RTT. Default: how long the command ran.'),
  env: z
    .record(
      z.string().regex(/^[A-Za-z_]\w*$/, 'is no name of a variable'),
      z.union([z.string(), z.instanceof(Secret)]),
    )
    .default({})
    .describe('Environment beside PATH, HOME and LANG.'),
});
type Options = z.output<typeof OPTIONS>;

/** Shorter secrets would mask half of every word. */
const SHORTEST_MASKED = 3;
/** A process costs memory also while it waits: both lanes together are the cap. */
const MOST_AT_ONCE = 8 * availableParallelism();

/** The probe `exec`: runs a check of the Nagios kind on this machine. */
export function execProbe(cwd: string): Probe<Options> {
  const lanes = new Lanes({ quick: MOST_AT_ONCE, silent: MOST_AT_ONCE, noun: 'commands' });
  return {
    type: 'exec',
    options: OPTIONS,
    name: ({ command }) => `exec:${basename(command[0])}`,
    run: ({ options, device, probe, timeoutMs, signal }) =>
      lanes.look(`${device.id} ${probe}`, { timeoutMs, signal }, async (deadline) => {
        const argv = argvFor(options, device);
        return resultOf(await runCommand({ argv, cwd, env: envOf(options) }, deadline), argv[0], options);
      }),
  };
}

function argvFor({ command: [program, ...args] }: Options, device: Device): [string, ...string[]] {
  return [fillVariables(program, device), ...args.map((word) => fillVariables(word, device))];
}

/** Our own environment may hold secrets of the config, and the language of its owner. */
function envOf({ env }: Options): NodeJS.ProcessEnv {
  const given = Object.entries(env).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);
  return { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...Object.fromEntries(given) };
}

/** A check that fails likes to tell what it was called with; what it says is read by everybody. */
function masked(output: string, { env }: Options): string {
  const secrets = Object.values(env).flatMap((value) => (value instanceof Secret ? value.reveal() : []));
  return secrets
    .filter((secret) => secret.length >= SHORTEST_MASKED)
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, '<secret>'), output);
}

function resultOf(end: CommandEnd, program: string, options: Options): ProbeResult {
  switch (end.by) {
    case 'exit':
      return verdictOf(end.code, readNagiosOutput(masked(end.output, options)), end.ranMs, options);
    case 'signal':
      return localError(`${program} was ended by ${end.signal}`);
    case 'not-started':
      return localError(`cannot start ${program}: ${wordsOfSystemError(end.error)}`);
    case 'cancelled':
      return cancelled();
    case 'timeout':
      return { ok: false, reason: 'timeout', message: `${program} was not done in time and was ended` };
  }
}
