import { tokenHeader } from './token.ts';

/** The event stream over fetch: EventSource cannot send a token. */
const BACKOFF_MS = [250, 500, 1_000, 2_000, 4_000] as const;
/** Three heartbeats of the server. */
const SILENCE_MS = 45_000;

type StreamOptions = Readonly<{
  url(): string;
  /** False: this message does not fit, start again with the whole picture. */
  onMessage(event: string, data: string): boolean;
  /** Anything arrived, also a heartbeat. */
  onAlive(): void;
  onLost(): void;
  /** The server wants a token; resolves when there is one to try. */
  onTokenNeeded(): Promise<void>;
}>;

/** Follows the stream for as long as the page is open; resumes where it was after a loss. */
export function follow(options: StreamOptions): Readonly<{
  /** Begins anew with the whole picture, at the address as it is now. */
  restart(): void;
}> {
  const state = { current: new AbortController(), restarted: false };
  void followForEver(options, state);
  return {
    restart() {
      state.restarted = true;
      state.current.abort();
    },
  };
}

async function followForEver(
  options: StreamOptions,
  state: { current: AbortController; restarted: boolean },
): Promise<never> {
  let lastId: string | null = null;
  let failures = 0;
  for (;;) {
    state.current = new AbortController();
    if (state.restarted) lastId = null;
    state.restarted = false;
    try {
      const response = await connect(options, lastId, state.current.signal);
      if (response.status === 401) {
        await options.onTokenNeeded();
        continue;
      }
      if (!response.ok || response.body === null) throw new Error(`Status ${response.status}`);
      for await (const block of blocks(response.body, options.onAlive)) {
        failures = 0;
        const message = parse(block);
        if (message === null) continue;
        if (!options.onMessage(message.event, message.data)) {
          lastId = null;
          break;
        }
        lastId = message.id ?? lastId;
      }
    } catch {
      // Lost, silent or never there: all the same to the reader.
    }
    if (state.restarted) continue;
    options.onLost();
    await new Promise((wake) => setTimeout(wake, BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)]));
  }
}

function connect({ url }: StreamOptions, lastId: string | null, signal: AbortSignal): Promise<Response> {
  return fetch(url(), {
    cache: 'no-store',
    signal,
    headers: {
      accept: 'text/event-stream',
      ...tokenHeader(),
      ...(lastId === null ? {} : { 'last-event-id': lastId }),
    },
  });
}

/** The blocks between empty lines. Pieces of a block are joined once, not per chunk. */
async function* blocks(body: ReadableStream<Uint8Array>, onAlive: () => void): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  try {
    for (;;) {
      const { value, done } = await bounded(reader.read());
      if (done) return;
      onAlive();
      const text =
        (pieces.at(-1)?.endsWith('\n') ? pieces.pop()! : '') + decoder.decode(value, { stream: true });
      const parts = text.split('\n\n');
      for (const part of parts.slice(0, -1)) {
        yield pieces.join('') + part;
        pieces = [];
      }
      if (parts.at(-1) !== '') pieces.push(parts.at(-1)!);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function bounded<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('No heartbeat')), SILENCE_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function parse(block: string): { id: string | null; event: string; data: string } | null {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  const data = fields.get('data');
  return data === undefined
    ? null
    : { id: fields.get('id') ?? null, event: fields.get('event') ?? 'message', data };
}
