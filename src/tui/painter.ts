import { type CellRow, cellRow, rowOf } from './cell-rows.ts';
import { NARROW } from './cells.ts';
import type { Frame } from './frame.ts';
import type { Size } from './ui.ts';

/** The terminal shows what is between these at once, or ignores them. */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
const CLEAR = '\x1b[m\x1b[2J';
const CLEAR_TO_END = '\x1b[K';
/** So many cells that have not changed are written again rather than jumped over: a jump costs as many bytes. */
const GAP = 4;
/** Blanks to the end of a line that are cheaper to erase than to write. */
const ERASED = 4;
const ASCII = /^[\x20-\x7e]$/;

/** Knows what the terminal shows, and says which bytes turn it into the next frame. */
export class Painter {
  #size: Size = { columns: 0, rows: 0 };
  /** What each row was made of: the same, and there is nothing to do. */
  #sources: string[] = [];
  #rows: CellRow[] = [];
  #isKnown = false;

  /**
   * The bytes that make the terminal show this frame; empty where it does so already. `drawn`: chrome and window as somebody
   * else has drawn them, a screen of lines.
   */
  paint(frame: Frame, size: Size, drawn: readonly string[] | null = null): string {
    const { columns, rows } = size;
    let out = '';
    if (!this.#isKnown || columns !== this.#size.columns || rows !== this.#size.rows) {
      const blank = cellRow('', columns);
      this.#size = size;
      this.#sources = Array.from({ length: rows }, () => '');
      this.#rows = Array.from({ length: rows }, () => blank);
      this.#isKnown = true;
      out = CLEAR;
    }
    const pen = new Pen();
    for (let y = 0; y < rows; y++) {
      const source = sourceOf(frame, y, drawn);
      if (source === this.#sources[y]) continue;
      const row = rowOf(frame, y, size, drawn);
      out += rowChanges(y, this.#rows[y]!, row, pen);
      this.#sources[y] = source;
      this.#rows[y] = row;
    }
    if (out === '') return '';
    return `${BEGIN}${out}${pen.to('')}${END}`;
  }

  /** Something else has written to the terminal: the next frame is drawn in full. */
  forget(): void {
    this.#isKnown = false;
  }
}

/** All that a row is made of, as one text to compare. */
function sourceOf({ lines, live, box }: Frame, y: number, drawn: readonly string[] | null): string {
  const isLive = y >= live.from && y < live.to;
  const line = (isLive ? lines : (drawn ?? lines))[y] ?? '';
  const inBox = box?.lines[y - box.y];
  return inBox === undefined ? line : `${line}\n${box!.x}\n${drawn?.[y] ?? inBox}`;
}

/** The style that the terminal writes with. */
class Pen {
  #style = '';

  /** What switches to a style. */
  to(style: string): string {
    if (style === this.#style) return '';
    const reset = this.#style === '' ? '' : style === '' ? '' : '0;';
    this.#style = style;
    return `\x1b[${reset}${style}m`;
  }

  has(style: string): boolean {
    return style === this.#style;
  }
}

function rowChanges(y: number, before: CellRow, after: CellRow, pen: Pen): string {
  const width = after.signs.length;
  const blankFrom = blankEnd(after);
  let out = '';
  /** Where the terminal's cursor stands; -1 where it cannot be known. */
  let at = -1;
  for (let x = 0; x < width; x++) {
    const sign = after.signs[x]!;
    const style = after.styles[x]!;
    if (sign === before.signs[x] && style === before.styles[x]) continue;
    // The second half of a wide sign comes with the first.
    if (sign === '') continue;
    out += at === x ? '' : (across(after, at, x, pen) ?? jump(y, x, out === ''));
    if (x >= blankFrom) return out + pen.to('') + CLEAR_TO_END;
    out += pen.to(style) + sign;
    // Terminals disagree about the width of the less usual signs: behind one the place is said anew.
    at = NARROW.test(sign) ? x + 1 : -1;
  }
  return out;
}

/** The unchanged cells up to `x`, where writing them is cheaper than a jump. */
function across({ signs, styles }: CellRow, at: number, x: number, pen: Pen): string | null {
  if (at === -1 || x - at > GAP) return null;
  let text = '';
  for (let i = at; i < x; i++) {
    if (!pen.has(styles[i]!) || !ASCII.test(signs[i]!)) return null;
    text += signs[i];
  }
  return text;
}

function jump(y: number, x: number, isFirst: boolean): string {
  return isFirst ? `\x1b[${y + 1};${x + 1}H` : `\x1b[${x + 1}G`;
}

/** From here to its end the row is blank; its width where that is not worth the erasing. */
function blankEnd({ signs, styles }: CellRow): number {
  let end = signs.length;
  while (end > 0 && signs[end - 1] === ' ' && styles[end - 1] === '') end--;
  return signs.length - end >= ERASED ? end : signs.length;
}
