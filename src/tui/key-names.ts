import type { Key } from 'ink';

const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x1b': 'escape',
  '\x7f': 'backspace',
  '\b': 'backspace',
};

const NAMED: readonly (readonly [flag: keyof Key, name: string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageDown', 'pagedown'],
  ['pageUp', 'pageup'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
];

/**
 * The keys of one input: "j", "G", "enter", "ctrl+d". Key repeat over SSH arrives as `jjj` in one piece, and so does
 * what tmux sends, so a piece is taken apart character by character.
 */
export function keyNames(input: string, key: Key): string[] {
  for (const [flag, name] of NAMED) if (key[flag]) return [name];
  if (key.ctrl) return input === '' ? [] : [`ctrl+${input}`];
  if (key.meta) return [];
  return [...input].flatMap((char) => {
    const control = CONTROLS[char];
    if (control) return [control];
    const code = char.codePointAt(0)!;
    if (code < 0x20) return [`ctrl+${String.fromCharCode(code + 96)}`];
    return [char];
  });
}
