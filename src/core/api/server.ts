/** The API on a Unix socket: whoever may open the socket (its owner) may do everything. */
import { lstat, unlink } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { messageOf, NethealError } from '../errors.ts';

/** `sun_path` has 108 bytes, the last of them is NUL. */
const MAX_PATH_BYTES = 107;
/** A reader that takes nothing for this long is cut off; readers of the stream get a heartbeat every 15 s. */
const SILENT_SOCKET_MS = 60_000;
/** Requests in flight may finish for this long when the server closes. */
const CLOSE_GRACE_MS = 2_000;

/** Serves the API at `path` until `close()`. The socket is its owner's alone (0600) from its first moment. */
export async function serveUnix(
  path: string,
  fetch: (request: Request) => Promise<Response>,
): Promise<{ close(): Promise<void> }> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new NethealError(
      'NH_STATE_DIR',
      `The socket path ${path} is longer than the ${MAX_PATH_BYTES} bytes a Unix socket may have.`,
      { mend: 'Set a shorter stateDir in the config.' },
    );
  }
  await removeStale(path);
  const streams = new Set<ServerResponse>();
  const server = createServer(
    getRequestListener(
      async (request, env) => {
        const response = await fetch(request);
        if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
          const outgoing = env.outgoing as ServerResponse;
          streams.add(outgoing);
          outgoing.once('close', () => streams.delete(outgoing));
        }
        return response;
      },
      { overrideGlobalObjects: false },
    ),
  );
  server.timeout = SILENT_SOCKET_MS;
  await listenPrivately(server, path);
  return { close: () => close(server, streams) };
}

async function removeStale(path: string): Promise<void> {
  const there = await lstat(path).catch(() => null);
  if (there === null) return;
  if (!there.isSocket()) {
    throw new NethealError('NH_STATE_DIR', `${path} exists and is not a socket.`, {
      mend: 'Move that file away, or set another stateDir.',
    });
  }
  if (await answers(path)) {
    throw new NethealError('NH_STATE_LOCKED', `Another netheal answers on ${path}.`, {
      mend: 'Stop it first, or give this one a stateDir of its own.',
    });
  }
  await unlink(path).catch(() => undefined);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Refused: nobody holds it any more. Anything else (no permission) says that somebody may.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new NethealError('NH_STATE_DIR', `Cannot listen on ${path}: ${messageOf(error)}`, { cause: error }),
      ),
    );
    server.once('listening', resolve);
    // Node binds a path inside listen(), so the umask holds at the moment the file appears: no chmod afterwards.
    const umask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(umask);
    }
  });
}

async function close(server: Server, streams: ReadonlySet<ServerResponse>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Streams never end by themselves; their readers see the end and come back to whoever listens next.
  for (const stream of streams) stream.destroy();
  server.closeIdleConnections();
  const giveUp = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(giveUp);
}
