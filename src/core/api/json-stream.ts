/** JSON with a list of any length, made piece by piece so that probes are not kept waiting. */

const ROWS_A_PIECE = 500;
const encoder = new TextEncoder();

/** The pieces of `{ ...head, [key]: [rows], ...tail }`. Rows are JSON, made when they are asked for; null ones are left out. */
export function* jsonPieces<T>(
  head: object,
  key: string,
  items: readonly T[],
  row: (item: T) => string | null,
  tail: object = {},
): Generator<Uint8Array, void, void> {
  const opening = JSON.stringify(head).slice(0, -1);
  const closing = JSON.stringify(tail).slice(1);
  yield encoder.encode(`${opening}${opening === '{' ? '' : ','}${JSON.stringify(key)}:[`);
  let isFirst = true;
  for (let at = 0; at < items.length; at += ROWS_A_PIECE) {
    const texts = items
      .slice(at, at + ROWS_A_PIECE)
      .map(row)
      .filter((each) => each !== null);
    if (texts.length === 0) continue;
    yield encoder.encode(`${isFirst ? '' : ','}${texts.join(',')}`);
    isFirst = false;
  }
  yield encoder.encode(`]${closing === '}' ? '' : ','}${closing}`);
}

/** An answer of such pieces; between any two of them everybody else has a turn. */
export function streamedJson(pieces: Iterator<Uint8Array, void>): Response {
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve));
        const { done, value } = pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}
