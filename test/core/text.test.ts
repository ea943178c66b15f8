import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, cleanLines } from '../../src/core/text.ts';

const ESC = '\x1b';

describe('a line from outside', () => {
  it.each([
    ['plain words', 'Router 1: up, 3 ms', 'Router 1: up, 3 ms'],
    ['letters of the world', 'Zürich 東京 Ελλάδα 🚀', 'Zürich 東京 Ελλάδα 🚀'],
    ['newlines and tabs', 'a\nb\r\nc\td\re', 'a b c d e'],
    ['colours', `${ESC}[1;31mred${ESC}[0m`, 'red'],
    ['cursor movements and a cleared screen', `${ESC}[2J${ESC}[Hhello`, 'hello'],
    ['a window title', `${ESC}]0;owned\x07ok`, 'ok'],
    ['a hyperlink', `${ESC}]8;;http://evil${ESC}\\click${ESC}]8;;${ESC}\\`, 'click'],
    ['device control strings', `${ESC}P1$r${ESC}\\ok`, 'ok'],
    ['a change of the character set', `${ESC}(0lqk`, 'lqk'],
    ['a bare escape at the end', `ok${ESC}`, 'ok·'],
    ['a bell and a null', 'a\x07b\x00c', 'a·b·c'],
    ['C1 controls', 'a\u009b31mb', 'a·31mb'],
    ['text that runs backwards', 'invoice\u202efdp.exe', 'invoice·fdp.exe'],
    ['marks of direction', 'a\u200eb\u061cc', 'a·b·c'],
    ['zero-width characters', 'pass\u200bword\ufeff', 'pass·word·'],
    ['line and paragraph separators', 'a\u2028b\u2029c', 'a·b·c'],
  ])('%s', (_what, dirty, clean) => {
    expect(cleanLine(dirty)).toBe(clean);
  });

  it('is cut to its length, with a sign that it was', () => {
    expect(cleanLine('abcdef', 4)).toBe('abc…');
    expect(cleanLine('abcd', 4)).toBe('abcd');
    expect(cleanLine('x'.repeat(100_000))).toHaveLength(2_000);
  });

  it('is not cut through the middle of a character', () => {
    expect(cleanLine('ab🚀🚀', 4)).toBe('ab…');
  });

  it('is cleaned in no time, however long and wicked it is', () => {
    const wicked = [`${ESC}[`.repeat(500_000), `${ESC}]`.repeat(500_000), `${ESC}[${'0;'.repeat(500_000)}`];
    const started = performance.now();
    for (const text of wicked) cleanLine(text);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('whatever it is: one line, no control, no longer than allowed, and clean stays clean', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        (text, length) => {
          const clean = cleanLine(text, length);
          expect(clean).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
          expect(clean.length).toBeLessThanOrEqual(length);
          expect(cleanLine(clean, length)).toBe(clean);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('many lines', () => {
  it('are cleaned one by one; a newline at the end adds none', () => {
    expect(cleanLines('a\r\n\x07b\n\nc\n')).toEqual(['a', '·b', '', 'c']);
    expect(cleanLines('a')).toEqual(['a']);
    expect(cleanLines('')).toEqual([]);
  });
});
