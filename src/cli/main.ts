import { createRequire } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import type { Action } from '../core/api/types.ts';
import { SEVERITY } from '../core/model/shown-state.ts';
import { addCompletion } from './completion.ts';
import { currentUser, EXIT, type GlobalOptions, runCommand } from './context.ts';
import { FORMAT_NAMES } from './import/format-names.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** `netheal`: one command a file, loaded when it is used. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endQuietly);
  try {
    await program().parseAsync([...argv]);
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    process.exitCode = thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** `netheal status | head -1`: the reader has seen enough. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
}

/** Every command with its options: what the help, the completion and docs/commands.md speak of. */
export function program(): Command {
  const root = new Command('netheal')
    .description(
      'A self-healing network monitor: it pings, finds the root cause, heals over SSH and proves it.',
    )
    .version(version, '-V, --version', 'the version of netheal')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(see netheal --help)')
    // Of the root, so that they may stand before the command as well as behind it.
    .option(
      '-c, --config <file>',
      'the config file (default: .nethealrc and its kin, here, then in ~ and /etc/netheal)',
    )
    .option('--json', 'one JSON object a line')
    .option('--quiet', 'only what needs attention')
    .addOption(
      new Option('--log-level <level>', 'how much is said').choices(['debug', 'info', 'warn', 'error']),
    );

  const command = (signature: string, description: string) =>
    root
      .command(signature)
      .description(description)
      .exitOverride()
      .showHelpAfterError(`(see netheal ${signature.split(' ', 1)[0]} --help)`)
      .configureHelp({ showGlobalOptions: true });

  const by = currentUser();
  /** Turns a handler into a commander action whose errors become messages and exit codes. */
  const does =
    <A extends unknown[]>(handler: (...args: A) => Promise<number>) =>
    (...args: unknown[]) => {
      const options = (args.pop() as Command).optsWithGlobals();
      return runCommand(() => handler(...([...args.slice(0, -1), options] as unknown as A)));
    };

  command('run', 'the daemon in the foreground: monitor, heal, log, dashboard')
    .option('--no-heal', 'monitor only')
    .option('--no-dashboard', 'no web page')
    .action(does(async (options: never) => (await import('./run.ts')).run(options)));
  command('tui', 'the terminal UI (the same as netheal-tui)')
    .option('--attach <socket>', 'the socket of a running daemon')
    .option('--read-only', 'look, do not touch')
    .option('--plain', 'lines instead of a screen')
    .action(does(async (options: never) => (await import('./tui.ts')).tui(options)));
  command('check [device...]', 'one check each, now (exit 1 where one is not up)').action(
    does(async (ids: string[], options: GlobalOptions) => (await import('./check.ts')).check(ids, options)),
  );
  command('heal <device>', 'one heal by hand, with a live transcript (exit 3 where a gate refuses)')
    .option('--dry-run', 'the plan and the verdict of every gate; opens no connection')
    .option('--force <gates>', 'override these gates, separated by commas')
    .action(does(async (id: string, options: never) => (await import('./heal.ts')).heal(id, options)));
  command('status [device...]', 'what the running daemon knows (exit 1 where one is not up)')
    .addOption(new Option('--state <state>', 'only those in this state').choices(SEVERITY))
    .option('--group <name>', 'only those of this group')
    .option('--search <words>', 'only those with these words in their id, label, address or group')
    .option('--problems', 'only those that somebody may have to look at, the gravest first')
    .option('--summary', 'how many there are in each state, and no more')
    .action(
      does(async (ids: string[], options: never) => (await import('./status.ts')).status(ids, options)),
    );
  command('dashboard', 'the web page alone').action(
    does(async (options: GlobalOptions) => (await import('./dashboard.ts')).dashboard(options)),
  );
  command('config', 'check the config and print it resolved, secrets masked')
    .option('--convert', 'print a seed-style config in the new shape')
    .option('--schema', 'print the JSON Schema')
    .action(does(async (options: never) => (await import('./config.ts')).config(options)));
  command('doctor [device...]', 'what works on this machine and what does not, each with its mend').action(
    does(async (ids: string[], options: GlobalOptions) => (await import('./doctor.ts')).doctor(ids, options)),
  );
  command('init', 'writes a first config, from flags or from a few questions')
    .addOption(
      new Option('--device <address[=label]>', 'a device; may be given more than once').argParser(
        (value: string, before: readonly string[] = []) => [...before, value],
      ),
    )
    .option('--user <name>', 'whom to log in as for healing (default: watch only)')
    .option('--output <file>', 'where it is written', '.nethealrc')
    .option('--force', 'overwrite it')
    .action(does(async (options: never) => (await import('./init.ts')).init(options)));
  command('import <file>', 'adds the hosts of another file to the config (- reads standard input)')
    .addOption(
      new Option(
        '--format <format>',
        'what it is (default: told by its name and by what stands in it)',
      ).choices(FORMAT_NAMES),
    )
    .option('--dry-run', 'print the devices; write nothing')
    .action(
      does(async (file: string, options: never) => (await import('./import.ts')).importHosts(file, options)),
    );
  command('demo', 'a playground on loopback: real probes, a real SSH server, an outage every so often')
    .option('--plain', 'lines instead of a screen')
    .action(does(async (options: never) => (await import('./demo.ts')).demo(options)));
  command('plugins', 'the plugins of the config and what they contribute').action(
    does(async (options: GlobalOptions) => (await import('./plugins.ts')).plugins(options)),
  );

  command('replay <log>', 'which heals a config would have run on a recorded time (uptime.csv or history.db)')
    .option('--from <time>', 'leave out what is older, e.g. 2026-11-01 or 2026-11-01T22:00')
    .option('--to <time>', 'leave out this time and what is newer')
    .option(
      '--resume-after <duration>',
      'a person is taken to resume healing so long after the blast radius has stopped it, or never',
      '1h',
    )
    .action(does(async (log: string, options: never) => (await import('./replay.ts')).replay(log, options)));

  command(
    'report [log]',
    'uptime, outages and heals of devices and groups, from the history or an uptime.csv',
  )
    .option('--from <time>', 'leave out what is older, e.g. 2026-11-01, or 30d (ago)')
    .option('--to <time>', 'leave out this time and what is newer')
    .option('--group <name>', 'only the devices of this group')
    .addOption(
      new Option('--format <format>', 'how it is printed').choices(['table', 'csv', 'json']).default('table'),
    )
    .action(
      does(async (log: string | undefined, options: never) =>
        (await import('./report.ts')).report(log, options),
      ),
    );

  command(
    'heals [heal]',
    'the attempts the daemon and the history know; one with its plan and transcript',
  ).action(
    does(async (id: string | undefined, options: GlobalOptions) =>
      (await import('./heals.ts')).heals(id, options),
    ),
  );
  command('approve <heal>', 'let a waiting heal run')
    .option('--hash <hash>', 'refuse unless the plan still has this hash')
    .option('--label <label>', "the device's label, for heals of high risk")
    .action(does(async (heal: string, options: never) => (await import('./act.ts')).approve(heal, options)));
  command('reject <heal>', 'do not let a waiting heal run').action(
    does((heal: string, options: GlobalOptions) => send({ type: 'reject', heal, by }, options)),
  );
  command('ack <device> [reason...]', 'a person is on it: no heals while the incident lasts').action(
    does((device: string, reason: string[], options: GlobalOptions) =>
      send({ type: 'ack', device, by, reason: because(reason) }, options),
    ),
  );
  command(
    'downtime <device> <length> [reason...]',
    'a planned outage from now on, e.g. 2h; with "end" for a length: it is over',
  ).action(
    does(async (device: string, length: string, reason: string[], options: GlobalOptions) => {
      const { durationArgument } = await import('./act.ts');
      return send(
        length === 'end'
          ? { type: 'end-downtime', device, by }
          : { type: 'downtime', device, by, reason: because(reason), durationMs: durationArgument(length) },
        options,
      );
    }),
  );
  command('note <device> <text...>', 'a line for whoever looks at the device next').action(
    does((device: string, text: string[], options: GlobalOptions) =>
      send({ type: 'note', device, by, text: text.join(' ') }, options),
    ),
  );
  command('reload', 'the running daemon reads its config again and reopens its logs, as on SIGHUP').action(
    does((options: GlobalOptions) => send({ type: 'reload', by }, options)),
  );
  command('pause [device]', 'no heals, of one device or of all').action(
    does((device: string | undefined, options: GlobalOptions) =>
      send({ type: 'pause', by, ...(device === undefined ? {} : { device }) }, options),
    ),
  );
  command('resume [device]', 'heals again; without a device this also resets a tripped blast radius').action(
    does((device: string | undefined, options: GlobalOptions) =>
      send({ type: 'resume', by, ...(device === undefined ? {} : { device }) }, options),
    ),
  );
  addCompletion(root);
  return root;
}

/** Whoever only looks waits neither for the readers of a config nor for what checks an action. */
async function send(action: Action, options: GlobalOptions): Promise<number> {
  return (await import('./act.ts')).send(action, options);
}

/** The words behind a command; a reason is asked of nobody at night. */
function because(words: readonly string[]): string {
  return words.join(' ').trim() || 'no reason given';
}
