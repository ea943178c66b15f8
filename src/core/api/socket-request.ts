import type { IncomingMessage } from 'node:http';

// Imported, it would bring its browser-like half along, which takes 70 ms of every start.
const { request: httpRequest } = process.getBuiltinModule('node:http');

const REQUEST_MS = 30_000;

/** What the API answered. */
export type Reply = Readonly<{ status: number; body: unknown }>;

/** The part of a problem+json body that a caller acts on. */
export type ProblemBody = { code?: string; detail?: string; gate?: string };

/** One request to the API on a Unix socket. Rejects where nobody answers, or not in time. */
export function requestSocket(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: 'localhost',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const request = httpRequest({ socketPath, method, path, headers });
    request.setTimeout(REQUEST_MS, () => request.destroy(new Error('No answer in time.')));
    request.once('error', reject);
    request.once('response', (response) => resolve(readReply(response)));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
}
