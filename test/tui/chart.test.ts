import { describe, expect, it, vi } from 'vitest';
import type { SampleView } from '../../src/core/api/types.ts';
import { widthOf } from '../../src/tui/cells.ts';
import { chart, wholeWindow } from '../../src/tui/chart.ts';
import { ASCII, type Glyphs, UNICODE } from '../../src/tui/glyphs.ts';
import { sparkline } from '../../src/tui/spark.ts';

vi.stubEnv('TZ', 'UTC');

const NOW = Date.parse('2026-11-23T14:30:00Z');
const MINUTE = 60_000;
const plain = (glyphs: Glyphs) => ({ glyphs, paint: (_style: string, text: string) => text });

/** One check every 30 seconds, the last one now; null = lost, undefined = no verdict. */
function samples(values: readonly (number | null | undefined)[]): SampleView[] {
  return values.map((value, index) => ({
    at: NOW - (values.length - 1 - index) * MINUTE * 0.5,
    rttMs: value ?? null,
    ok: value === undefined ? null : value !== null,
  }));
}

const steady = (count: number, rttMs = 20) => Array.from({ length: count }, () => rttMs);

/** The lines of a 30-minute chart, in ASCII where dots can be counted. */
function draw(values: readonly (number | null | undefined)[], glyphs = ASCII, width = 69, height = 10) {
  return chart(samples(values), NOW, 30 * MINUTE, plain(glyphs), width, height);
}

describe('the RTT chart', () => {
  it.each([
    [69, 10],
    [40, 5],
    [120, 12],
  ])('has as many lines and columns as it was given (%i x %i)', (width, height) => {
    for (const glyphs of [ASCII, UNICODE]) {
      const lines = draw(steady(60), glyphs, width, height);
      expect(lines).toHaveLength(height);
      for (const one of lines) expect(widthOf(one)).toBe(width);
    }
  });

  it('labels both ends of its scale in milliseconds and the time below', () => {
    const lines = draw([...steady(30, 20), ...steady(30, 40)]);
    expect(lines[0]).toMatch(/^ +44\.0 ms\|/);
    expect(lines[7]).toMatch(/^ +20\.0 ms\|/);
    expect(lines[3]).toMatch(/^ +33\.7 ms\|/);
    expect(lines.at(-1)).toMatch(/^ +\+14:00 -+ 14:15 -+ now$/);
  });

  it('draws a curve from one answer to the next, up and down', () => {
    const values = steady(60);
    values[30] = 40;
    const columnOf = (one: string) => one.slice(9).indexOf('*');
    const rising = draw(values).slice(0, 8).map(columnOf);
    // One answer of sixty is slow, and yet there is a dot of the way to it in every line.
    expect(rising.every((column) => column !== -1)).toBe(true);
  });

  it('breaks the curve where a packet was lost, and where nobody knows what was between', () => {
    const gap = (values: (number | null | undefined)[]) =>
      draw(values, UNICODE)
        .slice(0, 8)
        .map((one) => one.slice(9 + 25, 9 + 35))
        .join('')
        .trim();
    const lost: (number | null)[] = steady(60);
    lost.fill(null, 20, 40);
    expect(gap(lost)).toBe('');
    const asleep = samples(steady(60)).filter((_, index) => index < 20 || index >= 40);
    const lines = chart(asleep, NOW, 30 * MINUTE, plain(UNICODE), 69, 10).slice(0, 8);
    expect(
      lines
        .map((one) => one.slice(9 + 25, 9 + 35))
        .join('')
        .trim(),
    ).toBe('');
  });

  it('goes from the minimum to the 95th percentile: one slow answer flattens nothing, it stays at the top', () => {
    const values: number[] = Array.from({ length: 60 }, (_, index) => 20 + (index % 10));
    values[30] = 5_000;
    const lines = draw(values);
    expect(lines[0]).toMatch(/3\d\.\d ms/);
    expect(lines[0]).toContain('*');
    const rowsWithDots = lines.slice(0, 8).filter((one) => one.includes('*'));
    expect(rowsWithDots.length).toBeGreaterThan(4);
  });

  it('shows each lost packet as a mark in a lane of its own, at its time', () => {
    const values: (number | null)[] = steady(60);
    values[30] = null;
    const lane = draw(values).at(-2)!;
    expect(lane).toMatch(/^ +lost\|/);
    expect(lane.replace('lost', '').match(/x/g)).toHaveLength(1);
    expect(Math.abs(lane.indexOf('x') - (9 + 30))).toBeLessThanOrEqual(1);
    expect(draw(values, UNICODE).at(-2)).toContain('×');
  });

  it('leaves blank what has no verdict: it is neither an answer nor a loss', () => {
    const values: (number | undefined)[] = steady(60);
    values.fill(undefined, 20, 40);
    const lines = draw(values);
    expect(lines.at(-2)!.trim()).toBe('|');
    for (const one of lines.slice(0, 8)) expect(one.slice(9 + 22, 9 + 38).trim()).toBe('');
  });

  it('is empty but whole where nothing has answered yet', () => {
    const lines = draw([]);
    expect(lines).toHaveLength(10);
    expect(lines.join('')).not.toContain('*');
  });

  it('uses only ASCII where the terminal has nothing else', () => {
    expect(draw([...steady(30), null, ...steady(29, 60)]).join('')).toMatch(/^[\x20-\x7e]*$/);
  });

  it('begins with the shortest window that shows all samples', () => {
    expect(wholeWindow(samples(steady(60)), NOW)).toBe(3);
    expect(wholeWindow([], NOW)).toBe(0);
    expect(wholeWindow([{ at: NOW - 100 * 60 * MINUTE, rttMs: 1, ok: true }], NOW)).toBe(7);
  });
});

const spark = (recent: readonly (number | null)[], width = 20, glyphs = UNICODE) =>
  sparkline(recent, width, glyphs)
    .map((span) => (typeof span === 'string' ? span : span[1]))
    .join('');

describe('the sparkline', () => {
  it('is exactly as wide as asked, the newest at the right', () => {
    expect(spark([1, 9], 5)).toMatch(/^ {3}▁.$/);
    expect(spark([...steady(30, 1), 9], 10)).toHaveLength(10);
    expect(spark([], 4)).toBe('    ');
  });

  it('shows a lost packet as a mark, never as a low value', () => {
    expect(spark([20, null, 20], 3)).toBe('▁×▁');
    expect(spark([20, null, 20], 3, ASCII)).toBe('_x_');
    expect(spark([null, null], 2)).toBe('××');
  });

  it('is not flattened by a slow first answer either, while there are only a few', () => {
    expect(spark([90, 4, 8, 6, 4], 5)).toMatch(/^█▁█/);
  });
});
