import { describe, expect, it } from 'vitest';
import { terminalOf } from '../../src/tui/terminal.ts';

const tty = { isTTY: true };
const utf8 = { TERM: 'xterm', LANG: 'de_DE.UTF-8' };

describe('what the terminal can do', () => {
  it.each([
    ['a terminal', utf8, tty, tty, false, { interactive: true, unicode: true, colour: true }],
    ['stdout is a pipe', utf8, tty, {}, false, { interactive: false }],
    ['stdin is a pipe', utf8, {}, tty, false, { interactive: false }],
    ['--plain', utf8, tty, tty, true, { interactive: false }],
    ['TERM=dumb', { ...utf8, TERM: 'dumb' }, tty, tty, false, { interactive: false, colour: false }],
    ['LANG=C', { LANG: 'C' }, tty, tty, false, { unicode: false }],
    ['LC_ALL wins', { LANG: 'C.UTF-8', LC_ALL: 'C' }, tty, tty, false, { unicode: false }],
    ['NO_COLOR', { ...utf8, NO_COLOR: '1' }, tty, tty, false, { colour: false }],
    ['an empty NO_COLOR', { ...utf8, NO_COLOR: '' }, tty, tty, false, { colour: true }],
    ['CI', { ...utf8, CI: '1' }, tty, tty, false, { interactive: true }],
  ])('%s', (_, env, stdin, stdout, plain, expected) => {
    expect(terminalOf(env, stdin, stdout, plain)).toMatchObject(expected);
  });
});
