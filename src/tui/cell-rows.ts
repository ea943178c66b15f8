import { NARROW, widthOf } from './cells.ts';
import type { Frame } from './frame.ts';
import type { Size } from './ui.ts';

/** A screen line cell by cell: the sign in each (empty behind a wide one), and the SGR parameters it is drawn with. */
export type CellRow = Readonly<{ signs: readonly string[]; styles: readonly string[] }>;

const SEGMENTS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const SGR = /\x1b\[([\d;]*)m/g;
const widths = new Map<string, number>();

/** Takes a painted line apart. What does not fit `width` cells is left out; what is missing is blank. */
export function cellRow(line: string, width: number): CellRow {
  const signs: string[] = [];
  const styles: string[] = [];
  let pen = NO_PEN;
  let style = '';
  const put = (sign: string) => {
    const cells = cellsOf(sign);
    if (cells === 0 || signs.length + cells > width) return;
    signs.push(sign);
    styles.push(style);
    if (cells === 1) return;
    signs.push('');
    styles.push(style);
  };
  let from = 0;
  for (const match of line.matchAll(SGR)) {
    for (const sign of signsOf(line.slice(from, match.index))) put(sign);
    from = match.index + match[0].length;
    pen = penAfter(pen, match[1]!);
    style = styleOf(pen);
  }
  for (const sign of signsOf(line.slice(from))) put(sign);
  while (signs.length < width) {
    signs.push(' ');
    styles.push('');
  }
  return { signs, styles };
}

/**
 * The row `y` of a frame: its line, and over it that of the window, if it has one here. Chrome and window are taken as they
 * were `drawn` (a screen of lines), where they were; without, they are made of the frame's own lines.
 */
export function rowOf(
  { lines, live, box }: Frame,
  y: number,
  { columns }: Size,
  drawn: readonly string[] | null = null,
): CellRow {
  const isLive = y >= live.from && y < live.to;
  if (drawn !== null && !isLive) return cellRow(drawn[y] ?? '', columns);
  const row = cellRow(lines[y] ?? '', columns);
  const inBox = box?.lines[y - box.y];
  if (!box || inBox === undefined) return row;
  const width = Math.min(widthOf(inBox.replace(SGR, '')), columns - box.x);
  const above = drawn === null ? cellRow(inBox, width) : cut(cellRow(drawn[y] ?? '', columns), box.x, width);
  return covered(row, box.x, above);
}

function cut({ signs, styles }: CellRow, x: number, width: number): CellRow {
  return { signs: signs.slice(x, x + width), styles: styles.slice(x, x + width) };
}

/** A row with another one over it; half of a wide sign is blank. */
function covered(row: CellRow, x: number, above: CellRow): CellRow {
  const end = x + above.signs.length;
  const signs = [...row.signs.slice(0, x), ...above.signs, ...row.signs.slice(end)];
  if (row.signs[x] === '') signs[x - 1] = ' ';
  if (row.signs[end] === '') signs[end] = ' ';
  return { signs, styles: [...row.styles.slice(0, x), ...above.styles, ...row.styles.slice(end)] };
}

function signsOf(text: string): Iterable<string> {
  if (NARROW.test(text)) return text;
  return Array.from(SEGMENTS.segment(text), ({ segment }) => segment);
}

function cellsOf(sign: string): number {
  if (NARROW.test(sign)) return 1;
  let width = widths.get(sign);
  if (width === undefined) {
    // Labels of a fleet have few signs; whatever a hostile one holds must not grow this for ever.
    if (widths.size > 2_000) widths.clear();
    width = Math.min(2, widthOf(sign));
    widths.set(sign, width);
  }
  return width;
}

// ---- what is drawn with: the parameters that are on, by what switches them off

type Pen = Readonly<Record<'weight' | 'slant' | 'line' | 'inverse' | 'colour' | 'ground', string>>;
const NO_PEN: Pen = { weight: '', slant: '', line: '', inverse: '', colour: '', ground: '' };

const SWITCHES: Readonly<Record<string, Partial<Pen>>> = {
  22: { weight: '' },
  3: { slant: '3' },
  23: { slant: '' },
  4: { line: '4' },
  24: { line: '' },
  7: { inverse: '7' },
  27: { inverse: '' },
  39: { colour: '' },
  49: { ground: '' },
};

function penAfter(pen: Pen, parameters: string): Pen {
  let next = pen;
  const codes = parameters.split(';');
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index]!;
    const known = SWITCHES[code];
    const number = Number(code);
    if (code === '' || number === 0) next = NO_PEN;
    else if (known) next = { ...next, ...known };
    // Bold and faint go together, and one code ends both.
    else if (number <= 2) next = { ...next, weight: next.weight === '' ? code : '1;2' };
    else if (number === 38 || number === 48) {
      const length = codes[index + 1] === '2' ? 5 : 3;
      const colour = codes.slice(index, index + length).join(';');
      index += length - 1;
      next = { ...next, [number === 38 ? 'colour' : 'ground']: colour };
    } else {
      const isGround = (number >= 40 && number <= 47) || (number >= 100 && number <= 107);
      next = { ...next, [isGround ? 'ground' : 'colour']: code };
    }
  }
  return next;
}

function styleOf(pen: Pen): string {
  return Object.values(pen)
    .filter((code) => code !== '')
    .join(';');
}
