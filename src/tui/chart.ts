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

/** RTT over time in `height` lines: dots, and under them a lane in which every lost packet leaves its mark. */
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
  const perCell = glyphs.braille ? ([2, 4] as const) : ([1, 1] as const);
  const grid = new Uint8Array(cells * rows);
  const lost = new Uint8Array(cells);
  const place = (at: number, steps: number) =>
    Math.min(steps - 1, Math.floor(((at - (now - windowMs)) / windowMs) * steps));
  for (const { at, rttMs, ok } of shown) {
    if (rttMs === null) {
      if (ok === false) lost[place(at, cells)] = 1;
      continue;
    }
    const x = place(at, cells * perCell[0]);
    const steps = rows * perCell[1];
    const level = Math.round(((Math.min(rttMs, high) - low) / (high - low)) * (steps - 1));
    const y = steps - 1 - level;
    const cell = Math.floor(y / perCell[1]) * cells + Math.floor(x / perCell[0]);
    grid[cell]! |= glyphs.braille ? DOTS[x % 2 === 0 ? 0 : 1][y % 4]! : 1;
  }
  const out: string[] = [];
  for (let row = 0; row < rows; row++) {
    let text = '';
    for (const dots of grid.subarray(row * cells, (row + 1) * cells))
      text += dots === 0 ? ' ' : glyphs.braille ? String.fromCharCode(0x2800 + dots) : '*';
    const value = row === 0 ? `${rtt(high)} ms` : row === rows - 1 ? `${rtt(low)} ms` : '';
    out.push(axisLine(look, width, value, ['chart', text]));
  }
  const marks = [...lost].map((one) => (one ? glyphs.lost : ' ')).join('');
  out.push(axisLine(look, width, lost.includes(1) ? 'lost' : '', ['down', marks]));
  const from = clock(now - windowMs).slice(0, 5);
  const middle = clock(now - windowMs / 2).slice(0, 5);
  const rest = cells - from.length - middle.length - 3;
  const gap = Math.floor(rest / 2);
  const scaleText = `${from}${' '.repeat(Math.max(1, gap))}${middle}${' '.repeat(Math.max(1, rest - gap))}now`;
  out.push(line(look, width, [['dim', `${' '.repeat(AXIS - 1)}${glyphs.axis.corner}${scaleText}`]]));
  return out.slice(0, Math.max(height, 4));
}

function axisLine(
  look: Look,
  width: number,
  value: string,
  body: readonly ['chart' | 'down', string],
): string {
  const label = fitTo(value, AXIS - 2, look.glyphs, 'right');
  return line(look, width, [['dim', ` ${label}${look.glyphs.box.v}`], body]);
}

/** From the minimum to the 95th percentile with a little air; what is slower still sticks to the top. */
function scale(samples: readonly SampleView[]): { low: number; high: number } {
  const values = samples.map(({ rttMs }) => rttMs).filter((rttMs) => rttMs !== null);
  if (values.length === 0) return { low: 0, high: 1 };
  const low = Math.min(...values);
  const high = Math.max(p95(values)! * 1.1, low + Math.max(0.5, low * 0.25));
  return { low, high };
}
