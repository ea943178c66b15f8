/** One server-sent message; comments alone make none. */
export type SseMessage = Readonly<{ id: string | null; event: string; data: string }>;

const LF = 10;

/**
 * Cuts a byte stream into messages. The pieces of an unfinished message are kept in a list and joined once:
 * appending to a string per chunk takes quadratic time for a snapshot of megabytes.
 */
export function createSseParser(onMessage: (message: SseMessage) => void): (chunk: Buffer) => void {
  let pieces: Buffer[] = [];
  let endsWithLineFeed = false;

  function finish(last: Buffer): void {
    pieces.push(last);
    const message = parse((pieces.length === 1 ? last : Buffer.concat(pieces)).toString('utf8'));
    pieces = [];
    if (message !== null) onMessage(message);
  }

  return (chunk) => {
    let start = 0;
    if (endsWithLineFeed && chunk[0] === LF) {
      start = 1;
      finish(chunk.subarray(0, 1));
    }
    for (let end = chunk.indexOf('\n\n', start); end !== -1; end = chunk.indexOf('\n\n', start)) {
      finish(chunk.subarray(start, end));
      start = end + 2;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
    endsWithLineFeed = start < chunk.length && chunk.at(-1) === LF;
  };
}

function parse(text: string): SseMessage | null {
  let id: string | null = null;
  let event = 'message';
  const data: string[] = [];
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const field = line.slice(0, colon);
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'id') id = value;
    else if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return data.length === 0 ? null : { id, event, data: data.join('\n') };
}
