import type { Span } from './cells.ts';
import type { Glyphs } from './glyphs.ts';

/**
 * The last RTTs in `width` cells, the newest at the right, a lost packet as a sign of its own.
 * Scaled from the minimum to the 95th percentile: one slow answer must not flatten all others.
 */
export function sparkline(recent: readonly (number | null)[], width: number, glyphs: Glyphs): Span[] {
  const shown = recent.slice(-width);
  const answered = shown.filter((rttMs) => rttMs !== null);
  const low = Math.min(...answered);
  // Tiny differences are noise: a calm line is drawn calm.
  const span = Math.max(usualTop(answered) - low, 0.5, low * 0.5);
  const top = glyphs.ramp.length - 1;
  const spans: Span[] = [' '.repeat(width - shown.length)];
  let run = '';
  let lost = false;
  const flush = () => {
    if (run !== '') spans.push([lost ? 'down' : 'chart', run]);
    run = '';
  };
  for (const rttMs of shown) {
    if ((rttMs === null) !== lost) flush();
    lost = rttMs === null;
    const level = rttMs === null ? 0 : Math.round(((rttMs - low) / span) * top);
    run += rttMs === null ? glyphs.lost : glyphs.ramp[Math.min(top, Math.max(0, level))];
  }
  flush();
  return spans;
}

/** The 95th percentile, rounded down: of less than twenty values too, the slowest one must not set the scale. */
function usualTop(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
}
