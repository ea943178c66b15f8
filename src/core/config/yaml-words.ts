import type { YAMLError } from 'yaml';

/** Where in the text something is wrong, and what. */
export type Mistake = Readonly<{ offset: number; what: string }>;

/**
 * The library's complaints in plain words, each with its mend. Order matters: the first that matches is taken. Its own
 * words may quote the file, and what stands there may be a password.
 */
const WORDS: readonly (readonly [test: RegExp, what: string])[] = [
  [/^TAB_AS_INDENT|Tabs are not allowed as indentation/, 'a tab cannot indent in YAML: use spaces'],
  [/^DUPLICATE_KEY/, 'the key stands here a second time'],
  [/call stack/, 'the nesting is too deep'],
  [
    /^TAG_RESOLVE_FAILED/,
    'a value that begins with "!" is a YAML tag, and this one is not known: put it in quotes',
  ],
  [/^BLOCK_AS_IMPLICIT_KEY/, 'a second ":" stands on this line: put the text in quotes'],
  [/^BAD_SCALAR_START/, 'no value may begin with this character: put it in quotes'],
  [/^BAD_ALIAS/, 'a value that begins with "*" is a YAML alias: put it in quotes'],
  [/^BAD_DIRECTIVE|directive/i, 'a line that begins with "%" is not allowed here: put it in quotes'],
  [
    /^BAD_DQ_ESCAPE|escape sequence/,
    'a "\\\\" in double quotes begins an escape: write "\\\\\\\\", or use single quotes',
  ],
  [/closing ["']quote/, 'a quote that was opened above is never closed'],
  [/end with a \}/, 'a "{" that was opened above is not closed before here'],
  [/end with a \]/, 'a "[" that was opened above is not closed before here'],
  [/must be followed by map values|need to be followed by map values/, 'a ":" is missing behind this key'],
  [/^MULTILINE_IMPLICIT_KEY/, 'a ":" is missing behind this, or a "," before it'],
  [/^BAD_INDENT/, 'this line does not begin below the ones it belongs to: check the spaces before it'],
  [/^MISSING_CHAR.*comma|Missing , /, 'a "," is missing before here'],
  [/^UNEXPECTED_TOKEN/, 'this does not belong here: is a quote, a ":" or a line break missing before it?'],
];

/** One complaint of the YAML library, told so that nobody has to know the library. */
export function inPlainWords({ code, message, pos }: YAMLError, text: string): Mistake {
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && /^[^:]*\n/.test(text.slice(pos[0]).replace(/:(?=\S)/g, ''))) {
    return { offset: pos[0], what: 'the line below this one is indented too far' };
  }
  const said = `${code} ${message}`;
  const known = WORDS.find(([test]) => test.test(said));
  return { offset: pos[0], what: known?.[1] ?? message.split('\n')[0]!.replace(/:? ".*$/, '') };
}

/** What is wrong with a text that means to be JSON, by the JSON parser, whose words fit it better than YAML's; or null. */
export function jsonMistake(text: string): Mistake | null {
  try {
    JSON.parse(text);
    return null;
  } catch (thrown) {
    const { message } = thrown as SyntaxError;
    const end = text.trimEnd().length;
    // Messages of any other form quote the text, and what stands there may be a password.
    const [, what, position] = /^([^"]*) in JSON at position (\d+)/.exec(message) ?? [];
    if (message.startsWith('Unexpected end') || Number(position) >= end) {
      return { offset: Math.max(0, end - 1), what: 'the file ends here, before its last "}" or "]"' };
    }
    return what === undefined ? null : { offset: Number(position), what: what.replace(/^E/, 'e') };
  }
}
