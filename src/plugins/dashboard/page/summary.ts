import type { Cell } from './cells.ts';
import { arrange, byId, el, setText } from './dom.ts';
import { clock, duration } from './format.ts';
import { ALL_LOOKS } from './looks.ts';
import type { Fleet, Monitor } from './wire.ts';

/** The counts at the top and in the title of the tab. */
export function showCounts(cells: Iterable<Cell>, fleet: Fleet | null): void {
  const counts = fleet
    ? new Map(Object.entries(fleet.states).filter(([, count]) => count > 0))
    : counted(cells);
  const shown = ALL_LOOKS.filter(({ word }) => word === 'up' || word === 'down' || counts.has(word));
  // Good news leads the line, then the worst first.
  shown.unshift(...shown.splice(-1));
  arrange(
    byId('counts'),
    shown.map(({ glyph, word, className }) => {
      const count = counts.get(word) ?? 0;
      return el('li', count === 0 ? 'soft' : className, [
        el('span', 'glyph', [glyph], { 'aria-hidden': 'true' }),
        el('b', '', [count.toLocaleString('en')]),
        ` ${word}`,
      ]);
    }),
  );
  const down = counts.get('down') ?? 0;
  document.title = down > 0 ? `✖ ${down} down · netheal` : 'netheal';
}

function counted(cells: Iterable<Cell>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { look } of cells) counts.set(look.word, (counts.get(look.word) ?? 0) + 1);
  return counts;
}

/** What holds for all devices: a dead uplink, paused or stopped healing. */
export function showBanner(monitor: Monitor): void {
  const words = [
    monitor.selfOffline ? 'our own uplink is down: nothing is judged' : null,
    monitor.healingStopped === null ? null : `healing stopped: ${monitor.healingStopped}`,
    monitor.paused === null ? null : `healing paused by ${monitor.paused.by}`,
    monitor.healing === 'act' ? null : `healing: ${monitor.healing}`,
  ].filter((word) => word !== null);
  const banner = byId('banner');
  setText(banner, words.join(' · '));
  banner.hidden = words.length === 0;
}

/** How fresh the page is: what was heard last at `heardAt` is all that it knows. */
export function showLive(isLive: boolean, heardAt: number, now: number): void {
  const live = byId('live');
  const ago = duration(now - heardAt);
  live.className = isLive ? 'live is-live' : 'live is-stale';
  setText(live, isLive ? `live ${ago} ago` : `stale since ${clock(heardAt, now)}, ${ago} ago: reconnecting…`);
  document.body.classList.toggle('is-stale', !isLive);
}
