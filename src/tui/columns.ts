import type { DeviceView } from '../core/api/types.ts';
import { shownState } from '../core/model/shown-state.ts';
import { type Look, type Span, steady } from './cells.ts';
import { type Neighbours, noteOf, severityOf } from './device-state.ts';
import { coarseDuration, loss, rtt, uptime } from './format.ts';
import { sparkline } from './spark.ts';
import type { Style } from './theme.ts';

/** What a cell may need beside its device. */
export type CellContext = Readonly<{ look: Look; now: number; neighbours: Neighbours }>;

export type ColumnId =
  | 'state'
  | 'label'
  | 'address'
  | 'uptime'
  | 'since'
  | 'heal'
  | 'loss'
  | 'rtt'
  | 'recent'
  | 'note'
  | 'why';

/** A column of the fleet table. The volatile ones stand rightmost: that halves the bytes of a frame. */
export type Column = Readonly<{
  id: ColumnId;
  title: (width: number) => string;
  width: number;
  /** May grow up to this many cells where there is room. */
  maxWidth?: number;
  align: 'left' | 'right';
  /** Left out first where the terminal is narrow: the highest number. */
  dropOrder: number;
  /** On narrower terminals it is only there when somebody has chosen it: the others need its room. */
  fromWidth?: number;
  text: (device: DeviceView, context: CellContext) => string;
  style?: (device: DeviceView) => Style | null;
  /** For a column that is more than text of one style. */
  spans?: (device: DeviceView, width: number, context: CellContext) => Span[];
  /** Order of two devices; "natural" first means the interesting end comes first. */
  compare: (a: DeviceView, b: DeviceView, neighbours: Neighbours) => number;
}>;

const byLabel = (a: DeviceView, b: DeviceView) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
const highestFirst =
  (value: (device: DeviceView) => number | null) =>
  (a: DeviceView, b: DeviceView): number =>
    (value(b) ?? Number.NEGATIVE_INFINITY) - (value(a) ?? Number.NEGATIVE_INFINITY) || 0;

/** All columns in the order of the screen. */
export const COLUMNS: readonly Column[] = [
  {
    id: 'state',
    title: () => 'STATE',
    width: 13,
    align: 'left',
    dropOrder: 0,
    text: (device, { look }) => `${look.glyphs.states[shownState(device)]} ${shownState(device)}`,
    style: shownState,
    compare: (a, b) => severityOf(a) - severityOf(b),
  },
  {
    id: 'label',
    title: () => 'LABEL',
    width: 14,
    maxWidth: 30,
    align: 'left',
    dropOrder: 0,
    text: ({ label }, { look }) => steady(label, look.glyphs),
    style: (device) => (device.reachability === 'up' ? null : 'bold'),
    compare: byLabel,
  },
  {
    id: 'address',
    title: () => 'ADDRESS',
    width: 15,
    maxWidth: 26,
    align: 'left',
    dropOrder: 4,
    text: ({ address }) => address,
    style: () => 'dim',
    compare: (a, b) => a.address.localeCompare(b.address, 'en', { numeric: true }),
  },
  {
    id: 'uptime',
    title: () => 'UP%',
    width: 6,
    align: 'right',
    dropOrder: 5,
    text: ({ stats }) => uptime(stats.uptimePercent),
    compare: (a, b) => (a.stats.uptimePercent ?? 101) - (b.stats.uptimePercent ?? 101),
  },
  {
    id: 'since',
    title: () => 'SINCE',
    width: 5,
    align: 'right',
    dropOrder: 2,
    text: ({ since }, { now }) => coarseDuration(now - since),
    compare: highestFirst(({ since }) => since),
  },
  {
    id: 'heal',
    title: () => 'HEAL',
    width: 4,
    align: 'right',
    dropOrder: 6,
    text: ({ healing: { attempts, maxAttempts } }) => (attempts === 0 ? '-' : `${attempts}/${maxAttempts}`),
    style: ({ healing }) => (healing.attempts === 0 ? 'dim' : null),
    compare: highestFirst(({ healing }) => healing.attempts),
  },
  {
    id: 'loss',
    title: () => 'LOSS',
    width: 4,
    align: 'right',
    dropOrder: 3,
    text: ({ lossPercent }) => loss(lossPercent),
    style: ({ lossPercent }) => (lossPercent === 0 ? 'dim' : lossPercent >= 50 ? 'bad' : 'warn'),
    compare: highestFirst(({ lossPercent }) => lossPercent),
  },
  {
    id: 'rtt',
    title: (width) => (width >= 6 ? 'RTT ms' : 'RTT'),
    width: 5,
    maxWidth: 6,
    align: 'right',
    dropOrder: 1,
    text: ({ rttMs }) => rtt(rttMs),
    compare: highestFirst(({ rttMs }) => rttMs),
  },
  {
    id: 'recent',
    title: (width) => `LAST ${width}`,
    width: 12,
    maxWidth: 20,
    align: 'left',
    dropOrder: 7,
    text: () => '',
    spans: ({ recent }, width, { look }) => sparkline(recent, width, look.glyphs),
    compare: highestFirst(({ consecutiveFailures }) => consecutiveFailures),
  },
  {
    id: 'note',
    title: () => 'NOTE',
    width: 13,
    maxWidth: Number.POSITIVE_INFINITY,
    align: 'left',
    dropOrder: 1,
    text: (device, { look, neighbours }) => steady(noteOf(device, neighbours), look.glyphs),
    style: ({ healing, reachability }) =>
      healing.phase === 'waiting-approval' || healing.phase === 'needs-human'
        ? 'warn'
        : reachability === 'up'
          ? 'dim'
          : null,
    compare: (a, b, neighbours) => (noteOf(a, neighbours) < noteOf(b, neighbours) ? 1 : -1),
  },
  {
    id: 'why',
    title: () => 'WHY',
    width: 28,
    maxWidth: 70,
    align: 'left',
    dropOrder: 8,
    fromWidth: 170,
    text: ({ failure }, { look }) => (failure === null ? '' : steady(failure.message, look.glyphs)),
    style: () => 'dim',
    compare: highestFirst(({ failure }) => (failure === null ? 0 : 1)),
  },
];

/** A column with the cells it has on this screen. */
export type Placed = Readonly<{ column: Column; width: number }>;
/** The columns of a width; one object a width, so that it can key a cache. */
export type Layout = Readonly<{ placed: readonly Placed[] }>;

/** The order in which columns grow where there is room left. */
const GROWTH: readonly ColumnId[] = ['label', 'note', 'recent', 'rtt', 'label', 'address', 'note', 'why'];
const GROWTH_STEP: Readonly<Partial<Record<ColumnId, number>>> = {
  recent: 8,
  note: 6,
  label: 4,
  address: 11,
  rtt: 1,
  why: 42,
};
const layouts = new Map<string, Layout>();

/**
 * The columns that fit `width` cells, in the order of the screen; labels of up to `labelWidth` cells come first.
 * `chosen` are the columns somebody wants to see, in their order; null: all.
 */
export function layoutOf(
  width: number,
  labelWidth: number,
  chosen: readonly ColumnId[] | null = null,
): Layout {
  const key = `${width} ${labelWidth} ${chosen?.join() ?? ''}`;
  const known = layouts.get(key);
  if (known) return known;
  const layout = { placed: place(width, labelWidth, chosen) };
  layouts.set(key, layout);
  return layout;
}

function place(width: number, labelWidth: number, chosen: readonly ColumnId[] | null): Placed[] {
  let columns = chosen
    ? chosen.map((id) => COLUMNS.find((column) => column.id === id)!)
    : COLUMNS.filter(({ fromWidth = 0 }) => width >= fromWidth);
  // The cursor takes two cells, every column one of space behind it.
  const needed = () => 2 + columns.reduce((sum, column) => sum + column.width + 1, 0) - 1;
  while (needed() > width && columns.length > 2) {
    const worst = columns.reduce((a, b) => (b.dropOrder > a.dropOrder ? b : a));
    // The sparkline is dear but says most: it goes only when nothing lesser is left.
    const lesser = columns.filter(({ dropOrder }) => dropOrder >= 4 && dropOrder < 7);
    const drop = worst.id === 'recent' && lesser.length > 0 ? lesser.at(-1)! : worst;
    columns = columns.filter((column) => column !== drop);
  }
  const widths = new Map(columns.map((column) => [column.id, column.width]));
  let spare = Math.max(0, width - needed());
  const grow = (id: ColumnId, step: number) => {
    const column = columns.find((one) => one.id === id);
    const now = widths.get(id);
    if (!column || now === undefined) return;
    const most = Math.min(column.maxWidth ?? column.width, id === 'label' ? labelWidth : Infinity);
    const more = Math.max(0, Math.min(step, spare, most - now));
    widths.set(id, now + more);
    spare -= more;
  };
  for (const id of GROWTH) grow(id, GROWTH_STEP[id] ?? 0);
  grow('label', spare);
  grow('note', spare);
  return columns.map((column) => ({ column, width: widths.get(column.id)! }));
}
