import type { EventRecord } from '../../core/plugin.ts';
import { line, type Span, selectedLine } from '../cells.ts';
import { bodyHeight } from '../ui.ts';
import { eventSpans } from './event-line.ts';
import { defineView, type View } from './view.ts';

type EventRow = Readonly<{ key: string; event: EventRecord }>;

/** All events that are remembered, the newest first. */
export const eventsView: View = defineView<EventRow>({
  rows({ events, ui, data }) {
    const words = ui.filters.events.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = ({ message, type, level, device, plugin }: EventRecord) => {
      const label = device === undefined ? (plugin ?? '') : data.labelOf(device);
      const text = `${label} ${type} ${level} ${message}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return events.filter(matches).map((event) => ({ key: `${event.seq} ${event.at}`, event }));
  },
  dependsOn: ({ events, ui }) => [events, ui.filters.events],
  listHeight: ({ size }) => bodyHeight(size) - 2,
  deviceOf: ({ event }) => event.device ?? null,
  lines(scene, rows, list) {
    const { size, look, ui, data } = scene;
    const head: Span[] = [
      ['title', ' Events'],
      `  ${rows.length} of ${scene.events.length}`,
      ['dim', '   follow: '],
      ui.follow ? ['good', 'on'] : ['warn', 'off (f)'],
      ['dim', '   filter: '],
      ui.filters.events === '' ? ['dim', 'none'] : ['key', ui.filters.events],
    ];
    const shown = rows.slice(list.top, list.top + eventsView.listHeight(scene)).map(({ event, key }) => {
      const selected = key === list.key;
      // A sign and not a colour alone: keys act on the device of this event.
      const spans: Span[] = [selected ? look.glyphs.cursor : ' ', ...eventSpans(event, data, look)];
      return (selected ? selectedLine : line)(look, size.columns, spans);
    });
    return [line(look, size.columns, head), '', ...shown];
  },
});
