import type { EventRecord } from '../../core/plugin.ts';
import { line, type Span, selectedLine } from '../cells.ts';
import { bodyHeight, type EventLevel } from '../ui.ts';
import { eventSpans } from './event-line.ts';
import { defineView, type View } from './view.ts';

type EventRow = Readonly<{ key: string; event: EventRecord }>;

/** The levels that are listed. */
const LEVELS: Readonly<Record<EventLevel, readonly EventRecord['level'][]>> = {
  all: ['info', 'good', 'warn', 'bad'],
  warn: ['warn', 'bad'],
  bad: ['bad'],
};

/** All events that are remembered, the newest first. */
export const eventsView: View = defineView<EventRow>({
  rows({ events, ui, data }) {
    const words = ui.filters.events.toLowerCase().split(/\s+/).filter(Boolean);
    const graves = LEVELS[ui.eventLevel];
    const matches = ({ message, type, level, device, plugin }: EventRecord) => {
      if (!graves.includes(level) || (ui.eventDevice !== null && device !== ui.eventDevice)) return false;
      const label = device === undefined ? (plugin ?? '') : data.labelOf(device);
      const text = `${label} ${type} ${level} ${message}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return events.filter(matches).map((event) => ({ key: `${event.seq} ${event.at}`, event }));
  },
  dependsOn: ({ events, ui }) => [events, ui.filters.events, ui.eventLevel, ui.eventDevice],
  listHeight: ({ size }) => bodyHeight(size) - 2,
  deviceOf: ({ event }) => event.device ?? null,
  lines(scene, rows, list) {
    const { size, look, ui, data } = scene;
    const head: Span[] = [
      ['title', ' Events'],
      `  ${rows.length} of ${scene.events.length}`,
      ['dim', '   follow: '],
      ui.follow ? ['good', 'on'] : ['warn', 'off (f)'],
      ['dim', '   level: '],
      ui.eventLevel === 'all' ? ['dim', 'all'] : ['key', ui.eventLevel === 'warn' ? 'warn and bad' : 'bad'],
      ['dim', '   device: '],
      ui.eventDevice === null ? ['dim', 'all'] : ['key', data.labelOf(ui.eventDevice)],
      ['dim', '   filter: '],
      ui.filters.events === '' ? ['dim', 'none'] : ['key', ui.filters.events],
    ];
    const shown = rows.slice(list.top, list.top + eventsView.listHeight(scene)).map(({ event, key }) => {
      const selected = key === list.key;
      // A sign and not a colour alone: keys act on the device of this event.
      const spans: Span[] = [selected ? look.glyphs.cursor : ' ', ...eventSpans(event, data, look)];
      return (selected ? selectedLine : line)(look, size.columns, spans);
    });
    const none: string[] =
      rows.length > 0 ? [] : [line(look, size.columns, [['dim', '  No event is like that. Esc shows all.']])];
    return [line(look, size.columns, head), '', ...none, ...shown];
  },
});
