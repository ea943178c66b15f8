import { createRequire } from 'node:module';
import type { Glyphs } from './glyphs.ts';
import type { Paint, Style } from './theme.ts';

/** How things look: signs and colours. */
export type Look = Readonly<{ glyphs: Glyphs; paint: Paint }>;

/** A piece of a line: bare, or with a style. */
export type Span = string | readonly [style: Style, text: string];

/** Signs of one cell in every terminal that stand alone: Latin letters, arrows, lines, blocks, shapes, braille. */
export const NARROW =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u25ff\u2716\u271a\u2800-\u28ff]*$/;
// Terminals disagree about the width of these: an emoji, and whatever is joined to or varies the sign before it.
const UNSTEADY = /\p{Emoji_Presentation}|\p{Regional_Indicator}|\p{Emoji_Modifier}|[\u200d\ufe0f\u20e3]/u;
const require = createRequire(import.meta.url);
let measure: typeof import('string-width').default | undefined;
const SEGMENTS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The text with every cluster of unsteady width replaced, so that columns stay where they are. */
export function steady(text: string, glyphs: Glyphs): string {
  if (NARROW.test(text)) return text;
  const normal = text.normalize('NFC');
  if (!UNSTEADY.test(normal)) return normal;
  let out = '';
  for (const { segment } of SEGMENTS.segment(normal))
    out += UNSTEADY.test(segment) ? glyphs.replacement : segment;
  return out;
}

/** Cells the text takes. */
export function widthOf(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** Its tables take 30 ms to load, and most fleets never need them. */
function stringWidth(text: string): number {
  measure ??= (require('string-width') as typeof import('string-width')).default;
  return measure(text);
}

/** The text cut (with an ellipsis) or padded to exactly `width` cells. */
export function fitTo(text: string, width: number, glyphs: Glyphs, align: 'left' | 'right' = 'left'): string {
  const own = widthOf(text);
  if (own === width) return text;
  if (own < width) {
    const pad = ' '.repeat(width - own);
    return align === 'left' ? text + pad : pad + text;
  }
  return cut(text, width, glyphs.ellipsis);
}

function cut(text: string, width: number, ellipsis: string): string {
  if (width <= 0) return '';
  let out = '';
  let left = width - 1;
  for (const { segment } of SEGMENTS.segment(text)) {
    const own = widthOf(segment);
    if (own > left) break;
    out += segment;
    left -= own;
  }
  return `${out}${ellipsis}${' '.repeat(left)}`;
}

/** Text broken into lines of at most `width` cells, at spaces where there are some; nothing is lost. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (widthOf(rest) > width) {
    let end = 0;
    let cells = 0;
    let space = 0;
    for (const { segment, index } of SEGMENTS.segment(rest)) {
      const own = widthOf(segment);
      if (cells + own > width) break;
      cells += own;
      end = index + segment.length;
      if (segment === ' ') space = index;
    }
    if (end === 0) break;
    const at = space > end / 2 ? space : end;
    lines.push(rest.slice(0, at));
    rest = at === space ? rest.slice(at + 1) : rest.slice(at);
  }
  lines.push(rest);
  return lines;
}

/** One screen line: painted, never wider than `width`. */
export function line(look: Look, width: number, spans: readonly Span[]): string {
  let out = '';
  let left = width;
  for (const span of spans) {
    if (left <= 0) break;
    const [style, raw] = typeof span === 'string' ? ([null, span] as const) : span;
    const text = steady(raw, look.glyphs);
    const own = widthOf(text);
    const shown = own <= left ? text : cut(text, left, look.glyphs.ellipsis);
    out += style === null ? shown : look.paint(style, shown);
    left -= Math.min(own, left);
  }
  return out;
}

/** One screen line of exactly `width` cells, with the bar of the cursor under it. */
export function selectedLine(look: Look, width: number, spans: readonly Span[]): string {
  const pad = Math.max(0, width - spansWidth(look, spans));
  return look.paint('selected', line(look, width, [...spans, ' '.repeat(pad)]));
}

/** One line with something at its right end; where both do not fit the left is cut. */
export function between(look: Look, width: number, left: readonly Span[], right: readonly Span[]): string {
  const room = Math.max(0, width - spansWidth(look, right));
  const own = Math.min(spansWidth(look, left), room);
  return line(look, room, left) + ' '.repeat(room - own) + line(look, width, right);
}

/** Cells that spans take in one line. */
export function spansWidth(look: Look, spans: readonly Span[]): number {
  let width = 0;
  for (const span of spans) width += widthOf(steady(typeof span === 'string' ? span : span[1], look.glyphs));
  return width;
}

/** A rule across the screen that carries the title of what comes below. */
export function rule(look: Look, width: number, title: string, aside = ''): string {
  const { rule: sign } = look.glyphs;
  const text = ` ${title} `;
  const tail = aside === '' ? '' : ` ${aside} `;
  const room = Math.max(0, width - 2 - widthOf(text) - widthOf(tail) - 1);
  return line(look, width, [
    ['dim', sign.repeat(2)],
    ['bold', text],
    ['dim', sign.repeat(room) + tail + sign],
  ]);
}
