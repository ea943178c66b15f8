import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { messageOf, NethealError } from 'netheal/plugin';

/** A reader that takes nothing for this long is cut off; the event stream has a heartbeat every 15 s. */
const SILENT_SOCKET_MS = 60_000;

/** Who sends slower than this holds a connection for nothing. */
const PATIENCE: ServerOptions = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
};
const MOST_CONNECTIONS = 2_000;
/** A certificate that was renewed is taken over within this time. */
const CERTIFICATE_LOOK_MS = 10_000;

export type ListenOptions = Readonly<{
  host: string;
  port: number;
  /** Paths of PEM files, relative to `dir`. */
  tls: Readonly<{ cert: string; key: string }> | undefined;
  dir: string;
  /** Told when a renewed certificate was taken over, or why it could not be. */
  onRenewal: (message: string, level: 'info' | 'bad') => void;
}>;

/** What answers a request that comes from `peer`, an address. */
export type Fetch = (request: Request, peer: string) => Response | Promise<Response>;

/** Serves `fetch` over TCP; `url` is where people find it. */
export async function listen(
  options: ListenOptions,
  fetch: Fetch,
): Promise<{ url: string; close(): Promise<void> }> {
  const answer = getRequestListener(
    async (request, { incoming }) => fetch(request, incoming.socket.remoteAddress ?? 'unknown'),
    { overrideGlobalObjects: false },
  );
  const listener: RequestListener = (incoming, outgoing) => {
    if (isUnambiguous(incoming)) return void answer(incoming, outgoing);
    outgoing.writeHead(400, { connection: 'close' }).end();
  };
  const { tls, dir, onRenewal } = options;
  const server = tls
    ? createHttpsServer({ ...(await readTls(tls, dir)), ...PATIENCE }, listener)
    : createHttpServer(PATIENCE, listener);
  server.timeout = SILENT_SOCKET_MS;
  server.maxConnections = MOST_CONNECTIONS;
  await bind(server, options);
  const stopWatching = tls ? renewing(server as HttpsServer, tls, dir, onRenewal) : () => undefined;
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}/`,
    close: () =>
      new Promise((done) => {
        stopWatching();
        server.close(() => done());
        // Event streams never end by themselves; the page comes back to whoever listens next.
        server.closeAllConnections();
      }),
  };
}

/** One host and a path: whoever names two hosts, or another than the one in `Host`, wants to confuse somebody. */
function isUnambiguous({ rawHeaders, url }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  return hosts.length === 1 && url?.startsWith('/') === true;
}

/** Takes over certificates that are renewed while the server runs. Returns the way to stop. */
function renewing(
  server: HttpsServer,
  tls: NonNullable<ListenOptions['tls']>,
  dir: string,
  onRenewal: ListenOptions['onRenewal'],
): () => void {
  const files = [resolve(dir, tls.cert), resolve(dir, tls.key)];
  const renew = async () => {
    try {
      server.setSecureContext(await readTls(tls, dir));
      onRenewal('The dashboard has a new certificate', 'info');
    } catch (error) {
      // Key and certificate are not written at once: the next look finds them both.
      onRenewal(`The dashboard keeps its old certificate: ${messageOf(error)}`, 'bad');
    }
  };
  for (const file of files) {
    watchFile(file, { interval: CERTIFICATE_LOOK_MS, persistent: false }, () => void renew());
  }
  return () => {
    for (const file of files) unwatchFile(file);
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
