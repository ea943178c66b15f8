import { Readable } from 'node:stream';
import type { PluginRoute } from '../core/api/plugin-routes.ts';
import type { ResolvedConfig } from '../core/config/types.ts';
import { ask } from './ask.ts';
import { socketOf } from './context.ts';

// Imported, it would bring its browser-like half along.
const { request: httpRequest } = process.getBuiltinModule('node:http');

/** What a reader needs to know of an answer that is passed on. */
const PASSED_ON = ['content-type', 'cache-control'];

/** What the plugins of the running daemon answer to who only reads, as routes that ask it. */
export async function daemonRoutes(config: ResolvedConfig): Promise<PluginRoute[]> {
  const answer = await ask<{ routes: { plugin: string; method: 'GET' | 'POST'; path: string }[] }>(
    config,
    '/api/plugins',
  );
  const socketPath = socketOf(config);
  return (answer?.routes ?? [])
    .filter(({ method }) => method === 'GET')
    .map(({ plugin, method, path }) => ({
      plugin,
      method,
      path,
      // Such a path is whole already.
      at: 'root',
      handler: (request) => passOn(socketPath, new URL(request.url)),
    }));
}

function passOn(socketPath: string, { pathname, search }: URL): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { socketPath, path: pathname + search, headers: { host: 'localhost' } },
      (reply) => {
        const headers = new Headers();
        for (const name of PASSED_ON) {
          const value = reply.headers[name];
          if (value !== undefined) headers.set(name, String(value));
        }
        resolve(
          new Response(Readable.toWeb(reply) as ReadableStream, { status: reply.statusCode!, headers }),
        );
      },
    );
    request.once('error', reject);
    request.end();
  });
}
