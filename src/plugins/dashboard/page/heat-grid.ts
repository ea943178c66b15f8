/** One small square a device, so that ten thousand of them are seen at once. The table says the same in words. */
import { byName, type Cell, type Cells } from './cells.ts';
import { byId, el, setText } from './dom.ts';
import type { Filter } from './filter.ts';
import { duration, percent, rtt } from './format.ts';
import { legendOf, type Palette, paletteOf } from './grid-colours.ts';
import { cellAt, type Layout, labelAt, layOut, neighbour, placeOf } from './grid-layout.ts';
import { paintLabels, paintSpots, type Spot } from './grid-paint.ts';
import { ALL_LOOKS } from './looks.ts';
import { onColours } from './theme.ts';

/** Of a screen: so much height, and no larger cells than these. */
const DESK = { height: 440, largest: 22, label: 16 } as const;
/** A phone is scrolled anyway. */
const PHONE = { height: 640, largest: 22, label: 16 } as const;
const PHONE_PX = 600;
const WALL = { largest: 260, label: 24 } as const;

type Options = Readonly<{
  redraw: () => void;
  open: (id: string) => void;
  /** The name of a group was clicked. */
  onGroup: (query: string) => void;
}>;

/** What is drawn now. */
export type Drawn = Readonly<{ cells: Cells; filter: Filter; now: number; isWall: boolean }>;

/** Creates the grid. */
export function heatGrid({ redraw, open, onGroup }: Options) {
  const frame = byId('grid-frame');
  const canvas = byId<HTMLCanvasElement>('grid');
  const context = canvas.getContext('2d')!;
  const tip = byId('grid-tip');
  const mark = byId('grid-mark');
  const grouping = byId<HTMLSelectElement>('grid-group');
  const colouring = byId<HTMLSelectElement>('grid-colour');
  let layout: Layout | null = null;
  let order: readonly Cell[] = [];
  let placeOfCell = new Map<Cell, number>();
  let palette: Palette | null = null;
  /** What the layout and the picture on the canvas were made of. */
  let made = '';
  let drawnFilter: Filter | null = null;
  let pointed: number | null = null;
  let last: Drawn | null = null;

  const forget = () => {
    made = '';
    redraw();
  };
  new ResizeObserver(forget).observe(frame);
  grouping.addEventListener('change', forget);
  colouring.addEventListener('change', forget);
  onColours(forget);
  canvas.addEventListener('mousemove', ({ offsetX, offsetY }) => {
    point(layout && cellAt(layout, offsetX, offsetY));
    canvas.style.cursor = pointed !== null || (layout && labelAt(layout, offsetX, offsetY)) ? 'pointer' : '';
  });
  canvas.addEventListener('mouseleave', () => point(null));
  canvas.addEventListener('blur', () => point(null));
  canvas.addEventListener('focus', () => point(pointed ?? (order.length > 0 ? 0 : null)));
  canvas.addEventListener('click', ({ offsetX, offsetY }) => {
    const at = layout && cellAt(layout, offsetX, offsetY);
    const label = layout && labelAt(layout, offsetX, offsetY);
    if (at !== null) open(order[at]!.id);
    else if (label) onGroup(queryOf(grouping.value, label.name));
  });
  canvas.addEventListener('keydown', (event) => {
    if (layout === null || pointed === null) return;
    if (event.key === 'Enter') open(order[pointed]!.id);
    else if (event.key.startsWith('Arrow')) point(neighbour(layout, pointed, event.key));
    else return;
    event.preventDefault();
  });

  function point(at: number | null): void {
    pointed = at;
    const cell = at === null ? undefined : order[at];
    tip.hidden = cell === undefined;
    mark.hidden = cell === undefined;
    if (cell === undefined || layout === null || at === null) return;
    setText(tip, tipOf(cell, last?.now ?? Date.now()));
    const { x, y } = placeOf(layout, at);
    const { size } = layout;
    mark.style.transform = `translate(${x - 2}px, ${y - 2}px)`;
    mark.style.width = `${size + 4}px`;
    mark.style.height = `${size + 4}px`;
    const left = Math.max(0, Math.min(x, frame.clientWidth - tip.offsetWidth));
    tip.style.transform = `translate(${left}px, ${y + size + 6}px)`;
  }

  function lay({ cells, isWall }: Drawn): void {
    showGroupings(cells.all);
    const groups = grouped(cells.all, grouping.value);
    order = groups.flatMap(({ members }) => members);
    placeOfCell = new Map(order.map((cell, index) => [cell, index]));
    const width = frame.clientWidth;
    const room = isWall
      ? { width, height: frame.clientHeight, ...WALL }
      : { width, ...(width < PHONE_PX ? PHONE : DESK) };
    layout = layOut(
      groups.map(({ name, members }) => ({ name, count: members.length })),
      room,
    );
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(layout.height * scale);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${layout.height}px`;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    palette = paletteOf(colouring.value, byId('grid-probe'));
    byId('grid-legend').replaceChildren(...legendOf(colouring.value));
    paintLabels(context, layout, palette);
    pointed = null;
    point(null);
  }

  function spots(cells: Iterable<Cell>, filter: Filter): Spot[] {
    const found: Spot[] = [];
    for (const cell of cells) {
      const at = placeOfCell.get(cell);
      if (at === undefined) continue;
      const isFaint = !filter.isEmpty && !filter.matches(cell);
      found.push({ cell, ...placeOf(layout!, at), paint: palette!.paintOf(cell), isFaint });
    }
    return found;
  }

  /** The names of the tags to group by, beside the group. */
  function showGroupings(cells: readonly Cell[]): void {
    const tags = [...new Set(cells.flatMap(({ tags }) => Object.keys(tags)))].sort();
    const values = ['group', ...tags.map((tag) => `tag:${tag}`), 'none'];
    if (values.join() === [...grouping.options].map(({ value }) => value).join()) return;
    const chosen = grouping.value;
    grouping.replaceChildren(
      ...values.map((value) => el('option', '', [value.replace('tag:', '')], { value })),
    );
    grouping.value = values.includes(chosen) ? chosen : 'group';
  }

  return {
    show(drawn: Drawn): void {
      last = drawn;
      const { cells, filter, isWall } = drawn;
      if (frame.clientWidth === 0) return;
      const key = `${cells.members} ${frame.clientWidth} ${isWall ? frame.clientHeight : ''} ${devicePixelRatio}`;
      if (made !== key) {
        made = key;
        lay(drawn);
        paintSpots(context, spots(order, filter), layout!, palette!, true);
      } else if (drawnFilter !== filter) {
        paintSpots(context, spots(order, filter), layout!, palette!);
      } else {
        paintSpots(context, spots(cells.changed, filter), layout!, palette!);
      }
      if (cells.changed.size > 0 || drawnFilter === null) canvas.setAttribute('aria-label', summaryOf(order));
      cells.changed.clear();
      drawnFilter = filter;
    },
  };
}

function grouped(cells: readonly Cell[], by: string): { name: string; label: string; members: Cell[] }[] {
  const tag = by.startsWith('tag:') ? by.slice('tag:'.length) : null;
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const name = by === 'none' ? '' : tag === null ? cell.group : (cell.tags[tag] ?? '');
    const members = groups.get(name);
    if (members === undefined) groups.set(name, [cell]);
    else members.push(cell);
  }
  return byName(
    [...groups].map(([name, members]) => ({ name: name === '' ? '–' : name, label: name, members })),
  );
}

function queryOf(by: string, name: string): string {
  return by === 'group' ? `group:${name}` : `${by}=${name}`;
}

function tipOf({ label, address, look, since, rttMs, lossPercent, group }: Cell, now: number): string {
  const words = [
    `${look.glyph} ${label}`,
    address === label ? null : address,
    `${look.word}${since === 0 ? '' : ` for ${duration(now - since)}`}`,
    rttMs === null ? null : rtt(rttMs),
    lossPercent > 0 ? `${percent(lossPercent, 0)} loss` : null,
    group,
  ];
  return words.filter((word) => word !== null).join(' · ');
}

function summaryOf(cells: readonly Cell[]): string {
  const counts = new Map<string, number>();
  for (const { look } of cells) counts.set(look.word, (counts.get(look.word) ?? 0) + 1);
  const words = ALL_LOOKS.filter(({ word }) => counts.has(word)).map(
    ({ word }) => `${counts.get(word)} ${word}`,
  );
  return `${cells.length} devices: ${words.join(', ')}. The table below lists them.`;
}
