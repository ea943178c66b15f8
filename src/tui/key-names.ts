const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x1b': 'escape',
  '\x7f': 'backspace',
  '\b': 'backspace',
};

/** What terminals send for keys without a letter: the end of the sequence, its modifiers aside. */
const SEQUENCES: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'tab',
  '1~': 'home',
  '3~': 'backspace',
  '4~': 'end',
  '5~': 'pageup',
  '6~': 'pagedown',
  '7~': 'home',
  '8~': 'end',
  '11~': 'f1',
  '12~': 'f2',
  '13~': 'f3',
  '14~': 'f4',
  '15~': 'f5',
  '17~': 'f6',
  '18~': 'f7',
  '19~': 'f8',
  '20~': 'f9',
  '21~': 'f10',
  '23~': 'f11',
  '24~': 'f12',
};

/** The keys that have a name, as a person writes them. */
export const KEY_NAMES: readonly string[] = [
  'space',
  ...new Set([...Object.values(CONTROLS), ...Object.values(SEQUENCES)]),
];

const SEQUENCE = /^\x1b+(?:\[|O)(?:1;\d+)?(\d*)(?:;\d+)?([A-Z~])$/;

/**
 * The keys of one piece of input: "j", "G", "enter", "ctrl+d". Key repeat over SSH arrives as `jjj` in one piece, and so
 * does what tmux sends, so a piece is taken apart character by character; an escape sequence is one key or none.
 */
export function keyNames(piece: string): string[] {
  if (piece.length > 1 && piece.startsWith('\x1b')) {
    const [, number = '', final = ''] = SEQUENCE.exec(piece) ?? [];
    const name = SEQUENCES[number + final];
    return name === undefined ? [] : [name];
  }
  return [...piece].flatMap((char) => {
    const control = CONTROLS[char];
    if (control) return [control];
    const code = char.codePointAt(0)!;
    if (code < 0x20) return [`ctrl+${String.fromCharCode(code + 96)}`];
    return code >= 0x80 && code < 0xa0 ? [] : [char];
  });
}
