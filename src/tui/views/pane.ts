import { fitTo, type Look, line, type Span, spansWidth } from '../cells.ts';

const SGR = /\x1b\[[\d;]*m/g;

/** Cells for what stands in a pane of this width. */
export function paneInside(width: number): number {
  return width - 4;
}

type Title = Readonly<{ title: string; aside?: string; isFocused?: boolean }>;

/** Painted lines in a frame that carries a title; the frame of the pane with the focus stands out. */
export function pane(
  look: Look,
  width: number,
  { title, aside, isFocused }: Title,
  lines: readonly string[],
) {
  const { box } = look.glyphs;
  const frame = isFocused ? 'key' : 'dim';
  const inside = paneInside(width);
  const tail = aside === undefined ? '' : ` ${aside} `;
  const room = inside - spansWidth(look, [tail]);
  const head = fitTo(` ${title} `, Math.min(spansWidth(look, [title]) + 2, room), look.glyphs);
  const fill = box.h.repeat(Math.max(0, room - spansWidth(look, [head])));
  const wall = look.paint(frame, box.v);
  const top: Span[] = [
    [frame, `${box.tl}${box.h}`],
    [isFocused ? 'title' : 'bold', head],
    [frame, fill],
    ['dim', tail],
    [frame, `${box.h}${box.tr}`],
  ];
  return [
    line(look, width, top),
    ...lines.map((text) => `${wall} ${padded(look, text, inside)} ${wall}`),
    line(look, width, [[frame, `${box.bl}${box.h.repeat(inside + 2)}${box.br}`]]),
  ];
}

/** Two blocks of lines beside each other; the left one is `width` cells wide. */
export function beside(
  look: Look,
  left: readonly string[],
  right: readonly string[],
  width: number,
): string[] {
  return Array.from(
    { length: Math.max(left.length, right.length) },
    (_, index) => `${padded(look, left[index] ?? '', width)} ${right[index] ?? ''}`,
  );
}

/** A painted line with blanks to its right. */
function padded(look: Look, text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - spansWidth(look, [text.replace(SGR, '')])));
}
