/**
 * Lists that many ask for. Each is made once for a state of the fleet and encoded once an encoding, however many ask; who
 * has that state already is told so. Lists that are too long to be kept are made while they are read.
 */
import { type Encoding, encode, encodedStream, encodingFor, isWorthEncoding } from './encoding.ts';
import { streamedJson } from './json-stream.ts';
import type { Source } from './types.ts';

/** Views hear of changes at most this often, so an answer may be this old. */
const SHARED_MS = 100;
/** A long list may be older: however many ask, no more than a fifth of the time is spent on making it. */
const SHARED_MAKINGS = 4;
/** An answer that nobody asks for gives its memory back. */
const KEPT_MS = 5_000;
/** Lists of more devices are not kept, unless their maker says so. */
const MOST_KEPT = 10_000;

type Pieces = Iterator<Uint8Array, void>;
type Bytes = Uint8Array<ArrayBuffer>;
type Kept = Readonly<{
  tag: string | null;
  /** While it is made there is no fresher one. */
  isFresh: () => boolean;
  body: Promise<Bytes>;
  encoded: Map<Encoding, Promise<Bytes>>;
}>;

/** Gives lists, shared where they can be. */
export interface SharedAnswers {
  /** The whole of the list `name`; of a fleet larger than `mostKept` it is made for each who asks. */
  whole(
    request: Request,
    name: string,
    pieces: () => Pieces,
    mostKept?: number,
  ): Response | Promise<Response>;
  /** A part of a list, which nobody else asks for. */
  part(request: Request, pieces: () => Pieces): Response;
  /** Something was done: whoever did it wants to see it. */
  forget(): void;
}

/** Creates them for one source. */
export function createSharedAnswers(source: Source, monoMs = () => performance.now()): SharedAnswers {
  const kept = new Map<string, Kept>();
  const tagNow = () => {
    const revision = source.revision?.();
    // Another process counts anew, so the tag names the process.
    return revision === undefined ? null : `W/"${source.snapshot().monitor.startedAt}-${revision}"`;
  };

  function find(name: string, pieces: () => Pieces, mostKept: number): Kept | null {
    const known = kept.get(name);
    if (known?.isFresh()) return known;
    const tag = tagNow();
    if (tag === null) return null;
    if (known?.tag === tag) return known;
    if (source.select({ limit: 0 }).fleet.total > mostKept) return null;
    const beganAt = monoMs();
    let freshUntil = Number.POSITIVE_INFINITY;
    const body = collected(pieces());
    const made: Kept = { tag, isFresh: () => monoMs() < freshUntil, body, encoded: new Map() };
    kept.set(name, made);
    body.then(
      () => {
        freshUntil = monoMs() + Math.max(SHARED_MS, SHARED_MAKINGS * (monoMs() - beganAt));
      },
      () => kept.delete(name),
    );
    setTimeout(() => kept.get(name) === made && kept.delete(name), KEPT_MS).unref();
    return made;
  }

  function part(request: Request, pieces: () => Pieces): Response {
    const tag = tagNow();
    if (has(request, tag)) return unchanged(tag);
    const response = streamedJson(pieces());
    if (tag !== null) setTag(response.headers, tag);
    const encoding = encodingFor(request.headers.get('accept-encoding'));
    return encoding === null || request.method === 'HEAD' ? response : encodedStream(response, encoding);
  }

  return {
    part,
    whole(request, name, pieces, mostKept = MOST_KEPT) {
      const tag = tagNow();
      if (has(request, tag)) return unchanged(tag);
      const found = find(name, pieces, mostKept);
      if (found === null) return part(request, pieces);
      return has(request, found.tag) ? unchanged(found.tag) : answerWith(found, request);
    },
    forget: () => kept.clear(),
  };
}

async function answerWith({ tag, body, encoded }: Kept, request: Request): Promise<Response> {
  const raw = await body;
  const encoding = encodingFor(request.headers.get('accept-encoding'));
  const headers = new Headers({ 'content-type': 'application/json', vary: 'accept-encoding' });
  if (tag !== null) setTag(headers, tag);
  let bytes = raw;
  if (encoding !== null && isWorthEncoding(raw.byteLength)) {
    if (!encoded.has(encoding)) encoded.set(encoding, encode(raw, encoding));
    bytes = await encoded.get(encoding)!;
    headers.set('content-encoding', encoding);
  }
  headers.set('content-length', String(bytes.byteLength));
  return new Response(request.method === 'HEAD' ? null : bytes, { headers });
}

async function collected(pieces: Pieces): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    // A turn of the loop for everybody else.
    await new Promise((resolve) => setImmediate(resolve));
    const { done, value } = pieces.next();
    if (done) return new Uint8Array(Buffer.concat(chunks));
    chunks.push(value);
  }
}

function has(request: Request, tag: string | null): tag is string {
  const known = request.headers.get('if-none-match');
  return tag !== null && (known ?? '').split(',').some((each) => each.trim() === tag);
}

function unchanged(tag: string): Response {
  const headers = new Headers({ vary: 'accept-encoding' });
  setTag(headers, tag);
  return new Response(null, { status: 304, headers });
}

function setTag(headers: Headers, tag: string): void {
  headers.set('etag', tag);
  headers.set('cache-control', 'private, no-cache');
}
