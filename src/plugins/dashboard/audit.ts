/** One row in the event log for each action asked for over the network, and for each one refused. */
import type { Caller } from 'netheal/plugin';

/** Refusals cost nothing to provoke, so no more rows than this are written a minute; the rest are counted. */
const REFUSALS = 20;
const WINDOW_MS = 60_000;
const SHOWN_PATH = 200;

/** What came of a request. */
export type Audited = Readonly<{
  method: string;
  pathname: string;
  status: number;
  caller: Caller | null;
  address: string;
  /** It brought a token that nobody has. */
  wrongToken: boolean;
}>;

/** Makes the writer of rows. */
export function createAudit(
  monoMs: () => number,
  write: (message: string, level: 'info' | 'warn') => void,
): (row: Audited) => void {
  let since = Number.NEGATIVE_INFINITY;
  let refusals = 0;
  return (row) => {
    const isAction = row.method !== 'GET' && row.method !== 'HEAD';
    if (!isAction && !row.wrongToken) return;
    if (row.status < 400) return write(inWords(row), 'info');
    if (monoMs() - since >= WINDOW_MS) {
      if (refusals > REFUSALS) write(`${refusals - REFUSALS} more requests were refused`, 'warn');
      since = monoMs();
      refusals = 0;
    }
    refusals++;
    if (refusals <= REFUSALS) write(inWords(row), 'warn');
  };
}

function inWords({ method, pathname, status, caller, address, wrongToken }: Audited): string {
  const who = wrongToken ? 'a wrong token' : (caller?.name ?? 'somebody without a token');
  const role = caller?.name == null ? '' : ` (${caller.role})`;
  const verdict = status < 400 ? 'done' : `refused, ${status}`;
  return `${who}${role} from ${address}: ${method} ${pathname.slice(0, SHOWN_PATH)}: ${verdict}`;
}
