import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { between, fitTo, line, steady, wrap } from '../../src/tui/cells.ts';
import { ASCII, UNICODE } from '../../src/tui/glyphs.ts';
import { painter } from '../../src/tui/theme.ts';

const look = { glyphs: UNICODE, paint: painter('dark', 0) };
const coloured = { glyphs: UNICODE, paint: painter('dark', 256) };

describe('text in cells', () => {
  it.each([
    ['router', 8, 'router  '],
    ['a-very-long-label', 8, 'a-very-…'],
    ['ルーター東京', 8, 'ルータ… '],
    ['cafe\u0301', 6, 'cafe\u0301  '],
    ['', 3, '   '],
  ])('%s takes exactly %i cells', (text, width, expected) => {
    const fitted = fitTo(text, width, UNICODE);
    expect(fitted).toBe(expected);
    expect(stringWidth(fitted)).toBe(width);
  });

  it('stands at the right where numbers do', () => {
    expect(fitTo('7%', 5, UNICODE, 'right')).toBe('   7%');
  });

  it('replaces emoji and joined clusters, whose width no two terminals agree on', () => {
    expect(steady('👩‍👩‍👧 nursery 🇩🇪 ☎️', UNICODE)).toBe('▫ nursery ▫ ▫');
    expect(steady('👍🏽', ASCII)).toBe('?');
    expect(steady('東京 café', UNICODE)).toBe('東京 café');
  });

  it('breaks a long command without losing a letter', () => {
    const command = 'systemctl restart something-with-a-very-long-name@instance.service --no-block';
    const lines = wrap(command, 20);
    expect(lines.every((one) => one.length <= 20)).toBe(true);
    expect(lines.join('').replaceAll(' ', '')).toBe(command.replaceAll(' ', ''));
  });

  it('cuts a line at the edge, colours closed', () => {
    const text = line(coloured, 10, [
      ['down', 'abcdef'],
      ['dim', 'ghijkl'],
      ['bold', 'never'],
    ]);
    expect(text.replace(/\x1b\[[\d;]*m/g, '')).toBe('abcdefghi…');
    expect(text.endsWith('\x1b[39m')).toBe(true);
  });

  it('never resets everything, so that the bar of the cursor goes through', () => {
    expect(
      line(coloured, 40, [
        ['down', 'a'],
        ['badge', 'b'],
        ['dim', 'c'],
      ]),
    ).not.toContain('\x1b[0m');
  });

  it('gives the right end its place and cuts the left', () => {
    expect(between(look, 12, ['a long left side'], ['LIVE'])).toBe('a long …LIVE');
  });
});
