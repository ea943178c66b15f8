import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ResolvedAddress } from 'netheal/plugin';

export type HttpRequest = Readonly<{
  url: URL;
  /** Where the URL's name was resolved to. */
  to: ResolvedAddress;
  method: string;
  headers: Readonly<Record<string, string>>;
  insecure: boolean;
  /** Read the body; else the answer is complete with its head. */
  wantsBody: boolean;
}>;
export type HttpAnswer = Readonly<{
  status: number;
  location: string | undefined;
  /** The first 64 KB, as UTF-8. */
  body: string;
  rttMs: number;
}>;

const MOST_BODY_BYTES = 64 * 1_024;

/** One HTTP request on a connection of its own (a kept one would hide that new ones are refused). */
export function exchange(what: HttpRequest, timeoutMs: number, signal: AbortSignal): Promise<HttpAnswer> {
  const { url, to, method, headers, insecure, wantsBody } = what;
  return new Promise((resolve, reject) => {
    const startedMonoMs = performance.now();
    const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const timeout = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => request.destroy(timeout), timeoutMs);
    const give = (message: IncomingMessage, body: Buffer) => {
      clearTimeout(timer);
      resolve({
        status: message.statusCode ?? 0,
        location: message.headers.location,
        body: body.toString('utf8'),
        rttMs: performance.now() - startedMonoMs,
      });
      request.destroy();
    };
    const request = make(url, {
      method,
      headers: { 'user-agent': 'netheal', accept: '*/*', ...headers },
      agent: false,
      rejectUnauthorized: !insecure,
      signal,
      // The URL's own name stays in the Host header and in the certificate check.
      lookup: (_name, options, done) =>
        options.all
          ? done(null, [{ address: to.address, family: to.family }])
          : done(null, to.address, to.family),
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.on('response', (message) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      message.on('error', (error) => request.destroy(error));
      if (!wantsBody) return give(message, Buffer.alloc(0));
      message.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= MOST_BODY_BYTES) give(message, Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES));
      });
      message.on('end', () => give(message, Buffer.concat(chunks)));
    });
    request.end();
  });
}
