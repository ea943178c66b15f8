import type { Duplex } from 'node:stream';
import { cleanLine, type SshAccess } from 'netheal/plugin';
import { type LoginOptions, login, openTcp, prepare, type Session, seconds } from './connect.ts';
import { abortReason, type Refused } from './refused.ts';

// A chain that is longer than this is a loop in the config.
const MAX_HOPS = 8;

/** A session at the end of its chain of jump hosts. */
export type Route = Readonly<{
  session: Session;
  /** Sessions on the way, in order, the last is the target's. */
  sessions: readonly Session[];
  /** Closes the whole chain, the farthest end first. */
  close(): void;
}>;

/** Connects and logs in, hop by hop; each hop checks its own host key. */
export async function openRoute(access: SshAccess, options: LoginOptions): Promise<Route | Refused> {
  const hops = hopsOf(access);
  if (hops.length > MAX_HOPS)
    return {
      stage: 'jump',
      message: `more than ${MAX_HOPS} hops`,
      mend: 'look for a loop in ssh.via',
      at: access,
    };
  const sessions: Session[] = [];
  const close = () => {
    for (const session of sessions.toReversed()) session.close();
  };
  for (const hop of hops) {
    const session = await openHop(sessions.at(-1), hop, options);
    if ('stage' in session) {
      close();
      return session;
    }
    sessions.push(session);
  }
  return { session: sessions.at(-1) as Session, sessions, close };
}

async function openHop(
  before: Session | undefined,
  hop: SshAccess,
  options: LoginOptions,
): Promise<Session | Refused> {
  const prepared = await prepare(hop);
  if ('stage' in prepared) return prepared;
  const stream = before ? await forward(before, hop, options.signal) : await openTcp(hop, options.signal);
  return 'stage' in stream ? stream : login(stream, prepared, options);
}

/** The chain from here to the target. Only the first jump host can have a way of its own: the rest follow it. */
export function hopsOf(access: SshAccess): SshAccess[] {
  const hops: SshAccess[] = [access];
  for (let first: SshAccess | undefined = access; first && hops.length <= MAX_HOPS; ) {
    hops.unshift(...first.via);
    first = first.via[0];
  }
  return hops;
}

function forward(from: Session, to: SshAccess, signal: AbortSignal): Promise<Duplex | Refused> {
  return new Promise((resolve) => {
    const settle = (answer: Duplex | Refused) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    const refuse = (reason: string) =>
      settle({
        stage: 'jump',
        message: `${from.access.name} could not open a way to ${to.host}:${to.port}: ${reason}`,
        mend: `check the address as seen from ${from.access.name}, and AllowTcpForwarding there`,
        at: to,
      });
    const onAbort = () => settle({ stage: 'jump', message: abortReason(signal), at: to });
    const timer = setTimeout(
      () => refuse(`no answer within ${seconds(to.connectTimeoutMs)}`),
      to.connectTimeoutMs,
    );
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) return onAbort();
    try {
      from.forward(to.host, to.port, (error, channel) => {
        if (error) return refuse(cleanLine(error.message, 200));
        channel.on('error', () => {});
        // A socket ends when its other end does; a channel would stay half open, and who waits for its close waits for ever.
        channel.once('end', () => channel.close());
        settle(channel);
      });
    } catch {
      refuse(from.lost() ?? 'not connected');
    }
  });
}
