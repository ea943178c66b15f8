/** GET /api/events: one subscription and one encoded buffer a message, shared by all clients. */
import { type Seen, throughLens, WHOLE_FLEET } from './lens.ts';
import type { RowTexts } from './row-texts.ts';
import { snapshotPieces } from './snapshot-pieces.ts';
import type { Delta, Search, Snapshot, Source } from './types.ts';

const HEARTBEAT_MS = 15_000;
/** Unread bytes a client may leave behind before it is dropped; it catches up by Last-Event-ID. */
const BACKLOG_BYTES = 1_048_576;
/** The picture of a large fleet takes a while to be read, and meanwhile much changes. */
const WELCOME_BACKLOG_BYTES = 16 * BACKLOG_BYTES;
/** Device views, heals and events kept for those who come back: enough for a reload or a short break. */
const REMEMBERED_ROWS = 5_000;

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(': still here\n\n');
const END = encoder.encode('\n\n');

/** The server-sent events of one source. */
export interface EventStream {
  /** A new client: the picture first, or what it missed since `lastEventId`. */
  open(lastEventId: string | null): Response;
}

/** What a new client is told first; that of a large fleet is made while it is read. */
type Greeting = Uint8Array[] | Iterator<Uint8Array, void>;

/** One message, encoded when the first client needs it. */
type Message = Readonly<{ delta: Delta; rows: number; bytes(): Uint8Array }>;

/**
 * The stream of the whole picture, and those through lenses, each shared by all who look at the same. `deviceRows` makes the
 * devices of the whole picture.
 */
export function createEventStreams(
  source: Source,
  deviceRows: (total: number) => RowTexts,
): Readonly<{
  /** With a search (perhaps an empty one) through the lens; null: everything. */
  open(search: Search | null, lastEventId: string | null): Response;
}> {
  const whole = createEventStream(source, () =>
    source.select({ limit: 0 }).fleet.total > WHOLE_FLEET ? snapshotPieces(source, deviceRows) : null,
  );
  const lenses = new Map<string, EventStream>();
  return {
    open(search, lastEventId) {
      if (search === null) return whole.open(lastEventId);
      const key = JSON.stringify(search);
      let stream = lenses.get(key);
      if (!stream) {
        // What nobody looks at any more is no longer followed: its picture is small, and quickly made again.
        stream = createEventStream(throughLens(source, search), undefined, () => lenses.delete(key));
        lenses.set(key, stream);
      }
      return stream.open(lastEventId);
    },
  };
}

/**
 * Creates a stream; it listens to the source from the first client on. `pieces` makes the whole picture of a large fleet
 * bit by bit; `onDeserted` is called when the last client has left, and then nothing is remembered for those who come back.
 */
function createEventStream(
  source: Seen,
  pieces?: () => Iterator<Uint8Array, void> | null,
  onDeserted?: () => void,
): EventStream {
  const clients = new Set<Client>();
  let stopListening: (() => void) | null = null;
  let heartbeat: NodeJS.Timeout | undefined;
  let snapshotJson: { of: Snapshot; bytes: Uint8Array } | null = null;
  let memory: Message[] = [];
  let rememberedRows = 0;
  /** What happened up to here (and beside it, without a number of its own) is not in the memory. */
  let forgottenSeq = 0;

  function listen(): void {
    if (stopListening !== null) return;
    forgottenSeq = source.snapshot().seq;
    stopListening = source.subscribe((delta) => {
      if (delta === null) return beginAnew();
      const message = messageOf(delta);
      remember(message);
      for (const client of clients) client.push(message.bytes());
      for (const bytes of staleness()) for (const client of clients) client.push(bytes);
    });
  }

  /** What is remembered does not lead to what there is now. */
  function beginAnew(): void {
    memory = [];
    rememberedRows = 0;
    const snapshot = source.snapshot();
    forgottenSeq = snapshot.seq;
    snapshotJson = null;
    for (const bytes of fullPicture('reset', snapshot) as Uint8Array[]) {
      for (const client of clients) client.push(bytes);
    }
  }

  function remember(message: Message): void {
    memory.push(message);
    rememberedRows += message.rows;
    let drop = 0;
    while (rememberedRows > REMEMBERED_ROWS) {
      const oldest = memory[drop++]!;
      rememberedRows -= oldest.rows;
      forgottenSeq = oldest.delta.seq;
    }
    if (drop > 0) memory = memory.slice(drop);
    if (drop > 0 && clients.size === 0) sleep();
  }

  /** Nobody has come back for a long time: the next client gets the whole picture anyway. */
  function sleep(): void {
    stopListening?.();
    stopListening = null;
    memory = [];
    rememberedRows = 0;
  }

  function greeting(lastEventId: string | null): Greeting {
    const snapshot = source.snapshot();
    if (lastEventId === null) return fullPicture('snapshot', snapshot);
    const seen = Number(lastEventId);
    // Deltas without events carry the number of the event before them: everything from `seen` on is sent again.
    if (!Number.isInteger(seen) || seen <= forgottenSeq || seen > snapshot.seq) {
      return fullPicture('reset', snapshot);
    }
    // The monitor goes first: a client sees by `startedAt` whether these numbers are still those it knows.
    const first = encode('delta', { seq: seen, at: snapshot.at, monitor: snapshot.monitor });
    return [
      first,
      ...memory.filter((message) => message.delta.seq >= seen).map((message) => message.bytes()),
    ];
  }

  /** The source is itself a mirror that lost its daemon: this stream lives, but what it tells is old. */
  function staleness(): Uint8Array[] {
    const { state, since } = source.connection();
    return state === 'live' ? [] : [encoder.encode(`event: stale\ndata: ${JSON.stringify({ since })}\n\n`)];
  }

  function fullPicture(event: 'snapshot' | 'reset', snapshot: Snapshot): Greeting {
    const head = encoder.encode(`id: ${snapshot.seq}\nevent: ${event}\ndata: `);
    const inPieces = pieces?.() ?? null;
    if (inPieces) return joined(head, inPieces);
    if (snapshotJson?.of !== snapshot) {
      snapshotJson = { of: snapshot, bytes: encoder.encode(JSON.stringify(snapshot)) };
    }
    return [head, snapshotJson.bytes, END];
  }

  function leave(client: Client): void {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(heartbeat);
    if (!onDeserted) return;
    sleep();
    onDeserted();
  }

  return {
    open(lastEventId) {
      listen();
      const client = createClient(greeting(lastEventId), staleness(), leave);
      if (clients.size === 0) {
        heartbeat = setInterval(() => {
          for (const each of clients) each.push(HEARTBEAT);
        }, HEARTBEAT_MS).unref();
      }
      clients.add(client);
      return new Response(client.body, {
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        },
      });
    },
  };
}

interface Client {
  readonly body: ReadableStream<Uint8Array>;
  push(bytes: Uint8Array): void;
}

/** A queue of references to shared buffers, emptied by the reader at its own pace, behind a greeting of any length. */
function createClient(
  greeting: Greeting,
  then: readonly Uint8Array[],
  leave: (client: Client) => void,
): Client {
  let welcome = Array.isArray(greeting) ? null : greeting;
  let queue = Array.isArray(greeting) ? [...greeting, ...then] : [...then];
  let queuedBytes = bytesIn(queue);
  const limit = queuedBytes + BACKLOG_BYTES;
  let wake: (() => void) | null = null;
  let dropped = false;

  const client: Client = {
    body: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (welcome) {
            // A turn of the loop for everybody else.
            await new Promise((resolve) => setImmediate(resolve));
            const { done, value } = welcome.next();
            if (!done) return controller.enqueue(value);
            welcome = null;
          }
          if (queue.length === 0 && !dropped) await new Promise<void>((resolve) => (wake = resolve));
          if (dropped) return controller.close();
          const next = queue.shift()!;
          queuedBytes -= next.byteLength;
          controller.enqueue(next);
        },
        cancel: () => leave(client),
      },
      { highWaterMark: 0 },
    ),
    push(bytes) {
      queue.push(bytes);
      queuedBytes += bytes.byteLength;
      if (queuedBytes > (welcome ? WELCOME_BACKLOG_BYTES : limit)) {
        dropped = true;
        welcome = null;
        queue = [];
        leave(client);
      }
      wake?.();
      wake = null;
    },
  };
  return client;
}

function* joined(head: Uint8Array, pieces: Iterator<Uint8Array, void>): Generator<Uint8Array, void, void> {
  yield head;
  for (let piece = pieces.next(); !piece.done; piece = pieces.next()) yield piece.value;
  yield END;
}

function bytesIn(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
}

function messageOf(delta: Delta): Message {
  let encoded: Uint8Array | null = null;
  const rows =
    1 + (delta.devices?.length ?? 0) + 10 * (delta.heals?.length ?? 0) + (delta.events?.length ?? 0);
  return {
    delta,
    rows,
    bytes() {
      encoded ??= encode('delta', delta);
      return encoded;
    },
  };
}

function encode(event: 'delta', delta: Delta): Uint8Array {
  // JSON has no raw line breaks, so one data line holds it.
  return encoder.encode(`id: ${delta.seq}\nevent: ${event}\ndata: ${JSON.stringify(delta)}\n\n`);
}
