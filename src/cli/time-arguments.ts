import { parseDuration } from '../core/duration.ts';
import { NethealError } from '../core/errors.ts';
import { parseTime } from '../core/local-time.ts';
import type { Span } from '../core/replay/track.ts';

/** A time given on the command line, or how long ago it was; the default where none is given. */
export function timeArgument(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const time = parseTime(text);
  if (!Number.isNaN(time)) return time;
  const agoMs = parseDuration(text);
  if (agoMs !== null) return Date.now() - agoMs;
  throw new NethealError(
    'NH_ARGUMENT_INVALID',
    `${name} "${text}" is no time; write it like 2026-12-01, 2026-12-01T22:00 or 30d (ago)`,
  );
}

/** @throws NethealError where it ends before it begins */
export function spanOf(from: number, to: number): Span {
  if (from < to) return { from, to };
  throw new NethealError(
    'NH_ARGUMENT_INVALID',
    'the time ends before it begins: --from must come before --to',
  );
}
