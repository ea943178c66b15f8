import { z } from 'zod';

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;
const WHOLE = /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/;

/** Milliseconds of `500ms`, `30s`, `5m`, `1h30m`, `90d`; null where it is no duration. */
export function parseDuration(text: string): number | null {
  if (!WHOLE.test(text)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(PART)) totalMs += Number(amount) * UNITS_MS[unit!]!;
  return totalMs;
}

/** Schema of a duration in an option: a string such as `30s` or `1h30m`, parsed to milliseconds. */
export const durationMs = z.string().transform((text, context) => {
  const parsed = parseDuration(text);
  if (parsed !== null) return parsed;
  context.addIssue({
    code: 'custom',
    message: `"${text}" is no duration; write it like 500ms, 30s, 5m or 1h30m`,
  });
  return z.NEVER;
});
