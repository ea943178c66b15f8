import { line, rule, type Span, selectedLine } from '../cells.ts';
import { layoutOf } from '../columns.ts';
import { parseFilter } from '../filter.ts';
import { type FleetRow, fleetRows } from '../fleet-rows.ts';
import type { ListState } from '../list.ts';
import { headerString, rowString } from '../rows.ts';
import { bodyHeight, type Scene, type Size } from '../ui.ts';
import { eventSpans } from './event-line.ts';
import { defineView, rowsFrom, type View } from './view.ts';

/** Lines above the table: what is shown, and the titles. */
const HEAD = 2;

/** Lines of the pane below the table, its rule included. */
function eventsHeight({ rows }: Size, isFull: boolean): number {
  if (isFull) return 0;
  if (rows >= 45) return 12;
  if (rows >= 32) return 8;
  if (rows >= 22) return 5;
  return rows >= 18 ? 3 : 0;
}

/** The fleet table over the last events. */
export const fleetView: View = defineView<FleetRow>({
  rows: ({ data, ui }) =>
    fleetRows(data, {
      filter: parseFilter(ui.filters.fleet),
      sort: ui.sort,
      reverse: ui.reverse,
      groupBy: ui.groupBy,
      collapsed: ui.collapsed,
    }),
  dependsOn: ({ ui }) => [ui.filters.fleet, ui.sort, ui.reverse, ui.groupBy, ui.collapsed],
  listHeight: ({ size, ui }) => bodyHeight(size) - HEAD - eventsHeight(size, ui.isFull),
  start: (rows) =>
    Math.max(
      0,
      rows.findIndex(({ kind }) => kind === 'device'),
    ),
  deviceOf: (row) => (row.kind === 'device' ? row.device.id : null),
  rowAt: rowsFrom(2, (scene) => fleetView.listHeight(scene)),
  lines(scene, rows, list) {
    const { size, look, ui, data } = scene;
    const layout = layoutOf(size.columns, data.labelWidth, ui.columns);
    const table = tableLines(scene, rows, list);
    while (table.length < fleetView.listHeight(scene)) table.push('');
    return [
      line(look, size.columns, summary(scene, rows)),
      headerString(layout, size.columns, look, { by: ui.sort, reverse: ui.reverse }),
      ...table,
      ...eventsPane(scene),
    ];
  },
});

function summary({ ui, data, look }: Scene, rows: readonly FleetRow[]): Span[] {
  const isPart = data.snapshot.fleet !== undefined;
  const shown = rows.reduce(
    (sum, row) => sum + (row.kind === 'group' ? (row.collapsed ? row.total : 0) : 1),
    0,
  );
  const filter = parseFilter(ui.filters.fleet);
  const spans: Span[] = [
    ['title', ' Fleet'],
    `  ${shown} of ${data.total}`,
    ...(isPart ? [['dim', ' (what needs a look, and what a filter finds)'] as const] : []),
    ['dim', '   grouped by: '],
    ui.groupBy ?? 'nothing',
    ['dim', '   sorted by: '],
    ui.sort,
    ui.reverse ? ' reversed' : '',
    ['dim', '   filter: '],
  ];
  if (ui.filters.fleet === '') spans.push(['dim', 'none']);
  else spans.push([filter.ok ? 'key' : 'bad', ui.filters.fleet]);
  if (ui.viewName !== null) spans.push(['dim', '   view: '], ui.viewName);
  if (!filter.ok) spans.push(['bad', ` ${look.glyphs.arrow} ${filter.message}`]);
  return spans;
}

/** The visible rows alone: a screen costs its cells, not its devices. */
function tableLines(scene: Scene, rows: readonly FleetRow[], list: ListState): string[] {
  const { size, look, now, data, ui } = scene;
  const height = fleetView.listHeight(scene);
  if (rows.length === 0) {
    const why =
      ui.filters.fleet !== ''
        ? data.snapshot.fleet === undefined
          ? 'No device matches the filter. Esc clears it.'
          : 'None of those that are listed matches. Names, addresses and groups are looked for in the whole fleet.'
        : data.total === 0
          ? 'The config names no device. e opens it.'
          : `All ${data.total} devices are well. / finds one by its name, address or group.`;
    return ['', line(look, size.columns, [['dim', `  ${why}`]])];
  }
  const layout = layoutOf(size.columns, data.labelWidth, ui.columns);
  const context = { look, now, neighbours: data };
  return rows.slice(list.top, list.top + height).map((row) => {
    const selected = row.key === list.key;
    return row.kind === 'device'
      ? rowString(row.device, layout, size.columns, context, selected)
      : groupLine(scene, row, selected);
  });
}

function groupLine(
  { look, size }: Scene,
  row: Extract<FleetRow, { kind: 'group' }>,
  selected: boolean,
): string {
  const { glyphs } = look;
  const spans: Span[] = [
    selected ? glyphs.cursor : ' ',
    ['key', row.collapsed ? glyphs.closed : glyphs.open],
    ' ',
    ['bold', row.name],
    ['dim', ` (${row.total}) `],
  ];
  for (const [state, count] of row.counts) spans.push(' ', [state, `${glyphs.states[state]} ${count}`]);
  return (selected ? selectedLine : line)(look, size.columns, spans);
}

function eventsPane({ size, look, events, data, ui }: Scene): string[] {
  const height = eventsHeight(size, ui.isFull);
  if (height === 0) return [];
  const lines = events
    .slice(0, height - 1)
    .map((event) => line(look, size.columns, eventSpans(event, data, look)));
  while (lines.length < height - 1) lines.push('');
  return [rule(look, size.columns, 'events'), ...lines];
}
