import { requestSocket } from '../core/api/socket-request.ts';
import type { ResolvedConfig } from '../core/config/types.ts';
import { messageOf, NethealError } from '../core/errors.ts';
import { socketOf } from './context.ts';

/** No daemon: nothing listens, or what did is gone. */
const NOBODY: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/**
 * Asks the running daemon for one thing, without the picture of the whole fleet. Null where there is no such thing.
 *
 * @throws NethealError NH_NO_DAEMON with the way to start one, NH_NOT_ALLOWED with what the daemon says
 */
export async function ask<T>(config: ResolvedConfig, path: string): Promise<T | null> {
  const { status, body } = await requestSocket(socketOf(config), 'GET', path).catch((thrown) => {
    if (NOBODY.has((thrown as NodeJS.ErrnoException).code)) throw noDaemon(config.stateDir);
    throw new NethealError('NH_NO_DAEMON', `netheal does not answer: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  });
  if (status === 200) return body as T;
  if (status === 404) return null;
  throw new NethealError(
    'NH_NOT_ALLOWED',
    (body as { detail?: string }).detail ?? `the daemon answers ${status}`,
  );
}

/** What every command says that needs one. */
export function noDaemon(stateDir: string): NethealError {
  return new NethealError('NH_NO_DAEMON', `no netheal is running on ${stateDir}`, {
    mend: 'start one with `netheal run` or `netheal-tui`',
  });
}
