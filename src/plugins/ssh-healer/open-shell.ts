import { cleanLine } from 'netheal/plugin';
import type { CompiledDialect } from './compiled-dialect.ts';
import { type Session, seconds } from './connect.ts';
import { abortReason } from './refused.ts';
import { Shell } from './shell.ts';

const COLUMNS = 511;
const ROWS = 1_000;

/** Opens an interactive shell with a terminal; in words why there is none. */
export function openShell(
  session: Session,
  dialect: CompiledDialect | null,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Shell | string> {
  return new Promise((resolve) => {
    const settle = (answer: Shell | string) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    const onAbort = () => settle(`no shell: ${abortReason(signal)}`);
    const timer = setTimeout(
      () => settle(`no shell: the server did not open one within ${seconds(timeoutMs)}`),
      timeoutMs,
    );
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) return onAbort();
    const size = { cols: dialect?.columns ?? COLUMNS, rows: dialect?.rows ?? ROWS };
    try {
      session.shell({ term: 'vt100', ...size }, (error, channel) => {
        if (error) return settle(`no shell: ${session.lost() ?? cleanLine(error.message, 200)}`);
        channel.stderr.resume();
        settle(new Shell(channel, session.lost));
      });
    } catch {
      settle(`no shell: ${session.lost() ?? 'not connected'}`);
    }
  });
}
