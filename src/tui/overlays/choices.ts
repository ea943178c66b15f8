import type { Span } from '../cells.ts';
import { fitTo } from '../cells.ts';
import { COLUMNS } from '../columns.ts';
import { choices } from '../fleet-choices.ts';
import { type Binding, bindingsOf } from '../keys.ts';
import { paletteEntries } from '../palette-entries.ts';
import type { Choices, Palette, Scene } from '../ui.ts';
import { type Box, boxOf, innerWidth } from './box.ts';

/** Rows of a list in a window. */
const ROWS = 12;

/** The columns of the fleet, or the saved views. */
export function choicesBox(scene: Scene, { kind, index }: Choices): Box {
  const { ui, look, size } = scene;
  const lines = choices(ui, kind);
  const rows = lines.map(({ id, on }, at): Span[] => {
    const cursor = at === index ? look.glyphs.cursor : ' ';
    if (kind === 'columns') {
      const sorted = ui.sort === id ? (ui.reverse ? look.glyphs.reversed : look.glyphs.sorted) : '';
      return [`${cursor} ${on ? '[x]' : '[ ]'} `, [on ? 'bold' : 'dim', titleOf(id)], ` ${sorted}`];
    }
    const view = ui.savedViews.find(({ name }) => name === id)!;
    return [
      `${cursor} `,
      [on ? 'key' : 'bold', fitTo(id, 20, look.glyphs)],
      ['dim', ` group ${view.groupBy ?? 'none'}, sort ${view.sort}${view.reverse ? ' reversed' : ''}`],
      ['dim', view.filter === '' ? '' : `, ${view.filter}`],
    ];
  });
  const top = topFor(index, rows.length, size.rows);
  const keys = bindingsOf(scene.bindings, kind, scene.readOnly).filter(({ footer }) => footer !== undefined);
  return boxOf(look, size, kind === 'columns' ? 'COLUMNS' : 'SAVED VIEWS', rows, top, [
    [],
    keys.flatMap(({ shown, footer }: Binding): Span[] => [
      ['key', shown],
      ['dim', ` ${footer}  `],
    ]),
  ]);
}

/** What is being typed, over the actions that it finds. */
export function paletteBox(scene: Scene, palette: Palette): Box {
  const { look, size } = scene;
  const entries = paletteEntries(scene, palette);
  const height = Math.min(ROWS, size.rows - 9);
  const first = Math.max(0, Math.min(palette.index - height + 1, entries.length - height));
  const shown = entries
    .slice(first, first + height)
    .map(({ keys, help, section }, at): Span[] => [
      first + at === palette.index ? `${look.glyphs.cursor} ` : '  ',
      fitTo(help, innerWidth(size) - 20, look.glyphs),
      ['key', fitTo(keys[0]!, 10, look.glyphs)],
      ['dim', section.toLowerCase()],
    ]);
  // Always as high: the window must not jump while somebody types.
  while (shown.length < height) shown.push([]);
  if (entries.length === 0) shown[0] = [['dim', '  nothing is called like that']];
  return boxOf(look, size, 'COMMAND', [[['key', ': '], palette.text, look.glyphs.caret], [], ...shown], 0);
}

function titleOf(id: string): string {
  return COLUMNS.find((column) => column.id === id)?.title(20) ?? id;
}

/** The first line in sight, so that the cursor is. */
function topFor(index: number, count: number, screenRows: number): number {
  const room = Math.max(1, screenRows - 8);
  return Math.max(0, Math.min(index - room + 1, count - room));
}
