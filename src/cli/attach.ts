import { connectSource } from '../core/api/client.ts';
import type { Source } from '../core/api/types.ts';
import type { ResolvedConfig } from '../core/config/types.ts';
import { NethealError } from '../core/errors.ts';
import { noDaemon } from './ask.ts';
import { socketOf } from './context.ts';

/** The running daemon of a config, or null where none runs. */
export async function attachIfRunning(
  config: ResolvedConfig,
  options: Readonly<{ lens?: boolean }> = {},
): Promise<Source | null> {
  try {
    return await connectSource(socketOf(config), options);
  } catch (thrown) {
    if (thrown instanceof NethealError && thrown.code === 'NH_NO_DAEMON') return null;
    throw thrown;
  }
}

/** The running daemon of a config. @throws NethealError NH_NO_DAEMON with the way to start one */
export async function attach(
  config: ResolvedConfig,
  options: Readonly<{ lens?: boolean }> = {},
): Promise<Source> {
  const source = await attachIfRunning(config, options);
  if (source) return source;
  throw noDaemon(config.stateDir);
}
