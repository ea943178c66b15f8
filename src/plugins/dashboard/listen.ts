import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { messageOf, NethealError } from 'netheal/plugin';

/** A reader that takes nothing for this long is cut off; the event stream has a heartbeat every 15 s. */
const SILENT_SOCKET_MS = 60_000;

export type ListenOptions = Readonly<{
  host: string;
  port: number;
  /** Paths of PEM files, relative to `dir`. */
  tls: Readonly<{ cert: string; key: string }> | undefined;
  dir: string;
}>;

/** What answers a request that comes from `peer`, an address. */
export type Fetch = (request: Request, peer: string) => Response | Promise<Response>;

/** Serves `fetch` over TCP; `url` is where people find it. */
export async function listen(
  options: ListenOptions,
  fetch: Fetch,
): Promise<{ url: string; close(): Promise<void> }> {
  const listener = getRequestListener(
    async (request, { incoming }) => fetch(request, incoming.socket.remoteAddress ?? 'unknown'),
    { overrideGlobalObjects: false },
  );
  const server = options.tls
    ? createHttpsServer(await readTls(options.tls, options.dir), listener)
    : createHttpServer(listener);
  server.timeout = SILENT_SOCKET_MS;
  await bind(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        // Event streams never end by themselves; the page comes back to whoever listens next.
        server.closeAllConnections();
      }),
  };
}

async function readTls(tls: { cert: string; key: string }, dir: string) {
  try {
    const [cert, key] = await Promise.all([
      readFile(resolve(dir, tls.cert)),
      readFile(resolve(dir, tls.key)),
    ]);
    return { cert, key };
  } catch (error) {
    throw new NethealError(
      'NH_PLUGIN_OPTIONS',
      `The dashboard cannot read its certificate: ${messageOf(error)}`,
      {
        plugin: 'dashboard',
        mend: 'Check plugins.dashboard.tls.cert and .key.',
      },
    );
  }
}

function bind(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((done, fail) => {
    server.once('listening', done);
    server.once('error', (error) =>
      fail(
        new NethealError(
          'NH_PORT_TAKEN',
          `The dashboard cannot listen on ${host}:${port}: ${messageOf(error)}`,
          {
            plugin: 'dashboard',
            mend: 'Set plugins.dashboard.port to a free one, or stop what listens there.',
            cause: error,
          },
        ),
      ),
    );
    server.listen(port, host);
  });
}
