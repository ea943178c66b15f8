import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { filesBeginningWith } from './complete-files.ts';
import { load } from './context.ts';

/** The arguments that are ids of devices. */
const DEVICE_ARGUMENTS: ReadonlySet<string> = new Set(['device']);
/** The arguments and options that are files. */
const FILE_ARGUMENTS: ReadonlySet<string> = new Set(['file', 'log']);
const FILE_OPTIONS: ReadonlySet<string> = new Set(['config', 'output', 'attach']);

/** Adds `netheal completion SHELL`, and the hidden `complete` that its scripts call on every press of the key. */
export function addCompletion(root: Command): void {
  const words = tab(root, { completionCommandName: 'completion' });
  const commandOf = (name: string) => root.commands.find((command) => command.name() === name)!;
  commandOf('completion').description('prints what completes commands, options and devices in your shell');
  commandOf('complete').hook('preAction', async () => {
    const ids = await deviceIds(configIn(process.argv));
    const files = () => filesBeginningWith(process.argv.at(-1)!.replace(/^--[a-z]+=/, ''), process.env);
    const offer = (offered: () => readonly string[]) => (complete: (word: string, words: string) => void) => {
      for (const word of offered()) complete(word, '');
    };
    // What stands everywhere may stand behind every command.
    for (const { options } of words.commands.values()) {
      for (const [name, option] of words.options) if (!options.has(name)) options.set(name, option);
    }
    for (const { arguments: given, options } of [words, ...words.commands.values()]) {
      for (const argument of given.values()) {
        if (DEVICE_ARGUMENTS.has(argument.name)) argument.handler = offer(() => ids);
        if (FILE_ARGUMENTS.has(argument.name)) argument.handler = offer(files);
      }
      for (const option of options.values()) {
        if (FILE_OPTIONS.has(option.value)) option.handler = offer(files);
      }
    }
  });
}

/** Nothing is said of a config that is missing or wrong: whoever presses a key has asked no question yet. */
async function deviceIds(config: string | undefined): Promise<readonly string[]> {
  try {
    const { devices } = await load(config === undefined ? {} : { config });
    return devices.map(({ id }) => id);
  } catch {
    return [];
  }
}

/** The config that the line to complete names. */
function configIn(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === '-c' || word === '--config');
  if (at >= 0) return argv[at + 1];
  return argv.find((word) => word.startsWith('--config='))?.slice('--config='.length);
}
