/** Compression of answers, as the client accepts it: quick rather than small, and on another thread than the probes. */
import { pipeline, Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliCompress,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzip,
  zstdCompress,
} from 'node:zlib';

/** Below this a body fits into one packet anyway. */
const WORTH_BYTES = 1_024;

export type Encoding = 'zstd' | 'br' | 'gzip';

type Coder = Readonly<{
  whole: (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>;
  stream: () => Transform;
}>;

const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const GZIP = { level: 4 };

/** The encodings, the best first. */
const CODERS: Readonly<Record<Encoding, Coder>> = {
  zstd: {
    whole: async (bytes) => promisify(zstdCompress)(bytes, ZSTD),
    stream: () => createZstdCompress(ZSTD),
  },
  br: {
    whole: async (bytes) => promisify(brotliCompress)(bytes, BROTLI),
    stream: () => createBrotliCompress(BROTLI),
  },
  gzip: {
    whole: async (bytes) => promisify(gzip)(bytes, GZIP),
    stream: () => createGzip(GZIP),
  },
};

/** The best encoding that an `Accept-Encoding` header allows; null: as it is. */
export function encodingFor(accepted: string | null): Encoding | null {
  const given = new Map(
    (accepted ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return [name, quality === undefined ? 1 : Number(quality.slice(2))];
    }),
  );
  const isAccepted = (name: string) => (given.get(name) ?? given.get('*') ?? 0) > 0;
  return (Object.keys(CODERS) as Encoding[]).find(isAccepted) ?? null;
}

/** Whether a body of this size is worth the work. */
export function isWorthEncoding(bytes: number): boolean {
  return bytes >= WORTH_BYTES;
}

/** All of it at once. */
export async function encode(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  return CODERS[encoding].whole(bytes);
}

/** An answer that says how long it is, encoded if that is worth it. */
export function encodedIfLarge(request: Request, response: Response): Response {
  const bytes = Number(response.headers.get('content-length') ?? 0);
  if (!isWorthEncoding(bytes) || response.headers.has('content-encoding')) return response;
  const encoding = encodingFor(request.headers.get('accept-encoding'));
  return encoding === null || request.method === 'HEAD' ? response : encodedStream(response, encoding);
}

/** An answer of unknown length, encoded while it is read and no faster. */
export function encodedStream(response: Response, encoding: Encoding): Response {
  if (response.body === null) return response;
  const coder = CODERS[encoding].stream();
  // Whichever end breaks off, the other ends with it.
  pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), coder, () => undefined);
  const headers = new Headers(response.headers);
  headers.set('content-encoding', encoding);
  headers.delete('content-length');
  headers.append('vary', 'accept-encoding');
  return new Response(Readable.toWeb(coder) as ReadableStream<Uint8Array>, {
    status: response.status,
    headers,
  });
}
