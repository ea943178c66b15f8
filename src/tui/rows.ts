import type { DeviceView } from '../core/api/types.ts';
import { fitTo, type Look, line, type Span, selectedLine } from './cells.ts';
import type { CellContext, Layout, Placed } from './columns.ts';
import { noteOf } from './device-state.ts';
import { coarseDuration } from './format.ts';

type Cached = { key: string; layout: Layout; look: Look; text: string };
// A device is replaced whole when anything about it changes, so the object itself is the version.
const cache = new WeakMap<DeviceView, Cached>();

/** One row of the fleet table, exactly `width` cells; drawn again only when something in it changed. */
export function rowString(
  device: DeviceView,
  layout: Layout,
  width: number,
  context: CellContext,
  selected: boolean,
): string {
  const { look, now, neighbours } = context;
  // What can change without the device itself: the cursor, the time, and the names of others.
  const key = `${width} ${selected} ${coarseDuration(now - device.since)} ${noteOf(device, neighbours)}`;
  const known = cache.get(device);
  if (known && known.key === key && known.layout === layout && known.look === look) return known.text;
  const spans: Span[] = [`${selected ? look.glyphs.cursor : ' '} `];
  for (const placed of layout.placed) spans.push(...cell(device, placed, context), ' ');
  spans.pop();
  const text = (selected ? selectedLine : line)(look, width, spans);
  cache.set(device, { key, layout, look, text });
  return text;
}

function cell(device: DeviceView, { column, width }: Placed, context: CellContext): Span[] {
  if (column.spans) return column.spans(device, width, context);
  const text = fitTo(column.text(device, context), width, context.look.glyphs, column.align);
  const style = column.style?.(device) ?? null;
  return [style === null ? text : [style, text]];
}

/** The titles over the table; the one it is sorted by carries an arrow. */
export function headerString(
  layout: Layout,
  width: number,
  look: Look,
  sorted: Readonly<{ by: string; reverse: boolean }>,
): string {
  const spans: Span[] = ['  '];
  for (const { column, width: cells } of layout.placed) {
    const mark = column.id === sorted.by ? (sorted.reverse ? look.glyphs.reversed : look.glyphs.sorted) : '';
    const title = column.title(cells);
    const text = mark !== '' && title.length < cells ? title + mark : title;
    spans.push([mark === '' ? 'dim' : 'key', fitTo(text, cells, look.glyphs, column.align)], ' ');
  }
  return line(look, width, spans);
}
