import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Keyboard, type MouseReport } from '../../src/tui/keyboard.ts';

function typed(...chunks: string[]) {
  const keys: string[] = [];
  const pasted: string[] = [];
  const clicked: MouseReport[] = [];
  const keyboard = new Keyboard({
    onKey: (name) => keys.push(name),
    onPaste: (text) => pasted.push(text),
    onMouse: (report) => clicked.push(report),
  });
  for (const chunk of chunks) keyboard.take(chunk);
  vi.runAllTimers();
  return { keys, pasted, clicked };
}

describe('the keyboard', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('knows what the mouse has done, also in pieces', () => {
    expect(typed('j\x1b[<0;1', '2;7M\x1b[<64;1;1M', '\x1b[<0;12;7m').clicked).toEqual([
      { button: 0, column: 11, row: 6, isRelease: false },
      { button: 64, column: 0, row: 0, isRelease: false },
      { button: 0, column: 11, row: 6, isRelease: true },
    ]);
  });

  it.each([
    ['a key', ['j'], ['j']],
    ['a burst', ['jjk\r'], ['j', 'j', 'k', 'enter']],
    ['keys and sequences in one piece', ['j\x1b[Bk\x1bOA'], ['j', 'down', 'k', 'up']],
    ['a sequence in pieces', ['\x1b', '[', '1;5', 'B', 'j'], ['down', 'j']],
    ['Esc alone', ['\x1b'], ['escape']],
    ['Esc twice', ['\x1b\x1b'], ['escape', 'escape']],
    ['Esc and then an arrow, in one piece', ['\x1b\x1b[A'], ['escape', 'up']],
    ['Esc and then a letter, in one piece', ['\x1bq', 'k'], ['escape', 'q', 'k']],
    ['Esc and then ^C, in one piece', ['\x1b\x03'], ['escape', 'ctrl+c']],
    ['a sequence that never ends', ['\x1b[1'], []],
    ['a report of the mouse', ['\x1b[<0;12;7M\x1b[<0;12;7mj'], ['j']],
    ['what the terminal says of its colours', ['\x1b]11;rgb:1e1e', '/1e1e/1e1e\x1b\\j'], ['j']],
    ['what the terminal says of itself', ['\x1b[?62;4c', '\x1bP>|xterm(390)\x1b\\j'], ['j']],
    ['letters of every script', ['é東'], ['é', '東']],
    ['^C and ^Z', ['\x03\x1a'], ['ctrl+c', 'ctrl+z']],
  ])('understands %s', (_what, chunks, keys) => {
    expect(typed(...chunks)).toMatchObject({ keys, pasted: [] });
  });

  it('takes a paste for text, however it arrives, and goes on with keys behind it', () => {
    const paste = 'a\x1b[200~rm -rf y\r\x1b[A';
    for (const at of [2, 9, 15, 25])
      expect(typed(paste.slice(0, at), `${paste.slice(at)}\x1b[20`, '1~j')).toMatchObject({
        keys: ['a', 'j'],
        pasted: ['rm -rf y\r\x1b[A'],
      });
  });

  it('gives the same keys however the bytes are cut', () => {
    const pieces = fc.constantFrom(
      'j',
      'é',
      '\r',
      '\x1b[B',
      '\x1bOH',
      '\x1b[5~',
      '\x1b[<0;1;1M',
      '\x1b[200~q\x1b[201~',
    );
    fc.assert(
      fc.property(fc.array(pieces), fc.array(fc.nat(60)), (sent, cuts) => {
        const text = sent.join('');
        const places = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort(
          (a, b) => a - b,
        );
        const chunks = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(typed(...chunks)).toEqual(typed(text));
      }),
    );
  });
});
