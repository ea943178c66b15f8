import { createSocket } from 'node:dgram';
import type { ProbeResult, ResolvedAddress } from 'netheal/plugin';
import { cancelled, failed, resultOfError } from './answers.ts';

/** Answers that a server gave in so many words. */
const ANSWERED: Readonly<Record<string, string>> = {
  ENOTFOUND: 'answers that the name does not exist (NXDOMAIN)',
  ENODATA: 'has no record of this type',
  ESERVFAIL: 'answers that it failed (SERVFAIL)',
  EREFUSED: 'refuses the question (REFUSED)',
  ENOTIMP: 'does not know such questions (NOTIMP)',
  EFORMERR: 'does not understand the question (FORMERR)',
  EBADRESP: 'sends an answer that makes no sense',
};

/** What c-ares says about a question, as the result of a check. */
export async function resultOfDnsError(
  error: unknown,
  about: string,
  to: Readonly<{ address: ResolvedAddress; port: number }>,
  rttMs: number,
): Promise<ProbeResult> {
  const code = String((error as { code?: unknown } | null)?.code);
  const answered = ANSWERED[code];
  if (answered !== undefined) return failed(`${about}: the server ${answered}`, rttMs);
  if (code === 'ECANCELLED') return cancelled();
  if (code === 'ETIMEOUT') return resultOfError({ code: 'ETIMEDOUT' }, `${about}: `);
  // c-ares says "refused" too where it could not even open a socket.
  const own = code === 'ECONNREFUSED' ? await errorOfOurOwn(to.address, to.port) : undefined;
  return resultOfError(own ?? error, `${about}: `);
}

/** Why this machine cannot send to an address, or `undefined` where it can. Sends nothing. */
function errorOfOurOwn({ address, family }: ResolvedAddress, port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = createSocket(family === 4 ? 'udp4' : 'udp6');
    const settle = (error?: unknown) => {
      socket.close();
      resolve(error);
    };
    socket.once('error', settle);
    socket.connect(port, address, settle as () => void);
  });
}
