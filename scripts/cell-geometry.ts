/**
 * Signs that must meet their neighbours exactly, as filled outlines: no two fonts draw bars, frames and braille dots
 * alike, and most leave gaps between the lines.
 */

const LINE = 1.2;
const DOT = 1.15;

/** Which of the four sides of its cell a line goes to. */
const LINES: Readonly<Record<string, string>> = {
  '─': 'lr',
  '│': 'ud',
  '╭': 'rd',
  '╮': 'ld',
  '╰': 'ru',
  '╯': 'lu',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ru',
  '┘': 'lu',
  '├': 'udr',
  '┤': 'udl',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
};
const ROUNDED = new Set(['╭', '╮', '╰', '╯']);

/** The sign as path data in the cell at x, y; null for a sign that is better written as text. */
export function geometry(sign: string, x: number, y: number, width: number, height: number): string | null {
  const code = sign.codePointAt(0) ?? 0;
  if (code >= 0x2581 && code <= 0x2588) return bar(code - 0x2580, x, y, width, height);
  if (code >= 0x2800 && code <= 0x28ff) return braille(code - 0x2800, x, y, width, height);
  const sides = LINES[sign];
  if (sides === undefined) return null;
  return ROUNDED.has(sign) ? corner(sides, x, y, width, height) : lines(sides, x, y, width, height);
}

/** Eighths of the cell from below, a hair narrower than the cell, so that bars can be told apart. */
function bar(eighths: number, x: number, y: number, width: number, height: number): string {
  // The line above stays clear.
  const tall = ((height - 4) * eighths) / 8;
  return box(x + 0.35, y + height - 2 - tall, width - 0.7, tall);
}

function braille(dots: number, x: number, y: number, width: number, height: number): string {
  // Bits of the dots, by row from the top: left, right.
  const bits = [
    [0x01, 0x08],
    [0x02, 0x10],
    [0x04, 0x20],
    [0x40, 0x80],
  ] as const;
  return bits
    .flatMap((pair, row) =>
      pair.map((bit, column) =>
        (dots & bit) === 0
          ? ''
          : circle(x + (width * (column * 2 + 1)) / 4, y + (height * (row * 2 + 1)) / 8, DOT),
      ),
    )
    .join('');
}

function lines(sides: string, x: number, y: number, width: number, height: number): string {
  const [middleX, middleY, half] = [x + width / 2, y + height / 2, LINE / 2];
  const strokes: Readonly<Record<string, string>> = {
    l: box(x, middleY - half, width / 2 + half, LINE),
    r: box(middleX - half, middleY - half, width / 2 + half, LINE),
    u: box(middleX - half, y, LINE, height / 2 + half),
    d: box(middleX - half, middleY - half, LINE, height / 2 + half),
  };
  if (sides === 'lr') return box(x, middleY - half, width, LINE);
  if (sides === 'ud') return box(middleX - half, y, LINE, height);
  return [...sides].map((side) => strokes[side]).join('');
}

/** A quarter of a ring between the middles of two sides, with a straight piece where the cell is longer than wide. */
function corner(sides: string, x: number, y: number, width: number, height: number): string {
  const [middleX, middleY, half] = [x + width / 2, y + height / 2, LINE / 2];
  const toRight = sides.includes('r') ? 1 : -1;
  const toDown = sides.includes('d') ? 1 : -1;
  const radius = width / 2;
  const [outer, inner] = [radius + half, radius - half];
  const sweep = toRight * toDown > 0 ? 0 : 1;
  const [edgeX, edgeY] = [middleX + toRight * radius, middleY + toDown * radius];
  const ring =
    `M${n(edgeX)} ${n(middleY - toDown * half)}` +
    `A${n(outer)} ${n(outer)} 0 0 ${sweep} ${n(middleX - toRight * half)} ${n(edgeY)}` +
    `H${n(middleX + toRight * half)}` +
    `A${n(inner)} ${n(inner)} 0 0 ${1 - sweep} ${n(edgeX)} ${n(middleY + toDown * half)}Z`;
  const rest = height / 2 - radius;
  return ring + box(middleX - half, toDown > 0 ? edgeY : y, LINE, rest);
}

const box = (x: number, y: number, width: number, height: number) =>
  `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`;
const circle = (x: number, y: number, r: number) =>
  `M${n(x - r)} ${n(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
const n = (value: number) => String(Math.round(value * 100) / 100);
