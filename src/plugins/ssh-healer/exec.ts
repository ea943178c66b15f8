import { cleanLine } from 'netheal/plugin';
import type { ClientChannel } from 'ssh2';
import type { Session } from './connect.ts';
import { Output } from './output.ts';
import type { Input } from './sudo.ts';

// Between TERM and KILL, and between KILL and the end of the channel.
const SIGNAL_GRACE_MS = 250;
// A device that is not well is slow to start what shall stop a command; without a connection it would not start it at all.
const STOP_AT_MOST_MS = 3_000;
// After its exit a command may leave a child that holds the output open for ever.
const AFTER_EXIT_MS = 500;

/** What ending a command takes; a step that has less time left ends it earlier. */
export const KILL_MS = 2 * SIGNAL_GRACE_MS;

/** How one command ended. */
export type CommandEnd =
  | Readonly<{ kind: 'exit'; code: number }>
  | Readonly<{ kind: 'signal'; signal: string }>
  /** The connection or its channel ended without an exit status. */
  | Readonly<{ kind: 'dropped'; reason: string }>
  | Readonly<{ kind: 'timeout' }>
  | Readonly<{ kind: 'cancelled' }>
  /** The server would not run it: certainly nothing happened. */
  | Readonly<{ kind: 'refused'; reason: string }>;

export type Run = Readonly<{
  /** Its standard input is closed after what there is to write. */
  input: Input;
  /** Run beside it to stop it where signals are not passed on. */
  stop: Input;
  timeoutMs: number;
  signal: AbortSignal;
  onLine(line: string, from: 'stdout' | 'stderr'): void;
}>;

/** Runs one command on an open session and always comes to an end. `cutBytes` = output that was not shown. */
export function runCommand(session: Session, run: Run): Promise<CommandEnd & { cutBytes: number }> {
  return new Promise((resolve) => {
    const output = new Output();
    let channel: ClientChannel | undefined;
    let ended: CommandEnd | undefined;
    let settled = false;
    let stopping = false;
    const timers = new Set<NodeJS.Timeout>();
    const later = (ms: number, action: () => void) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        action();
      }, ms);
      timers.add(timer);
    };

    const settle = (end: CommandEnd) => {
      if (settled) return;
      settled = true;
      for (const timer of timers) clearTimeout(timer);
      run.signal.removeEventListener('abort', onAbort);
      output.end();
      channel?.close();
      resolve({ ...end, cutBytes: output.cutBytes });
    };
    // Without a terminal a closed channel alone would leave the command running.
    const kill = (end: CommandEnd) => {
      // The deadline of the step may come while the command is being stopped: that is not cut short.
      if (stopping) return;
      if (ended || channel === undefined) return settle(ended ?? end);
      stopping = true;
      ended = end;
      sendSignal(channel, 'TERM');
      // Whoever is stopped closes the channel, which settles it.
      runUnwatched(session, run.stop, () => later(KILL_MS, () => settle(end)));
      later(SIGNAL_GRACE_MS, () => channel && sendSignal(channel, 'KILL'));
      later(STOP_AT_MOST_MS, () => settle(end));
    };
    const onAbort = () => kill({ kind: 'cancelled' });
    later(run.timeoutMs, () => kill({ kind: 'timeout' }));
    run.signal.addEventListener('abort', onAbort);
    if (run.signal.aborted) return settle({ kind: 'cancelled' });

    const settleWhenQuiet = (end: CommandEnd) => {
      const quietMs = performance.now() - output.lastDataAt;
      if (quietMs >= AFTER_EXIT_MS) settle(end);
      else later(AFTER_EXIT_MS - quietMs, () => settleWhenQuiet(end));
    };
    const onChannel = (opened: ClientChannel) => {
      if (settled) return opened.close();
      channel = opened;
      opened.on('error', () => {});
      opened.on('exit', (code: number | null, signal?: string) => {
        if (ended) return;
        ended =
          code === null ? { kind: 'signal', signal: cleanLine(signal ?? '?', 20) } : { kind: 'exit', code };
        const end = ended;
        later(AFTER_EXIT_MS, () => settleWhenQuiet(end));
      });
      opened.on('close', () =>
        settle(
          ended ?? {
            kind: 'dropped',
            reason: session.lost() ?? 'the channel was closed without an exit status',
          },
        ),
      );
      output.attach(opened, (line) => run.onLine(line, 'stdout'));
      output.attach(opened.stderr, (line) => run.onLine(line, 'stderr'));
      feed(opened, run.input);
    };
    try {
      session.exec(run.input.command, (error, opened) => {
        if (!error) return onChannel(opened);
        // A connection that ends now may have ended because of the command.
        const reason = session.lost();
        if (reason) settle({ kind: 'dropped', reason });
        else settle({ kind: 'refused', reason: cleanLine(error.message, 200) });
      });
    } catch {
      settle({ kind: 'refused', reason: session.lost() ?? 'not connected' });
    }
  });
}

function feed(channel: ClientChannel, { stdin }: Input): void {
  if (stdin === undefined) channel.eof();
  else channel.write(stdin, () => channel.eof());
}

function runUnwatched(session: Session, input: Input, done: () => void): void {
  try {
    session.exec(input.command, (error, channel) => {
      if (error) return done();
      channel
        .on('error', () => {})
        .on('close', done)
        .resume();
      channel.stderr.resume();
      feed(channel, input);
    });
  } catch {
    // The connection is gone: there is nobody left to tell.
    done();
  }
}

/**
 * ssh2 sends no signal on a channel whose input we have closed, although the protocol allows it (RFC 4254, 6.9).
 * Leaving the input open instead would hang every command that reads to its end.
 */
function sendSignal(channel: ClientChannel, name: 'TERM' | 'KILL'): void {
  const { outgoing } = channel as unknown as { outgoing: { state: string } };
  const state = outgoing.state;
  if (state === 'eof') outgoing.state = 'open';
  channel.signal(name);
  outgoing.state = state;
}
