import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls';
import { z } from 'netheal/plugin';
import { wordsOfTlsCode, wordsOfTlsError } from './tls-error.ts';

/** The option `certDaysLeft`. */
export const certDaysLeft = z
  .int()
  .min(0)
  .max(3_650)
  .optional()
  .describe('Fails when the certificate is valid for fewer days than this.');

/** Whole days that a certificate is still valid; `null` where there is none. */
export function daysLeftOf(socket: TLSSocket, now: number): number | null {
  const until = Date.parse(socket.getPeerCertificate().valid_to ?? '');
  return Number.isNaN(until) ? null : Math.floor((until - now) / 86_400_000);
}

/** What is wrong with the days that are left, or `undefined`. */
export function daysProblem(daysLeft: number | null, wanted: number | undefined): string | undefined {
  if (wanted === undefined) return undefined;
  if (daysLeft === null) return 'the server has no certificate';
  if (daysLeft >= wanted) return undefined;
  if (daysLeft < 0) return 'the certificate has expired';
  return `the certificate is valid for only ${daysLeft} more day${daysLeft === 1 ? '' : 's'}, expected ${wanted}`;
}

/**
 * What is wrong with a certificate whose connection was let through, or `undefined`. A self-signed one is taken where
 * `selfSigned` says so, but must be for the name and in date all the same.
 */
export function certificateProblem(
  socket: TLSSocket,
  { name, selfSigned, now }: Readonly<{ name: string; selfSigned: boolean; now: number }>,
): string | undefined {
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  // OpenSSL tells one mistake only, and for these "self-signed" may hide the others.
  if (selfSigned && code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return ownProblem(socket, name, now);
  return wordsOfTlsCode(code) ?? `the certificate is not trusted (${code})`;
}

function ownProblem(socket: TLSSocket, name: string, now: number): string | undefined {
  const certificate: PeerCertificate = socket.getPeerCertificate();
  if (Date.parse(certificate.valid_from) > now) return wordsOfTlsCode('CERT_NOT_YET_VALID');
  if (Date.parse(certificate.valid_to) < now) return wordsOfTlsCode('CERT_HAS_EXPIRED');
  const wrongName = checkServerIdentity(name, certificate);
  return wrongName && (wordsOfTlsError(wrongName) ?? wrongName.message);
}
