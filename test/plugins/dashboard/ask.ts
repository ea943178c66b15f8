/** Raw requests to a local port: fetch would not let a test lie about the host. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';

export type Reply = { status: number; headers: IncomingMessage['headers']; body: string };

/** Asks once, on a connection of its own. */
export function ask(
  port: number,
  path: string,
  options: RequestOptions & { body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, agent: false, ...options },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      },
    );
    request.once('error', reject);
    request.end(options.body);
  });
}

/** A JSON action with a token. */
export function post(
  port: number,
  path: string,
  token: string | null,
  body: unknown = {},
  options: RequestOptions = {},
): Promise<Reply> {
  return ask(port, path, {
    method: 'POST',
    ...options,
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(options.headers as Record<string, string> | undefined),
    },
    body: JSON.stringify(body),
  });
}
