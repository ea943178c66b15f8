/** A `Source` over the daemon's Unix socket: a mirrored picture, kept fresh by its event stream. */
import type { ClientRequest } from 'node:http';
import { messageOf, NethealError } from '../errors.ts';
import { NO_SEARCH } from './lens.ts';
import { applyDelta, hasGap, type Picture, pictureOf, replacement, snapshotOf } from './picture.ts';
import { select } from './select.ts';
import { type ProblemBody, requestSocket } from './socket-request.ts';
import { createSseParser, type SseMessage } from './sse-parser.ts';
import type { Action, ActionResult, Delta, SampleView, Search, Snapshot, Source } from './types.ts';

// Imported, it would bring its browser-like half along, which takes 70 ms of every start.
const { request: httpRequest } = process.getBuiltinModule('node:http');

const FIRST_PICTURE_MS = 5_000;
/** Three heartbeats of the server. */
const SILENCE_MS = 45_000;
const BACKOFF_MS = [100, 200, 400, 800, 1_600, 3_000] as const;

/**
 * Connects to a running netheal; with `lens` a fleet too large to be shown whole is seen through one (see lens.ts). Throws
 * NH_NO_DAEMON where none listens. Later losses are mended by itself.
 */
export async function connectSource(
  socketPath: string,
  options: Readonly<{ lens?: boolean }> = {},
): Promise<Source> {
  const mirror = createMirror(socketPath, options.lens ?? false);
  try {
    await mirror.firstPicture;
  } catch (error) {
    await mirror.source.close();
    throw error;
  }
  return mirror.source;
}

function createMirror(socketPath: string, lens: boolean): { source: Source; firstPicture: Promise<void> } {
  const listeners = new Set<(delta: Delta) => void>();
  const first = Promise.withResolvers<void>();
  let picture: Picture | null = null;
  let snapshot: Snapshot | null = null;
  let connection: ReturnType<Source['connection']> = { state: 'stale', since: Date.now() };
  let request: ClientRequest | null = null;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let search = NO_SEARCH;

  const giveUp = setTimeout(() => {
    first.reject(noDaemon(socketPath, 'It does not answer.'));
  }, FIRST_PICTURE_MS);

  function open(resumeFrom: number | null): void {
    const headers = {
      host: 'localhost',
      accept: 'text/event-stream',
      ...(resumeFrom === null ? {} : { 'last-event-id': String(resumeFrom) }),
    };
    const path = lens ? `/api/events?${queryOf(search)}` : '/api/events';
    const current = httpRequest({ socketPath, path, headers });
    request = current;
    let over = false;
    const lost = (error: Error | null) => {
      if (over) return;
      over = true;
      current.destroy();
      if (request === current) onLost(error);
    };
    const parse = createSseParser((message) => {
      // A message of a stream that was given up must not reach the picture of its successor.
      if (request === current && !onMessage(message)) {
        over = true;
        current.destroy();
        open(null);
      }
    });
    current.setTimeout(SILENCE_MS, () => lost(new Error('No heartbeat.')));
    current.once('error', lost);
    current.once('response', (response) => {
      if (response.statusCode !== 200) return lost(new Error(`Status ${response.statusCode}.`));
      response.on('data', parse);
      response.on('error', lost);
      response.once('close', () => lost(null));
    });
    current.end();
  }

  /** False: the picture and the stream do not fit together, a new snapshot is needed. */
  function onMessage({ event, data }: SseMessage): boolean {
    if (event === 'snapshot' || event === 'reset') {
      const next = pictureOf(JSON.parse(data) as Snapshot);
      const delta = picture === null ? null : replacement(picture, next);
      live();
      change(next, delta);
      clearTimeout(giveUp);
      first.resolve();
      return true;
    }
    if (event !== 'delta') return true;
    const delta = JSON.parse(data) as Delta;
    if (picture === null || hasGap(picture, delta)) return false;
    // Another process numbers its events anew: ours say nothing there.
    if (delta.monitor !== undefined && delta.monitor.startedAt !== picture.monitor.startedAt) return false;
    live();
    change(applyDelta(picture, delta), delta);
    return true;
  }

  function change(next: Picture, delta: Delta | null): void {
    picture = next;
    snapshot = null;
    if (delta !== null) for (const listener of listeners) listener(delta);
  }

  function live(): void {
    failures = 0;
    if (connection.state === 'stale') connection = { state: 'live', since: Date.now() };
  }

  function onLost(error: Error | null): void {
    if (closed) return;
    if (picture === null) {
      first.reject(noDaemon(socketPath, messageOf(error ?? 'It hung up.'), error));
      return;
    }
    if (connection.state === 'live') {
      connection = { state: 'stale', since: Date.now() };
      // Nothing changed but the connection: views must say so.
      change(picture, { seq: picture.seq, at: picture.at });
    }
    const wait = BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)];
    retry = setTimeout(() => open(picture?.seq ?? null), wait);
  }

  const source: Source = {
    inProcess: false,
    snapshot() {
      snapshot ??= snapshotOf(picture!);
      return snapshot;
    },
    select: (query) => select(picture!.devices.values(), query),
    glances: () => picture!.devices.values(),
    device: (id) => picture!.devices.get(id) ?? null,
    ...(lens && {
      search(next: Search) {
        const isSame = next.words === search.words && next.device === search.device;
        // Only of a large fleet a part is seen.
        if (isSame || picture?.fleet === undefined) return;
        search = next;
        clearTimeout(retry);
        const before = request;
        open(null);
        before?.destroy();
      },
    }),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    connection: () => connection,
    act: (action) => act(socketPath, action),
    async samples(device) {
      const reply = await requestSocket(
        socketPath,
        'GET',
        `/api/devices/${encodeURIComponent(device)}/samples`,
      );
      if (reply.status !== 200) throw refusal(reply.body);
      return (reply.body as { samples: readonly SampleView[] }).samples;
    },
    async askPlugin(address) {
      const { status, body } = await requestSocket(socketPath, 'GET', `/api/plugins/${address}`);
      return status === 200 ? body : null;
    },
    async close() {
      closed = true;
      clearTimeout(giveUp);
      clearTimeout(retry);
      listeners.clear();
      request?.destroy();
    },
  };
  open(null);
  return { source, firstPicture: first.promise };
}

function queryOf({ words, device }: Search): string {
  return new URLSearchParams({ lens: words, ...(device !== null && { device }) }).toString();
}

async function act(socketPath: string, action: Action): Promise<ActionResult> {
  const { requestOfAction } = await import('./actions.ts');
  const { path, body } = requestOfAction(action);
  try {
    const reply = await requestSocket(socketPath, 'POST', path, body);
    if (reply.status === 200) return reply.body as ActionResult;
    const { code, detail, gate } = reply.body as ProblemBody;
    return {
      ok: false,
      code: code ?? `HTTP_${reply.status}`,
      message: detail ?? 'The daemon refused it without a reason.',
      ...(gate === undefined ? {} : { gate }),
    };
  } catch (error) {
    return { ok: false, code: 'NH_NO_DAEMON', message: `The daemon does not answer: ${messageOf(error)}` };
  }
}

function refusal(body: unknown): NethealError {
  const { code, detail } = body as ProblemBody;
  return new NethealError(
    code === 'NH_UNKNOWN_DEVICE' ? code : 'NH_NOT_ALLOWED',
    detail ?? 'The daemon refused it without a reason.',
  );
}

function noDaemon(socketPath: string, why: string, cause?: unknown): NethealError {
  return new NethealError('NH_NO_DAEMON', `No netheal listens on ${socketPath}. ${why}`, {
    mend: 'Start it with "netheal run", or name its socket with --attach.',
    cause,
  });
}
