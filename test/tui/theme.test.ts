import { describe, expect, it } from 'vitest';
import { SEVERITY } from '../../src/core/model/shown-state.ts';
import { type ColourDepth, painter, type Style, type ThemeName } from '../../src/tui/theme.ts';

const STYLES: readonly (Style | 'selected')[] = [
  ...SEVERITY,
  'dim',
  'bold',
  'title',
  'key',
  'good',
  'warn',
  'bad',
  'info',
  'badge',
  'chart',
  'selected',
];

/** The SGR parameters of every style, one by one; those of the 256 colours as `38;5;n`. */
function codesOf(theme: ThemeName, colours: ColourDepth): string[] {
  const paint = painter(theme, colours);
  return STYLES.flatMap((style) =>
    [...paint(style, 'x').matchAll(/\x1b\[([\d;]+)m/g)].flatMap(
      ([, codes]) => codes!.match(/[34]8;5;\d+|\d+/g) ?? [],
    ),
  );
}

describe('the themes', () => {
  it.each([256, 16] as const)('for the colour-blind has neither red nor green (%i colours)', (colours) => {
    for (const code of ['31', '32', '91', '92', '41', '42'])
      expect(codesOf('colour-blind', colours)).not.toContain(code);
  });

  it.each([256, 16] as const)(
    'for a light ground has nothing that is white or pale there (%i colours)',
    (colours) => {
      for (const code of ['37', '97', '92', '93', '96'])
        expect(codesOf('light', colours)).not.toContain(code);
    },
  );

  it('without colour has no colour at all, and yet what is down stands out', () => {
    expect(codesOf('mono', 256).filter((code) => /^([349]|10)\d/.test(code) || /;5;/.test(code))).toEqual([]);
    expect(painter('mono', 256)('down', 'x')).not.toBe('x');
  });

  it.each(['dark', 'light', 'colour-blind'] as const)('tell up, degraded and down apart: %s', (theme) => {
    for (const colours of [256, 16] as const) {
      const paint = painter(theme, colours);
      expect(
        new Set((['up', 'degraded', 'down', 'healing'] as const).map((state) => paint(state, 'x'))).size,
      ).toBe(4);
    }
  });

  it('end each style without touching the ground, so that the bar of the cursor goes through', () => {
    for (const theme of ['dark', 'light', 'mono', 'colour-blind'] as const)
      for (const style of STYLES.filter((one) => one !== 'badge' && one !== 'selected'))
        expect(painter(theme, 256)(style, 'x')).not.toMatch(/\x1b\[(0|[\d;]*49)m/);
  });
});
