const TIME = /^(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Epoch milliseconds of a time as a person writes it: `2026-12-01T22:00` and `2026-12-01` (its midnight) are local time,
 * with a zone (`Z`, `+01:00`) it is that. NaN where it is no time.
 */
export function parseTime(text: string): number {
  const [, day, clock] = TIME.exec(text) ?? [];
  // Date.parse takes 31 February for 3 March.
  const exists = day !== undefined && new Date(`${day}T00:00Z`).toJSON()?.startsWith(day);
  // And a day alone for UTC; everything without a zone is local here.
  return exists ? Date.parse(clock === undefined ? `${day}T00:00` : text) : Number.NaN;
}
