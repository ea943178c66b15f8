import { arrange, byId, el, setText } from './dom.ts';
import { duration } from './format.ts';
import { ALL_LOOKS, lookOf } from './looks.ts';
import type { DeviceRow, Fleet, Monitor } from './wire.ts';

/** The counts at the top and in the title of the tab. */
export function showCounts(devices: Iterable<DeviceRow>, fleet: Fleet | null): void {
  const counts = fleet
    ? new Map(Object.entries(fleet.states).filter(([, count]) => count > 0))
    : counted(devices);
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

function counted(devices: Iterable<DeviceRow>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const device of devices) {
    const { word } = lookOf(device);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
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

/** How fresh the page is. */
export function showLive(isLive: boolean, sinceMs: number): void {
  const live = byId('live');
  live.className = isLive ? 'live is-live' : 'live is-stale';
  setText(live, isLive ? `live ${duration(sinceMs)} ago` : `stale for ${duration(sinceMs)}, reconnecting…`);
}
