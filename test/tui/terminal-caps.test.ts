import { describe, expect, it } from 'vitest';
import { terminalOf } from '../../src/tui/terminal.ts';

const tty = { isTTY: true };
const utf8 = { TERM: 'xterm', LANG: 'de_DE.UTF-8' };

describe('what the terminal can do', () => {
  it.each([
    ['a terminal', utf8, tty, tty, false, { interactive: true, unicode: true, colours: 16, theme: 'dark' }],
    ['stdout is a pipe', utf8, tty, {}, false, { interactive: false }],
    ['stdin is a pipe', utf8, {}, tty, false, { interactive: false }],
    ['--plain', utf8, tty, tty, true, { interactive: false }],
    ['TERM=dumb', { ...utf8, TERM: 'dumb' }, tty, tty, false, { interactive: false, colours: 0 }],
    ['LANG=C', { LANG: 'C' }, tty, tty, false, { unicode: false }],
    ['LC_ALL wins', { LANG: 'C.UTF-8', LC_ALL: 'C' }, tty, tty, false, { unicode: false }],
    ['NO_COLOR', { ...utf8, NO_COLOR: '1' }, tty, tty, false, { colours: 0 }],
    ['an empty NO_COLOR', { ...utf8, NO_COLOR: '' }, tty, tty, false, { colours: 16 }],
    ['256 colours', { ...utf8, TERM: 'tmux-256color' }, tty, tty, false, { colours: 256 }],
    ['true colour', { ...utf8, COLORTERM: 'truecolor' }, tty, tty, false, { colours: 256 }],
    ['a console', { ...utf8, TERM: 'linux' }, tty, tty, false, { colours: 16 }],
    ['GNU screen', { ...utf8, TERM: 'screen' }, tty, tty, false, { colours: 16 }],
    ['a VT220', { ...utf8, TERM: 'vt220' }, tty, tty, false, { colours: 0 }],
    ['a light background', { ...utf8, COLORFGBG: '0;default;15' }, tty, tty, false, { theme: 'light' }],
    ['a dark background', { ...utf8, COLORFGBG: '15;0' }, tty, tty, false, { theme: 'dark' }],
    ['CI', { ...utf8, CI: '1' }, tty, tty, false, { interactive: true }],
  ])('%s', (_, env, stdin, stdout, plain, expected) => {
    expect(terminalOf(env, stdin, stdout, plain)).toMatchObject(expected);
  });
});
