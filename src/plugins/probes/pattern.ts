import { createContext, Script } from 'node:vm';
import { cleanLine, z } from 'netheal/plugin';

/** `/text/flags`; the flags that make a RegExp remember its place are left out. */
const REGEX = /^\/(.+)\/([imsu]*)$/s;
/** Longer than any sane search of a page; the whole monitor stands still for it. */
const MOST_MS = 50;
/** Without any of these a search takes at most as long as the text times the expression. */
const MAY_TAKE_LONG = /[*+?{]/;
const SEARCH = new Script('regex.test(text)');

/** An expected text: the text itself, or `/regex/flags`. */
export class Pattern {
  /** As the config has it, for messages. */
  readonly shown: string;
  readonly #text: string;
  readonly #regex: RegExp | null;

  /** Throws a SyntaxError for a regular expression that is none. */
  constructor(text: string) {
    this.#text = text;
    this.shown = cleanLine(text, 60);
    const [, source = '', flags = ''] = REGEX.exec(text) ?? [];
    this.#regex = source === '' ? null : new RegExp(source, flags);
  }

  /**
   * Is it in there? `undefined`: the search took too long and was ended. A page of a stranger can make an innocent
   * expression run for hours, and only a script with a time-out can be interrupted. That costs a quarter of a
   * millisecond, so the harmless ones do without.
   */
  isIn(text: string): boolean | undefined {
    if (this.#regex === null) return text.includes(this.#text);
    if (!MAY_TAKE_LONG.test(this.#regex.source)) return this.#regex.test(text);
    try {
      return SEARCH.runInContext(createSearch(this.#regex, text), { timeout: MOST_MS }) as boolean;
    } catch {
      return undefined;
    }
  }
}

let sandbox: ReturnType<typeof createContext> | undefined;

/** One sandbox for all: making one takes a millisecond. */
function createSearch(regex: RegExp, text: string): ReturnType<typeof createContext> {
  sandbox ??= createContext({});
  return Object.assign(sandbox, { regex, text });
}

/** Schema of an expected text. */
export const pattern = z
  .string()
  .min(1)
  .max(1_000)
  .transform((text, context) => {
    try {
      return new Pattern(text);
    } catch (thrown) {
      context.addIssue({ code: 'custom', message: `is no regular expression: ${(thrown as Error).message}` });
      return z.NEVER;
    }
  });

/** Words for an `undefined` answer of `isIn`. */
export function tooSlow({ shown }: Pattern): string {
  return `the search for ${shown} took more than ${MOST_MS} ms and was ended`;
}
