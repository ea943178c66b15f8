import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../src/tui/columns.ts';
import { dataOf } from '../../src/tui/data.ts';
import { ASCII, UNICODE } from '../../src/tui/glyphs.ts';
import { headerString, rowString } from '../../src/tui/rows.ts';
import { sparkline } from '../../src/tui/spark.ts';
import { painter, THEMES } from '../../src/tui/theme.ts';
import { deviceOf, fleet, NOW, snapshot } from './fake-source.ts';

const neighbours = dataOf(snapshot());
const look = { glyphs: UNICODE, paint: painter('dark', 0) };
const context = { look, now: NOW, neighbours };
const find = (label: string) => fleet().find((device) => device.label === label)!;
const text = (spans: ReturnType<typeof sparkline>) =>
  spans.map((span) => (typeof span === 'string' ? span : span[1])).join('');

describe('a row of the table', () => {
  it.each([60, 80, 100, 120, 160, 240])(
    'is exactly %i cells wide, wide and joined letters included',
    (width) => {
      const layout = layoutOf(width, 30);
      const odd = ['ルーター東京', 'cafe\u0301', '👩‍👩‍👧 nursery', 'x'.repeat(80), 'Ünïcödé'];
      for (const device of [...odd.map((label) => deviceOf(label, '2001:db8::1', 'a')), ...fleet()])
        expect(stringWidth(rowString(device, layout, width, context, false))).toBe(width);
      expect(
        stringWidth(headerString(layout, width, look, { by: 'state', reverse: false })),
      ).toBeLessThanOrEqual(width);
    },
  );

  it('says the state by sign and word', () => {
    const row = (label: string) => rowString(find(label), layoutOf(120, 14), 120, context, false);
    expect(row('ap-lobby')).toMatch(/^ {2}✖ down +ap-lobby .*approval!/);
    expect(row('sw-b-01')).toMatch(/◌ unreachable .*via wan-rt-02/);
    expect(row('wan-rt-02')).toMatch(/approval! ROOT of 4/);
    expect(row('cam-gate')).toMatch(/✚ healing .*heal 2\/2/);
    expect(row('nas-p-01')).toMatch(/‖ downtime .*disk swap/);
    expect(row('rt-p-01')).toMatch(/● up .*failed 2\/3/);
  });

  it('is the very same string until something in it changes', () => {
    const device = find('fw-01');
    const draw = (now: number, selected = false) =>
      rowString(device, layoutOf(80, 14), 80, { ...context, now }, selected);
    const first = draw(NOW);
    expect(draw(NOW + 5_000)).toBe(first);
    expect(draw(NOW, true)).toMatch(/^>/);
    expect(draw(NOW + 2 * 86_400_000)).not.toBe(first);
  });

  it('follows a change of the theme and of the signs', () => {
    const device = find('fw-01');
    const rows = THEMES.map((theme) =>
      rowString(
        device,
        layoutOf(80, 14),
        80,
        { ...context, look: { glyphs: UNICODE, paint: painter(theme, 256) } },
        false,
      ),
    );
    expect(new Set(rows).size).toBe(THEMES.length);
    const ascii = { glyphs: ASCII, paint: painter('dark', 0) };
    expect(rowString(device, layoutOf(80, 14), 80, { ...context, look: ascii }, false)).toMatch(
      /^[\x20-\x7e]+$/,
    );
  });

  it('gives labels the cells that the longest of the fleet needs, as far as there are any', () => {
    const cells = (width: number, labelWidth: number) =>
      layoutOf(width, labelWidth).placed.find(({ column }) => column.id === 'label')!.width;
    expect(cells(80, 9)).toBe(14);
    expect(cells(80, 16)).toBe(16);
    expect(cells(120, 16)).toBe(16);
    expect(cells(160, 25)).toBe(25);
    expect(cells(240, 80)).toBe(30);
  });

  it('drops the lesser columns first where it is narrow', () => {
    const ids = (width: number) => layoutOf(width, 30).placed.map(({ column }) => column.id);
    expect(ids(120)).toContain('address');
    expect(ids(80)).toEqual(['state', 'label', 'since', 'loss', 'rtt', 'recent', 'note']);
    expect(ids(60)).toEqual(expect.arrayContaining(['state', 'label', 'rtt', 'note']));
  });
});

describe('a sparkline', () => {
  it('marks lost packets and keeps the newest at the right', () => {
    expect(text(sparkline([1, 1, null, 5], 6, UNICODE))).toBe('  ▁▁×█');
    expect(text(sparkline([1, 1, null, 5], 2, UNICODE))).toBe('×▁');
    expect(text(sparkline([1, null], 3, ASCII))).toBe(' _x');
  });

  it('is not flattened by one slow answer', () => {
    const calm = Array.from({ length: 39 }, (_, index) => 10 + (index % 10));
    expect(text(sparkline([...calm.slice(0, 20), 5_000, ...calm.slice(20)], 40, UNICODE))).toContain('▄');
  });

  it('draws noise calm', () => {
    expect(text(sparkline([20, 20.1, 20.05, 20.2], 4, UNICODE))).toBe('▁▁▁▁');
  });
});
