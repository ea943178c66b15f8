import type { EventRecord } from '../../core/plugin.ts';
import { line, type Span, selectedLine } from '../cells.ts';
import { bodyHeight, type EventLevel } from '../ui.ts';
import { eventSpans } from './event-line.ts';
import { defineView, rowsFrom, type View } from './view.ts';

type EventRow = Readonly<{ key: string; event: EventRecord }>;

/** The levels that are listed. */
const LEVELS: Readonly<Record<EventLevel, readonly EventRecord['level'][]>> = {
  all: ['info', 'good', 'warn', 'bad'],
  warn: ['warn', 'bad'],
  bad: ['bad'],
};

const LEVEL_WORDS: Readonly<Record<EventLevel, string>> = { all: 'all', warn: 'warn and bad', bad: 'bad' };
/** From here on every setting is named. */
const WIDE = 110;

/** All events that are remembered, the newest first. */
export const eventsView: View = defineView<EventRow>({
  rows({ events, ui, data }) {
    const words = ui.filters.events.toLowerCase().split(/\s+/).filter(Boolean);
    const graves = LEVELS[ui.eventLevel];
    const matches = ({ message, type, level, device, plugin }: EventRecord) => {
      if (!graves.includes(level) || (ui.eventDevice !== null && device !== ui.eventDevice)) return false;
      if (ui.eventSource !== 'all' && (plugin !== undefined) !== (ui.eventSource === 'plugins')) return false;
      const label = device === undefined ? (plugin ?? '') : data.labelOf(device);
      const text = `${label} ${type} ${level} ${message}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return events.filter(matches).map((event) => ({ key: `${event.seq} ${event.at}`, event }));
  },
  dependsOn: ({ events, ui }) => [events, ui.filters.events, ui.eventLevel, ui.eventDevice, ui.eventSource],
  listHeight: ({ size }) => bodyHeight(size) - 2,
  deviceOf: ({ event }) => event.device ?? null,
  rowAt: rowsFrom(2, (scene) => eventsView.listHeight(scene)),
  lines(scene, rows, list) {
    const { size, look, ui, data } = scene;
    const isWide = size.columns >= WIDE;
    // Where there is little room, only what has been set.
    const setting = (name: string, value: string, isUsual: boolean): Span[] =>
      isUsual && !isWide
        ? []
        : [
            ['dim', `   ${name}: `],
            [isUsual ? 'dim' : 'key', value],
          ];
    const head: Span[] = [
      ['title', ' Events'],
      `  ${rows.length} of ${scene.events.length}`,
      ['dim', '   follow: '],
      ui.follow ? ['good', 'on'] : ['warn', 'off (f)'],
      ...setting('level', LEVEL_WORDS[ui.eventLevel], ui.eventLevel === 'all'),
      ...setting(
        'device',
        ui.eventDevice === null ? 'all' : data.labelOf(ui.eventDevice),
        ui.eventDevice === null,
      ),
      ...setting('source', ui.eventSource, ui.eventSource === 'all'),
      ...setting('filter', ui.filters.events || 'none', ui.filters.events === ''),
    ];
    const shown = rows.slice(list.top, list.top + eventsView.listHeight(scene)).map(({ event, key }) => {
      const selected = key === list.key;
      // A sign and not a colour alone: keys act on the device of this event.
      const spans: Span[] = [selected ? look.glyphs.cursor : ' ', ...eventSpans(event, data, look)];
      return (selected ? selectedLine : line)(look, size.columns, spans);
    });
    const why =
      scene.events.length === 0
        ? 'Nothing has happened since the daemon started.'
        : 'No event is like that. Esc shows all.';
    const none = rows.length > 0 ? [] : [line(look, size.columns, [['dim', `  ${why}`]])];
    return [line(look, size.columns, head), '', ...none, ...shown];
  },
});
