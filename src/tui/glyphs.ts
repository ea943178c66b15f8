import type { ShownState } from '../core/model/shown-state.ts';

/** Every sign the screen is made of. All are one cell wide everywhere. */
export type Glyphs = Readonly<{
  states: Readonly<Record<ShownState, string>>;
  /** Steps of a sparkline, low to high. */
  ramp: readonly string[];
  lost: string;
  ellipsis: string;
  sorted: string;
  reversed: string;
  open: string;
  closed: string;
  cursor: string;
  rule: string;
  /** Corners and sides of a box: top left, top right, bottom left, bottom right, horizontal, vertical. */
  box: Readonly<{ tl: string; tr: string; bl: string; br: string; h: string; v: string }>;
  branch: string;
  lastBranch: string;
  axis: Readonly<{ side: string; corner: string }>;
  arrow: string;
  info: string;
  caret: string;
  /** What stands for an emoji: their width differs from terminal to terminal. */
  replacement: string;
  /** True where dots of eight a cell (braille) can be drawn. */
  braille: boolean;
}>;

/** For UTF-8 terminals. */
export const UNICODE: Glyphs = {
  states: {
    up: '●',
    degraded: '◐',
    down: '✖',
    healing: '✚',
    unreachable: '◌',
    downtime: '‖',
    unknown: '?',
  },
  ramp: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  lost: '×',
  ellipsis: '…',
  sorted: '▾',
  reversed: '▴',
  open: '▾',
  closed: '▸',
  cursor: '>',
  rule: '─',
  box: { tl: '╭', tr: '╮', bl: '╰', br: '╯', h: '─', v: '│' },
  branch: '├',
  lastBranch: '└',
  axis: { side: '┤', corner: '└' },
  arrow: '→',
  info: '·',
  caret: '▏',
  replacement: '▫',
  braille: true,
};

/** For every other locale. */
export const ASCII: Glyphs = {
  states: { up: 'o', degraded: '~', down: 'X', healing: '+', unreachable: '.', downtime: '=', unknown: '?' },
  ramp: ['_', '.', '-', ':', '=', '+', '*', '#'],
  lost: 'x',
  ellipsis: '~',
  sorted: 'v',
  reversed: '^',
  open: 'v',
  closed: '>',
  cursor: '>',
  rule: '-',
  box: { tl: '+', tr: '+', bl: '+', br: '+', h: '-', v: '|' },
  branch: '|',
  lastBranch: '`',
  axis: { side: '|', corner: '+' },
  arrow: '->',
  info: '-',
  caret: '_',
  replacement: '?',
  braille: false,
};
