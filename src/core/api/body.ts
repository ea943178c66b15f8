/** Reading what a client sends, never more than a fixed number of bytes of it. */
import { problem } from './problem.ts';

const MAX_BODY_BYTES = 65_536;

/** The body's bytes, or the problem that it is too large; also where no length was announced. */
export async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer> | Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge();
  const reader = request.body?.getReader();
  while (reader !== undefined) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
    if (size > MAX_BODY_BYTES) {
      await reader.cancel().catch(() => undefined);
      return tooLarge();
    }
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The JSON in the body; an empty body is an empty object, so that actions without arguments need none. */
export async function readJson(request: Request): Promise<{ value: unknown } | Response> {
  const bytes = await readBody(request);
  if (bytes instanceof Response) return bytes;
  const text = textOf(bytes);
  if (text === null) return problem(400, { detail: 'The body is not UTF-8.', code: 'NH_ARGUMENT_INVALID' });
  if (text.trim() === '') return { value: {} };
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return problem(415, { detail: 'The body must be JSON, with content-type: application/json.' });
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    return problem(400, { detail: 'The body is not JSON.', code: 'NH_ARGUMENT_INVALID' });
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function tooLarge(): Response {
  return problem(413, { detail: `A body may have ${MAX_BODY_BYTES} bytes at most.` });
}
