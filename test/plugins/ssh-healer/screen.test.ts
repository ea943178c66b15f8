import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Screen } from '../../../src/plugins/ssh-healer/screen.ts';

/** What a screen makes of a text: its finished lines, then the one it is on. */
function seen(...pieces: string[]): string[] {
  const screen = new Screen();
  return [...pieces.flatMap((piece) => screen.write(piece)), screen.line];
}

describe('the last line of a terminal', () => {
  test.each<[string, string, string[]]>([
    ['ends a line at each kind of line end', 'a\r\nb\nc\r\r\nd\n\re', ['a', 'b', 'c', 'd', 'e']],
    [
      'wipes what a pager wiped with backspaces',
      '--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bnext\r\n',
      ['next', ''],
    ],
    ['wipes what a pager wiped with a code', '\x1b[7m--More--\x1b[m\r\x1b[Knext\r\n', ['next', '']],
    ['draws over what stands there', 'abc\rX', ['Xbc']],
    ['erases to the end, to the begin and all', 'abc\x1b[2D\x1b[K|\x1b[1Kx\x1b[2K', ['']],
    ['moves the cursor along the line', 'abc\x1b[3D1\x1b[C3\x1b[6G6', ['1b3  6']],
    ['drops titles, bells and modes', '\x1b]0;a title\x07\x07\x1b[?2004hR1#', ['R1#']],
    ['drops titles with the other end', '\x1b]0;a title\x1b\\R1#', ['R1#']],
    ['takes tabs for columns', 'a\tb', ['a       b']],
    ['keeps characters of several units whole', '🚀\b!', ['!']],
  ])('%s', (_title, text, wanted) => {
    expect(seen(text)).toEqual(wanted);
  });

  test('is the same however the text is cut', () => {
    const bit = fc.constantFrom(
      'a',
      'R1#',
      '\r',
      '\n',
      '\b',
      '\t',
      '\x1b[K',
      '\x1b[2D',
      '\x1b[1;31m',
      '\x1b]0;t\x07',
      ' ',
      '\x1b(B',
    );
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 60 }), fc.array(fc.nat(200)), (bits, cuts) => {
        const text = bits.join('');
        const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length));
        expect(seen(...pieces)).toEqual(seen(text));
      }),
      { numRuns: 500 },
    );
  });

  test('a line without an end and an escape without an end stay bounded', () => {
    const screen = new Screen();
    for (let n = 0; n < 100; n++) screen.write('x'.repeat(1_000));
    expect(screen.line.length).toBeLessThanOrEqual(2_048);
    screen.consume();
    screen.write(`\x1b]${'t'.repeat(100_000)}`);
    screen.write('\r\nR1#');
    expect(screen.line).toBe('R1#');
  });
});
