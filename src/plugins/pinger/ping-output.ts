/**
 * What one `ping` process said, as a verdict. RTTs come from the parser of the `ping` package; why there are none is
 * read here, because DNS failure, unreachable and timeout look the same to that parser. Tried: iputils, busybox, inetutils.
 */
import { cleanLine, type ProbeResult } from 'netheal/plugin';
import parsers from 'ping/lib/parser/factory.js';
import { localError, replied } from './engine.ts';

/** The first that matches decides. Lines of our own side come first: they say that nothing was sent. */
const WORDS: readonly (readonly [RegExp, 'local-error' | 'dns' | 'unreachable' | 'timeout'])[] = [
  // `connect` and `sendto` only look into our own routing table; `sendmsg` may hand out what the network said.
  [/(?:connect|sendto|sending packet):? .*(?:network is unreachable|no route to host)/i, 'local-error'],
  [/(?:sendmsg|socket)\S*:? .*network is unreachable/i, 'local-error'],
  [/operation not permitted|permission denied|are you root|local firewall|lacking privilege/i, 'local-error'],
  [/no buffer space|cannot allocate|too many open files|address family not supported/i, 'local-error'],
  [/cannot assign requested address|network is down|invalid argument|temporary failure/i, 'local-error'],
  [
    /resource temporarily unavailable|local error|message too (?:long|large)|packet size .* too large/i,
    'local-error',
  ],
  [/invalid option|unrecognized option|^usage:/im, 'local-error'],
  [/unknown host|name or service not known|bad address|no address associated/i, 'dns'],
  [/unreachable|prohibited|no route to host|packet filtered|frag needed|packet too big/i, 'unreachable'],
  [/time to live exceeded|time exceeded|hop limit|parameter problem/i, 'unreachable'],
  // Its own account: packets went out, none came back.
  [/[1-9]\d* packets transmitted, 0 (?:packets )?received/i, 'timeout'],
];
/** A second answer to the same packet is no answer to the next one. */
const DUPLICATE = /\(DUP!\)|\bDUP!/;

/** Reads all that a ping process printed, of either stream. */
export function readPingOutput(
  address: string,
  output: string,
  packets: number,
  platform: string,
): ProbeResult {
  const lines = output.split('\n').filter((line) => !DUPLICATE.test(line));
  const parsed = parse(address, lines, platform);
  if (parsed instanceof Error) return localError(`ping printed something unknown: ${firstLine(output)}`);
  const times = parsed.filter((time) => typeof time === 'number' && Number.isFinite(time)).slice(0, packets);
  // Fewer were sent than asked for where the window ended before the last one.
  const sent = Number(/(\d{1,6}) packets transmitted/.exec(output)?.[1] ?? packets);
  if (times.length > 0) return replied(times, Math.max(times.length, Math.min(sent, packets)));

  const found = WORDS.find(([pattern]) => pattern.test(output));
  if (!found) return localError(`ping printed something unknown: ${firstLine(output)}`);
  const [pattern, kind] = found;
  if (kind === 'timeout') {
    return {
      ok: false,
      reason: 'timeout',
      message: packets === 1 ? 'no reply' : `no reply to ${packets} packets`,
    };
  }
  const line = lines.find((text) => pattern.test(text)) ?? '';
  const message = cleanLine(line.trim(), 200);
  return kind === 'local-error' ? localError(message) : { ok: false, reason: kind, message };
}

/** The package's parser throws at unknown output (in an event handler, were it left to itself). */
function parse(address: string, lines: readonly string[], platform: string): number[] | Error {
  try {
    const parser = parsers.createParser(address, platform, {});
    for (const line of lines) parser.eat(line);
    return parser.getResult().times;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function firstLine(output: string): string {
  const line = output.split('\n').find((text) => text.trim() !== '');
  return line === undefined ? '(nothing)' : cleanLine(line.trim(), 100);
}
