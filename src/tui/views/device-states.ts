import type { DeviceView } from '../../core/api/types.ts';
import { line, type Span, spansWidth } from '../cells.ts';
import { clock, coarseDuration, duration, uptime } from '../format.ts';
import { type Past, squeezed } from '../past.ts';
import type { Scene } from '../ui.ts';

/** Changes that are told one after the other; the older ones are in the bar below. */
const CHANGES = 8;

/** How a device went from state to state: the last changes, and the last 24 hours where a history is kept. */
export function stateLines(scene: Scene, device: DeviceView, width: number): string[] {
  const { look, past } = scene;
  const lines = [line(look, width, changeSpans(scene, device, width))];
  if (past !== null) lines.push(line(look, width, pastSpans(scene, past, width)));
  return lines;
}

/** As far as the events reach back; where there is no room the oldest are left out. */
function changeSpans({ events, look, now }: Scene, device: DeviceView, width: number): Span[] {
  const { states, arrow } = look.glyphs;
  const changes = events
    .filter(({ device: id, to }) => id === device.id && to !== undefined)
    .slice(0, CHANGES);
  if (changes.length === 0) {
    const { reachability, since } = device;
    return [[reachability, `${states[reachability]} ${reachability} for ${duration(now - since)}`]];
  }
  const pieces = changes.map(({ to, at }, index): Span[] => {
    const next = changes[index - 1];
    const lasted = (next ? Date.parse(next.at) : now) - Date.parse(at);
    return [
      ['dim', ` ${arrow} ${clock(Date.parse(at))} `],
      [to!, `${states[to!]} ${to} ${coarseDuration(lasted)}`],
    ];
  });
  const oldest = changes.at(-1)!.from;
  if (oldest) pieces.push([[oldest, `${states[oldest]} ${oldest}`]]);
  const spans: Span[] = [];
  for (const piece of pieces) {
    if (spans.length > 0 && spansWidth(look, [...piece, ...spans]) > width) break;
    spans.unshift(...piece);
  }
  return spans;
}

/** A sign each for a part of the last day, and the uptime of longer. */
function pastSpans({ look }: Scene, { slots, uptime: spans }: Past, width: number): Span[] {
  const percents = spans.flatMap(({ days, percent }): Span[] => [
    ['dim', days === 1 ? '  today ' : `  ${days}d `],
    percent === null ? '-' : `${uptime(percent)}%`,
  ]);
  // Whole signs for parts of equal length, as many as there is room for.
  const room = width - spansWidth(look, percents) - 5;
  const cells = [96, 48, 24, 12].find((count) => count <= room) ?? 0;
  const { states, info } = look.glyphs;
  const signs = squeezed(slots, cells).map(
    (state): Span => (state === null ? ['dim', info] : [state, states[state]]),
  );
  return [['dim', '24h  '], ...merged(signs), ...percents];
}

/** Signs of one style as one span: a line of 96 colours would be as many bytes. */
function merged(signs: readonly Span[]): Span[] {
  const spans: [style: Exclude<Span, string>[0], text: string][] = [];
  for (const sign of signs as readonly Exclude<Span, string>[]) {
    const last = spans.at(-1);
    if (last?.[0] === sign[0]) last[1] += sign[1];
    else spans.push([...sign]);
  }
  return spans;
}
