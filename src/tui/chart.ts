import type { SampleView } from '../core/api/types.ts';
import { fitTo, type Look, line } from './cells.ts';
import { clock, p95, rtt } from './format.ts';

const MINUTE = 60_000;
/** The windows a chart can show, the shortest first. */
export const WINDOWS_MS: readonly number[] = [1, 5, 15, 30, 60, 180, 360, 1_440].map((min) => min * MINUTE);

const AXIS = 9;
// Dots of a braille cell by column and by row from the top.
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** The shortest window that shows all samples, as an index into `WINDOWS_MS`. */
export function wholeWindow(samples: readonly SampleView[], now: number): number {
  const age = now - (samples[0]?.at ?? now);
  const index = WINDOWS_MS.findIndex((window) => window >= age);
  return index === -1 ? WINDOWS_MS.length - 1 : index;
}

/**
 * RTT over time in `height` lines: a curve that is broken where nothing answered, and under it a lane in which every lost
 * packet leaves its mark.
 */
export function chart(
  samples: readonly SampleView[],
  now: number,
  windowMs: number,
  look: Look,
  width: number,
  height: number,
): string[] {
  const { glyphs } = look;
  const cells = Math.max(10, width - AXIS);
  const rows = Math.max(2, height - 2);
  const shown = samples.filter(({ at }) => at > now - windowMs && at <= now);
  const { low, high } = scale(shown);
  const canvas = new Canvas(cells, rows, glyphs.braille);
  const lost = new Uint8Array(cells);
  const gapMs = usualStep(shown) * LONGEST_GAP;
  const across = (at: number, steps: number) =>
    Math.min(steps - 1, Math.floor(((at - (now - windowMs)) / windowMs) * steps));
  const up = (rttMs: number) =>
    Math.round(((Math.min(rttMs, high) - low) / (high - low)) * (canvas.height - 1));
  let last: Readonly<{ at: number; x: number; y: number }> | null = null;
  for (const { at, rttMs, ok } of shown) {
    if (rttMs === null) {
      if (ok === false) lost[across(at, cells)] = 1;
      last = null;
      continue;
    }
    const point = { at, x: across(at, canvas.width), y: up(rttMs) };
    canvas.curve(last !== null && at - last.at <= gapMs ? last : point, point);
    last = point;
  }
  const out = canvas.rows().map((text, row) => {
    const isMiddle = rows >= 5 && row === Math.floor((rows - 1) / 2);
    const value =
      row === 0 ? high : row === rows - 1 ? low : isMiddle ? high - ((high - low) * row) / (rows - 1) : null;
    return axisLine(look, width, value === null ? '' : `${rtt(value)} ms`, ['chart', text]);
  });
  const marks = [...lost].map((one) => (one ? glyphs.lost : ' ')).join('');
  out.push(axisLine(look, width, lost.includes(1) ? 'lost' : '', ['down', marks]));
  out.push(line(look, width, [['dim', ' '.repeat(AXIS - 1) + timeAxis(now, windowMs, cells, glyphs)]]));
  return out.slice(0, Math.max(height, 4));
}

/** So many times the usual step without a sample, and nobody knows what was between. */
const LONGEST_GAP = 3;

/** The median time from one sample to the next. */
function usualStep(samples: readonly SampleView[]): number {
  const steps = samples.slice(1).map(({ at }, index) => at - samples[index]!.at);
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
}

/** Dots in cells: eight a cell in braille, else one. */
class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #grid: Uint8Array;
  readonly #isBraille: boolean;

  constructor(columns: number, rows: number, isBraille: boolean) {
    this.#columns = columns;
    this.#grid = new Uint8Array(columns * rows);
    this.#isBraille = isBraille;
    this.width = columns * (isBraille ? 2 : 1);
    this.height = rows * (isBraille ? 4 : 1);
  }

  /** The way from one point to the next, `y` counted from the bottom. */
  curve(from: Readonly<{ x: number; y: number }>, to: Readonly<{ x: number; y: number }>): void {
    const steps = Math.max(1, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    for (let step = 0; step <= steps; step++)
      this.#dot(
        Math.round(from.x + ((to.x - from.x) * step) / steps),
        Math.round(from.y + ((to.y - from.y) * step) / steps),
      );
  }

  rows(): string[] {
    return Array.from({ length: this.#grid.length / this.#columns }, (_, row) => {
      let text = '';
      for (const dots of this.#grid.subarray(row * this.#columns, (row + 1) * this.#columns))
        text += dots === 0 ? ' ' : this.#isBraille ? String.fromCharCode(0x2800 + dots) : '*';
      return text;
    });
  }

  #dot(x: number, fromBottom: number): void {
    const y = this.height - 1 - fromBottom;
    if (!this.#isBraille) this.#grid[y * this.#columns + x] = 1;
    else
      this.#grid[Math.floor(y / 4) * this.#columns + Math.floor(x / 2)]! |= DOTS[x % 2 === 0 ? 0 : 1][y % 4]!;
  }
}

/** Where the window begins, its middle, and now, along a line. */
function timeAxis(now: number, windowMs: number, cells: number, glyphs: Look['glyphs']): string {
  const from = `${clock(now - windowMs).slice(0, 5)} `;
  const middle = ` ${clock(now - windowMs / 2).slice(0, 5)} `;
  const rest = cells - from.length - middle.length - ' now'.length;
  const gap = Math.max(1, Math.floor(rest / 2));
  const side = (length: number) => glyphs.box.h.repeat(Math.max(1, length));
  return `${glyphs.axis.corner}${from}${side(gap)}${middle}${side(rest - gap)} now`;
}

function axisLine(
  look: Look,
  width: number,
  value: string,
  body: readonly ['chart' | 'down', string],
): string {
  const label = fitTo(value, AXIS - 2, look.glyphs, 'right');
  const { box, axis } = look.glyphs;
  return line(look, width, [['dim', ` ${label}${value === '' ? box.v : axis.side}`], body]);
}

/** From the minimum to the 95th percentile with a little air; what is slower still sticks to the top. */
function scale(samples: readonly SampleView[]): { low: number; high: number } {
  const values = samples.map(({ rttMs }) => rttMs).filter((rttMs) => rttMs !== null);
  if (values.length === 0) return { low: 0, high: 1 };
  const low = Math.min(...values);
  const high = Math.max(p95(values)! * 1.1, low + Math.max(0.5, low * 0.25));
  return { low, high };
}
