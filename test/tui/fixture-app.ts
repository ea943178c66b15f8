/**
 * The built terminal UI over the scripted fleet, as a program of its own: `startFixture` in `terminal.ts` starts it in
 * a pty. After the UI has ended it prints `exit code N`.
 *
 * FIXTURE          JSON of `Fixture`
 * FIXTURE_ACTIONS  file to which each action is added as a line of JSON
 */
import { appendFileSync } from 'node:fs';
import { FakeSource, NOW, oddFleet, snapshot } from './fake-source.ts';

export type Fixture = Readonly<{
  readOnly?: boolean;
  plain?: boolean;
  /** The engine ends with the UI. Default: a client of a daemon. */
  inProcess?: boolean;
  /** Default "oper". */
  user?: string;
  quitMessage?: string;
  /** What breaks on SIGUSR2. */
  breaks?: 'throw' | 'reject';
  /** SIGUSR2 takes this device down. */
  fails?: string;
  /** SIGUSR2 writes this to the console and to stderr. */
  prints?: string;
  /** A fleet of labels that are hard to align. */
  odd?: boolean;
}>;

// Like the launcher: before React loads.
process.env.NODE_ENV ||= 'production';
const built = new URL('../../dist/tui/main.js', import.meta.url).href;
const { runTui } = (await import(built)) as typeof import('../../src/tui/main.ts');

const { env } = process;
const fixture = JSON.parse(env.FIXTURE ?? '{}') as Fixture;
const source = new FakeSource({
  inProcess: fixture.inProcess ?? false,
  ...(fixture.odd && { snapshot: snapshot({ devices: oddFleet() }) }),
  answer: (action) => {
    if (env.FIXTURE_ACTIONS) appendFileSync(env.FIXTURE_ACTIONS, `${JSON.stringify(action)}\n`);
    return { ok: true, message: `done: ${action.type}` };
  },
});
process.on('SIGUSR2', () => {
  if (fixture.breaks === 'throw') throw new Error('the fixture breaks');
  if (fixture.breaks === 'reject') void Promise.reject(new Error('the fixture breaks'));
  if (fixture.fails) fail(fixture.fails);
  if (fixture.prints) {
    console.log(fixture.prints);
    process.stderr.write(`${fixture.prints}, on stderr\n`);
  }
});

try {
  const code = await runTui(source, {
    readOnly: fixture.readOnly ?? false,
    plain: fixture.plain ?? false,
    user: fixture.user ?? 'oper',
    quitMessage: fixture.quitMessage ?? 'the daemon goes on',
    stdin: process.stdin,
    stdout: process.stdout,
    env,
    now: () => NOW,
  });
  process.stdout.write(`exit code ${code}\n`);
  process.exitCode = code;
} catch (thrown) {
  process.stdout.write(`thrown: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
process.stdin.unref();

function fail(id: string): void {
  const { devices, seq } = source.snapshot();
  const device = devices.find((one) => one.id === id)!;
  source.change({
    seq: seq + 1,
    devices: [{ ...device, reachability: 'down', since: NOW, rttMs: null, consecutiveFailures: 3 }],
    events: [
      {
        seq: seq + 1,
        at: new Date(NOW).toISOString(),
        type: 'status-change',
        level: 'bad',
        device: id,
        from: device.reachability,
        to: 'down',
        message: `${device.label} is down: no answer within 2000 ms`,
      },
    ],
  });
}
