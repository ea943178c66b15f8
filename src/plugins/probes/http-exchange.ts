import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { ResolvedAddress } from 'netheal/plugin';
import { daysLeftOf } from './certificate.ts';
import type { Deadline } from './lanes.ts';

export type HttpRequest = Readonly<{
  url: URL;
  /** Where the URL's name was resolved to. */
  to: ResolvedAddress;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  context: SecureContext;
  servername: string | undefined;
  insecure: boolean;
  /** How many bytes of the body are wanted; 0: the answer is complete with its head. */
  mostBodyBytes: number;
  now: number;
  /** Called when the connection is there, whatever becomes of it. */
  onConnect: () => void;
}>;
export type HttpAnswer = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  /** As UTF-8. */
  body: string;
  /** From the start of the connection to the head of the answer. */
  rttMs: number;
  connectMs: number;
  /** The TLS handshake; undefined without TLS. */
  tlsMs: number | undefined;
  /** Of the certificate; null without one. */
  daysLeft: number | null;
}>;

/** One HTTP request on a connection of its own (a kept one would hide that new ones are refused). */
export function exchange(what: HttpRequest, { leftMs, signal }: Deadline): Promise<HttpAnswer> {
  const { url, to, servername, mostBodyBytes } = what;
  return new Promise((resolve, reject) => {
    const startedMonoMs = performance.now();
    const sinceStartMs = () => performance.now() - startedMonoMs;
    const timeout = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => request.destroy(timeout), leftMs());
    const times: { connectMs: number; tlsMs: number | undefined } = { connectMs: 0, tlsMs: undefined };
    let daysLeft: number | null = null;

    const options: RequestOptions & { secureContext: SecureContext } = {
      method: what.method,
      headers: { 'user-agent': 'netheal', accept: '*/*', ...what.headers },
      agent: false,
      rejectUnauthorized: !what.insecure,
      secureContext: what.context,
      ...(servername === undefined ? {} : { servername }),
      signal,
      // The URL's own name stays in the Host header and in the certificate check.
      lookup: (_name, options, done) =>
        options.all
          ? done(null, [{ address: to.address, family: to.family }])
          : done(null, to.address, to.family),
    };
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    request.on('error', fail);
    request.on('socket', (socket) => {
      socket.once('connect', () => {
        times.connectMs = sinceStartMs();
        what.onConnect();
      });
      socket.once('secureConnect', () => {
        times.tlsMs = sinceStartMs() - times.connectMs;
        if (socket instanceof TLSSocket) daysLeft = daysLeftOf(socket, what.now);
      });
    });
    request.on('response', (message) => {
      const { statusCode: status = 0, headers } = message;
      const rttMs = sinceStartMs();
      // A connection that breaks in the middle of a body that is wanted is an error of the answer, not of the request.
      readBody(message, mostBodyBytes).then((body) => {
        clearTimeout(timer);
        resolve({ status, headers, body, rttMs, daysLeft, ...times });
        request.destroy();
      }, fail);
    });
    request.end(what.body);
  });
}

function readBody(message: IncomingMessage, mostBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const give = () => resolve(Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8'));
    message.on('error', reject);
    if (mostBytes === 0) return give();
    message.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= mostBytes) give();
    });
    message.on('end', give);
  });
}
