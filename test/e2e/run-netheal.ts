import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { EventRecord } from '../../src/core/plugin.ts';

const BIN = fileURLToPath(new URL('../../bin/netheal.js', import.meta.url));

/** A running `netheal run --json` of the build, its events as they come, in a folder of its own. */
export type Running = Readonly<{
  dir: string;
  child: ChildProcess;
  events: EventRecord[];
  /** The first event, past or to come, that matches. */
  waitFor: (what: string, matches: (event: EventRecord) => boolean) => Promise<EventRecord>;
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}>;

/** Writes the config (and other files) into a fresh folder and starts netheal there, through a command where one is named. */
export async function runNetheal(
  config: object,
  files: Readonly<Record<string, string>> = {},
  dir = mkdtempSync(join(tmpdir(), 'netheal-e2e-')),
  through: readonly string[] = [],
): Promise<Running> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o644 });
  const file = join(dir, 'netheal.yaml');
  writeFileSync(file, stringify({ stateDir: './state', ...config }), { mode: 0o600 });
  const [program = process.execPath, ...args] = [
    ...through,
    process.execPath,
    BIN,
    'run',
    '--json',
    '-c',
    file,
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const events: EventRecord[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let complaints = '';
  child.stderr!.on('data', (chunk) => {
    complaints += chunk;
  });
  child.stdout!.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) events.push(JSON.parse(line));
    for (const look of waiting) look();
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    dir,
    child,
    events,
    waitFor: (what, matches) =>
      new Promise((resolve, reject) => {
        const give = (): void => {
          const said = events.slice(-15).map(({ type, message }) => `${type}: ${message}`);
          done(() => reject(new Error(`never happened: ${what}\n${said.join('\n')}\n${complaints}`)));
        };
        const deadline = setTimeout(give, 30_000);
        const look = (): void => {
          const found = events.find(matches);
          if (found) done(() => resolve(found));
        };
        const done = (settle: () => void): void => {
          clearTimeout(deadline);
          waiting.delete(look);
          settle();
        };
        waiting.add(look);
        void exited.then(give);
        look();
      }),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const code = await exited;
      if (signal !== 'SIGKILL') rmSync(dir, { recursive: true, force: true });
      return code;
    },
  };
}

/** Where the page of a running netheal is, with the token that opens it. */
export async function pageOf(netheal: Running, token: string): Promise<string> {
  const { message } = await netheal.waitFor('the dashboard', (event) =>
    event.message.includes('The dashboard is at'),
  );
  return `${message.match(/http:\S+/)![0]}#token=${token}`;
}
