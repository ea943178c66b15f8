import { type Look, line, type Span, spansWidth } from '../cells.ts';
import { clamp } from '../list.ts';
import type { Size } from '../ui.ts';

/** A window over the screen, with its place. */
export type Box = Readonly<{
  x: number;
  y: number;
  lines: readonly string[];
  /** How far it can be scrolled. */
  lastTop: number;
}>;

/**
 * A frame around rows, in the middle of the screen. Rows that are too many scroll; the last `fixed` ones, the answers,
 * always stay in sight. Every line fills the whole width, so nothing of the screen behind shows through.
 */
export function boxOf(
  look: Look,
  size: Size,
  title: string,
  rows: readonly (readonly Span[])[],
  top: number,
  fixed: readonly (readonly Span[])[] = [],
): Box {
  const { box } = look.glyphs;
  const inner = innerWidth(size);
  const room = Math.max(1, size.rows - 6 - fixed.length);
  const lastTop = Math.max(0, rows.length - room);
  const start = clamp(top, 0, lastTop);
  const shown = rows.slice(start, start + room);
  const more = rows.length - start - shown.length;
  const wall = (spans: readonly Span[]) => {
    const pad = ' '.repeat(Math.max(0, inner - spansWidth(look, spans)));
    return `${look.paint('key', box.v)} ${line(look, inner, [...spans, pad])} ${look.paint('key', box.v)}`;
  };
  const edge = (left: string, text: string, right: string) => {
    const fill = box.h.repeat(Math.max(0, inner + 1 - text.length));
    return line(look, inner + 4, [
      ['key', `${left}${box.h}`],
      ['title', text],
      ['key', `${fill}${right}`],
    ]);
  };
  const lines = [
    edge(box.tl, ` ${title} `, box.tr),
    ...shown.map(wall),
    ...fixed.map(wall),
    edge(box.bl, more > 0 ? ` ${more} more lines: j ` : start > 0 ? ' k: back up ' : '', box.br),
  ];
  return {
    x: Math.floor((size.columns - inner - 4) / 2),
    y: Math.max(1, Math.floor((size.rows - lines.length) / 3)),
    lines,
    lastTop,
  };
}

/** Cells for text inside a box on this screen. */
export function innerWidth({ columns }: Size): number {
  return Math.min(78, columns - 6);
}
