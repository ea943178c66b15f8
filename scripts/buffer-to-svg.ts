import type { IBufferCell, Terminal } from '@xterm/headless';
import { geometry } from './cell-geometry.ts';

/** Size of a cell in SVG units, the same for every glyph whatever font the viewer has. */
const CELL = { width: 8.4, height: 18 } as const;
const FONT_SIZE = 14;
/** From the top of a cell to the line that letters stand on. */
const BASELINE = 13.4;
const PADDING = 18;
const TITLE_BAR = 36;

const FOREGROUND = '#d5dbe5';
const BACKGROUND = '#0f1420';
const FRAME = '#1a2130';
const BORDER = '#2c3548';
const BUTTONS = ['#ff5f57', '#febc2e', '#28c840'] as const;

/** The 16 colours a terminal has names for; the brighter ones follow. */
const ANSI = [
  ['#1b2231', '#f2696b', '#4cc38a', '#e5b454', '#6ea8fe', '#c792ea', '#4fc1d9', '#c8d0dc'],
  ['#6b778d', '#ff7b80', '#7fe0ad', '#ffd479', '#93c0ff', '#dcb3ff', '#7fe3f5', '#f3f6fa'],
].flat();
/** Steps of a channel in the 6x6x6 cube of the 256 colours. */
const CUBE = [0, 95, 135, 175, 215, 255] as const;
const DIM_OPACITY = 0.62;

type Style = Readonly<{
  fill: string;
  background: string;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}>;
type Cell = Readonly<{ column: number; cells: number; chars: string; style: Style }>;
/** Neighbouring cells of one style: letters that may be written in one go, or one sign by itself. */
type Run = { column: number; cells: number; text: string; style: Style };

/** What the terminal shows, as an SVG picture of a window that needs no font and no script. */
export function bufferToSvg(terminal: Terminal, title = 'netheal'): string {
  const width = round(terminal.cols * CELL.width + 2 * PADDING);
  const height = round(terminal.rows * CELL.height + TITLE_BAR + 2 * PADDING - 6);
  const classes = new Map<string, string>();
  const shapes = new Map<string, string>();
  const backgrounds: string[] = [];
  const texts: string[] = [];
  for (let row = 0; row < terminal.rows; row++) {
    const cells = cellsOf(terminal, row);
    backgrounds.push(...backgroundsOf(cells, row));
    const letters: Cell[] = [];
    for (const cell of cells) {
      const [x, y] = [left(cell.column), top(row)];
      const path = geometry(cell.chars, x, y, CELL.width, CELL.height);
      if (path === null) letters.push(cell);
      else {
        const paint = paintOf(cell.style);
        shapes.set(paint, (shapes.get(paint) ?? '') + path);
      }
    }
    texts.push(...runsOf(letters).map((run) => textOf(run, row, classes)));
  }
  const rules = [...classes].map(([rule, name]) => `.${name}{${rule}}`).join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:${FONT_SIZE}px;white-space:pre}.m{text-anchor:middle}${rules}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="12" fill="${BACKGROUND}" stroke="${BORDER}"/>`,
    `<path d="M1 ${TITLE_BAR}V13A12 12 0 0 1 13 1H${width - 13}A12 12 0 0 1 ${width - 1} 13V${TITLE_BAR}Z" fill="${FRAME}"/>`,
    `<path d="M1 ${TITLE_BAR}H${width - 1}" stroke="${BORDER}"/>`,
    ...BUTTONS.map(
      (colour, index) => `<circle cx="${20 + index * 20}" cy="${TITLE_BAR / 2}" r="6" fill="${colour}"/>`,
    ),
    `<text class="m" x="${width / 2}" y="${TITLE_BAR / 2 + 5}" fill="${ANSI[8]}">${escaped(title)}</text>`,
    ...backgrounds,
    ...[...shapes].map(([paint, path]) => `<path ${paint} d="${path}"/>`),
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}

function cellsOf(terminal: Terminal, row: number): Cell[] {
  const { active } = terminal.buffer;
  const line = active.getLine(active.baseY + row);
  const cells: Cell[] = [];
  for (let column = 0; line && column < terminal.cols; column++) {
    const cell = line.getCell(column);
    // The right half of a wide character has no width of its own.
    if (!cell || cell.getWidth() === 0) continue;
    const chars = cell.isInvisible() ? ' ' : cell.getChars() || ' ';
    cells.push({ column, cells: cell.getWidth(), chars, style: styleOf(cell) });
  }
  return cells;
}

function styleOf(cell: IBufferCell): Style {
  const own = {
    fg: cell.isFgDefault() ? FOREGROUND : colourOf(cell.isFgRGB(), cell.getFgColor()),
    bg: cell.isBgDefault() ? BACKGROUND : colourOf(cell.isBgRGB(), cell.getBgColor()),
  };
  const inverse = Boolean(cell.isInverse());
  return {
    fill: inverse ? own.bg : own.fg,
    background: inverse ? own.fg : own.bg,
    bold: Boolean(cell.isBold()),
    dim: Boolean(cell.isDim()),
    italic: Boolean(cell.isItalic()),
    underline: Boolean(cell.isUnderline()),
  };
}

function colourOf(isRgb: boolean, colour: number): string {
  if (isRgb) return `#${colour.toString(16).padStart(6, '0')}`;
  if (colour < 16) return ANSI[colour]!;
  if (colour >= 232) return grey(8 + (colour - 232) * 10);
  const index = colour - 16;
  return hex(CUBE[Math.floor(index / 36)]!, CUBE[Math.floor(index / 6) % 6]!, CUBE[index % 6]!);
}

/** Bars behind the text, one for each stretch of a background that is not the window's. */
function backgroundsOf(cells: readonly Cell[], row: number): string[] {
  const bars: { column: number; cells: number; colour: string }[] = [];
  for (const { column, cells: own, style } of cells) {
    if (style.background === BACKGROUND) continue;
    const last = bars.at(-1);
    if (last && last.colour === style.background && last.column + last.cells === column) last.cells += own;
    else bars.push({ column, cells: own, colour: style.background });
  }
  return bars.map(
    ({ column, cells: own, colour }) =>
      `<rect x="${left(column)}" y="${top(row)}" width="${round(own * CELL.width)}" height="${CELL.height}" fill="${colour}"/>`,
  );
}

/** ASCII is as wide in one font as in the next and can be stretched to its cells; any other sign is put by itself. */
function runsOf(cells: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  for (const { column, cells: own, chars, style } of cells) {
    const last = runs.at(-1);
    const simple = isAscii(chars);
    if (
      simple &&
      last &&
      isAscii(last.text) &&
      last.column + last.cells === column &&
      same(last.style, style)
    ) {
      last.text += chars;
      last.cells += own;
    } else runs.push({ column, cells: own, text: chars, style });
  }
  return runs.flatMap(withoutGaps);
}

/** Columns are far apart: a run is cut where two blanks follow each other, and loses those at its ends. */
function withoutGaps(run: Run): Run[] {
  if (!isAscii(run.text)) return [run];
  return [...run.text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: text, index }) => ({
    ...run,
    text,
    column: run.column + index,
    cells: text.length,
  }));
}

function textOf({ column, cells, text, style }: Run, row: number, classes: Map<string, string>): string {
  const rule = ruleOf(style);
  const name = classes.get(rule) ?? `c${classes.size}`;
  classes.set(rule, name);
  const y = round(top(row) + BASELINE);
  if (isAscii(text))
    return `<text class="${name}" x="${left(column)}" y="${y}" textLength="${round(cells * CELL.width)}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`;
  const middle = round(left(column) + (cells * CELL.width) / 2);
  return `<text class="m ${name}" x="${middle}" y="${y}">${escaped(text)}</text>`;
}

function ruleOf({ fill, bold, dim, italic, underline }: Style): string {
  return [
    `fill:${fill}`,
    bold && 'font-weight:700',
    dim && `opacity:${DIM_OPACITY}`,
    italic && 'font-style:italic',
    underline && 'text-decoration:underline',
  ]
    .filter(Boolean)
    .join(';');
}

function paintOf({ fill, dim }: Style): string {
  return `fill="${fill}"${dim ? ` opacity="${DIM_OPACITY}"` : ''}`;
}

function same(a: Style, b: Style): boolean {
  return ruleOf(a) === ruleOf(b);
}

const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text);
const left = (column: number) => round(PADDING + column * CELL.width);
const top = (row: number) => round(TITLE_BAR + PADDING - 6 + row * CELL.height);
const round = (value: number) => Math.round(value * 100) / 100;
const hex = (...channels: number[]) =>
  `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
const grey = (level: number) => hex(level, level, level);

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
