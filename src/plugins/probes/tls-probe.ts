import { isIP } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import {
  cleanLine,
  messageOf,
  type NameResolver,
  type Probe,
  type ProbeResult,
  type ResolvedAddress,
  z,
} from 'netheal/plugin';
import { failed, localError, resultOfError, windowOf } from './answers.ts';
import { certDaysLeft, certificateProblem, daysLeftOf, daysProblem } from './certificate.ts';
import { Connection } from './connection.ts';
import type { Deadline, Lanes } from './lanes.ts';
import { START_TLS, startTls } from './start-tls.ts';
import { host, lookUp, port } from './target.ts';
import { wordsOfTlsError } from './tls-error.ts';
import { ca, minVersion, type Trust } from './trust.ts';

const OPTIONS = z.strictObject({
  port: port.default(443).describe('Where the server listens.'),
  host,
  servername: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe('The name to ask for, which the certificate must be for. Default: the host.'),
  certDaysLeft,
  ca,
  minVersion,
  alpn: z.string().min(1).max(255).optional().describe('The protocol that must be agreed on: h2, imap.'),
  selfSigned: z
    .boolean()
    .default(false)
    .describe('Takes a self-signed certificate, if it is for the name and in date.'),
  insecure: z.boolean().default(false).describe('Takes any certificate: only the handshake is checked.'),
  startTls: z.enum(START_TLS).optional().describe('Begins in plain text, as mail servers do.'),
});
type Options = z.output<typeof OPTIONS>;

/** What a tls probe needs of the plugin. */
export type TlsTools = Readonly<{ resolver: NameResolver; lanes: Lanes; trust: Trust; now: () => number }>;
type Look = Readonly<{
  options: Options;
  name: string;
  to: ResolvedAddress;
  context: SecureContext;
  now: number;
}>;

/** The probe `tls`: whether the handshake succeeds with a good certificate. The RTT is that of the TCP handshake. */
export function tlsProbe({ resolver, lanes, trust, now }: TlsTools): Probe<Options> {
  return {
    type: 'tls',
    options: OPTIONS,
    name: (options) =>
      options.host === undefined ? `tls:${options.port}` : `tls:${options.host}:${options.port}`,
    async run({ options, device, timeoutMs, signal }) {
      const window = windowOf(timeoutMs);
      const name = options.host ?? device.address;
      const found = await lookUp(resolver, name, window.leftMs() / 2);
      if ('result' in found) return found.result;
      let context: SecureContext;
      try {
        context = await trust.contextFor(options);
      } catch (thrown) {
        return localError(`the file of ca cannot be used: ${messageOf(thrown)}`);
      }
      const look = { options, name: options.servername ?? name, to: found.to, context, now: now() };
      const rest = { timeoutMs: window.leftMs(), signal };
      return lanes.look(`${name} ${options.port}`, rest, (deadline) => shake(look, deadline));
    },
  };
}

async function shake(look: Look, deadline: Deadline): Promise<ProbeResult> {
  const { options, to } = look;
  const about = `port ${options.port}: `;
  let connection: Connection | undefined;
  try {
    connection = await Connection.open(to, options.port, deadline);
    const refusal = options.startTls && (await startTls(connection, options.startTls));
    if (refusal !== undefined)
      return failed(`${about}no TLS, the server said: ${cleanLine(refusal, 100)}`, connection.rttMs);
    const startedMonoMs = performance.now();
    const socket = await secure(connection, look);
    return judge(socket, look, connection.rttMs, performance.now() - startedMonoMs);
  } catch (error) {
    const words = wordsOfTlsError(error);
    return words === undefined
      ? resultOfError(error, about, connection !== undefined)
      : failed(about + words, connection?.rttMs);
  } finally {
    connection?.close();
  }
}

function secure(connection: Connection, { options, name, context }: Look): Promise<TLSSocket> {
  return connection.until<TLSSocket>((done) => {
    const socket = connect({
      socket: connection.socket,
      secureContext: context,
      // Of addresses there is no server name (RFC 6066); the certificate is checked for them all the same.
      ...(isIP(name) ? { host: name } : { servername: name, host: name }),
      ...(options.alpn === undefined ? {} : { ALPNProtocols: [options.alpn] }),
      // Let through to be judged here, with the days and the name in words.
      rejectUnauthorized: false,
    });
    socket.once('secureConnect', () => done(socket));
    socket.on('error', (error) => connection.end(error));
  });
}

function judge(socket: TLSSocket, look: Look, rttMs: number, handshakeMs: number): ProbeResult {
  const { options, name, now } = look;
  const { selfSigned, insecure, alpn } = options;
  const daysLeft = daysLeftOf(socket, now);
  const problem =
    (insecure ? undefined : certificateProblem(socket, { name, selfSigned, now })) ??
    daysProblem(daysLeft, options.certDaysLeft);
  if (problem !== undefined) return failed(problem, rttMs);
  if (alpn !== undefined && socket.alpnProtocol !== alpn)
    return failed(`the server does not offer the protocol ${alpn} (ALPN)`, rttMs);
  const days = daysLeft === null ? '' : `, certificate valid for ${daysLeft} days`;
  return {
    ok: true,
    rttMs,
    detail: `${socket.getProtocol()}, handshake ${handshakeMs.toFixed(1)} ms${days}`,
  };
}
