/** An answer that is made at once. */
export function json(body: unknown): Response {
  const text = JSON.stringify(body);
  return new Response(text, {
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
      'cache-control': 'no-store',
    },
  });
}
