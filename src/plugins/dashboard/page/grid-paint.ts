/** Puts cells on a canvas. Those of one look are drawn together, which is what makes ten thousand of them quick. */
import type { Cell } from './cells.ts';
import { rtt } from './format.ts';
import type { Layout } from './grid-layout.ts';

/** What a cell is filled with, and the mark that says the same without colour. */
export type Paint = Readonly<{ fill: string; alpha: number; mark: Mark }>;
type Mark = 'cross' | 'plus' | 'half' | 'ring' | 'dot' | 'bars' | 'none';

/** How each state is marked, by the word of its look. */
export const MARKS: Readonly<Record<string, Readonly<{ alpha: number; mark: Mark }>>> = {
  down: { alpha: 1, mark: 'cross' },
  healing: { alpha: 1, mark: 'plus' },
  degraded: { alpha: 1, mark: 'half' },
  unreachable: { alpha: 1, mark: 'ring' },
  unknown: { alpha: 0.75, mark: 'dot' },
  downtime: { alpha: 0.6, mark: 'bars' },
  // Thousands of these are the background that the others stand out from.
  up: { alpha: 0.5, mark: 'none' },
};

/** Smaller ones have no room for a mark, and only colour and outline are left. */
const MARK_PX = 7;
/** From here on the name of the device stands in its cell. */
const TILE_PX = 64;
const LARGER: ReadonlySet<Mark> = new Set(['cross', 'plus', 'half']);
const FAINT = 0.25;

/** One cell to draw: where it is, how it looks, and whether the filter lets it through. */
export type Spot = Readonly<{ cell: Cell; x: number; y: number; paint: Paint; isFaint: boolean }>;

/** Draws spots; what was there before is wiped away, unless the canvas is blank. Spots of one look share their paint. */
export function paintSpots(
  context: CanvasRenderingContext2D,
  spots: readonly Spot[],
  { size, pitch }: Layout,
  colours: Readonly<{ back: string; text: string; font: string }>,
  isBlank = false,
): void {
  const bright = new Map<Paint, Spot[]>();
  const faint = new Map<Paint, Spot[]>();
  for (const spot of spots) {
    if (!isBlank) context.clearRect(spot.x, spot.y, pitch, pitch);
    const alike = spot.isFaint ? faint : bright;
    const others = alike.get(spot.paint);
    if (others === undefined) alike.set(spot.paint, [spot]);
    else others.push(spot);
  }
  for (const [paint, group] of [...faint, ...bright]) {
    context.globalAlpha = paint.alpha * (group[0]!.isFaint ? FAINT : 1);
    fill(context, group, { size, pitch }, paint);
    if (size < MARK_PX || size >= TILE_PX) continue;
    context.strokeStyle = colours.back;
    context.lineWidth = Math.max(1.2, size / 8);
    context.beginPath();
    for (const { x, y } of group) DRAW[paint.mark](context, x, y, size);
    context.stroke();
  }
  context.globalAlpha = 1;
  if (size >= TILE_PX) for (const spot of spots) drawTile(context, spot, size, colours);
}

function fill(
  context: CanvasRenderingContext2D,
  spots: readonly Spot[],
  { size, pitch }: Pick<Layout, 'size' | 'pitch'>,
  { fill, mark }: Paint,
): void {
  if (mark === 'ring') {
    const width = Math.min(4, Math.max(1, size / 6));
    context.strokeStyle = fill;
    context.lineWidth = width;
    for (const { x, y } of spots)
      context.strokeRect(x + width / 2, y + width / 2, size - width, size - width);
    return;
  }
  context.fillStyle = fill;
  if (size < 12) {
    // Where no mark has room, what needs a look is larger than what does not.
    const side = size < MARK_PX && LARGER.has(mark) ? pitch : size;
    for (const { x, y } of spots) context.fillRect(x, y, side, side);
    return;
  }
  context.beginPath();
  for (const { x, y } of spots) context.roundRect(x, y, size, size, Math.min(8, size / 6));
  context.fill();
}

type Draw = (context: CanvasRenderingContext2D, x: number, y: number, size: number) => void;

const DRAW: Readonly<Record<Mark, Draw>> = {
  none: () => undefined,
  ring: () => undefined,
  cross(context, x, y, size) {
    const [near, far] = [size * 0.25, size * 0.75];
    context.moveTo(x + near, y + near);
    context.lineTo(x + far, y + far);
    context.moveTo(x + far, y + near);
    context.lineTo(x + near, y + far);
  },
  plus(context, x, y, size) {
    context.moveTo(x + size / 2, y + size * 0.2);
    context.lineTo(x + size / 2, y + size * 0.8);
    context.moveTo(x + size * 0.2, y + size / 2);
    context.lineTo(x + size * 0.8, y + size / 2);
  },
  half(context, x, y, size) {
    context.moveTo(x + size * 0.2, y + size / 2);
    context.lineTo(x + size * 0.8, y + size / 2);
  },
  dot(context, x, y, size) {
    context.moveTo(x + size * 0.4, y + size / 2);
    context.lineTo(x + size * 0.6, y + size / 2);
  },
  bars(context, x, y, size) {
    context.moveTo(x + size * 0.35, y + size * 0.25);
    context.lineTo(x + size * 0.35, y + size * 0.75);
    context.moveTo(x + size * 0.65, y + size * 0.25);
    context.lineTo(x + size * 0.65, y + size * 0.75);
  },
};

/** A cell so large that it says in words what it is: a small fleet on a wall. */
function drawTile(
  context: CanvasRenderingContext2D,
  { cell, x, y, paint, isFaint }: Spot,
  size: number,
  { back, text, font }: Readonly<{ back: string; text: string; font: string }>,
): void {
  // On a full fill the background's colour is read best, on a faint one the text's.
  context.fillStyle = paint.alpha === 1 && paint.mark !== 'ring' ? back : text;
  context.globalAlpha = isFaint ? FAINT : 1;
  const line = Math.min(22, Math.max(12, size / 10));
  context.textBaseline = 'top';
  context.font = `600 ${line}px ${font}`;
  const write = (words: string, lines: number) => {
    context.fillText(shortened(context, words, size - 20), x + 10, y + 10 + lines * line * 1.45);
  };
  write(`${cell.look.glyph} ${cell.look.word}`, 0);
  write(cell.label, 1);
  context.font = `${line * 0.9}px ${font}`;
  write(cell.rttMs === null ? cell.address : rtt(cell.rttMs), 2);
  context.globalAlpha = 1;
}

function shortened(context: CanvasRenderingContext2D, words: string, width: number): string {
  if (context.measureText(words).width <= width) return words;
  let length = words.length;
  while (length > 1 && context.measureText(`${words.slice(0, length)}…`).width > width) length--;
  return `${words.slice(0, length).trimEnd()}…`;
}

/** Writes the names of the groups. */
export function paintLabels(
  context: CanvasRenderingContext2D,
  { blocks, top }: Layout,
  { soft, font }: Readonly<{ soft: string; font: string }>,
): void {
  if (top === 0) return;
  context.fillStyle = soft;
  context.font = `${Math.round(top * 0.7)}px ${font}`;
  context.textBaseline = 'top';
  for (const { name, count, x, y, width } of blocks) {
    context.fillText(`${name}  ${count.toLocaleString('en')}`, x, y + 1, width);
  }
}
