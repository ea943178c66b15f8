import { NethealError } from '../errors.ts';
import type { Filled } from './environment.ts';
import { formatProblems, type Problem } from './explain.ts';
import type { ConfigPath } from './types.ts';

/** Nobody reads more: a mistake in the defaults of a large fleet is one mistake for each of its devices. */
const MOST_TOLD = 100;
const MOST_LOCATED = 1_000;

/** How much of a long value `explain.ts` shows, quotes included. */
const SHOWN_LENGTH = 57;

/** Collects every mistake of a config, so that a person mends all of them at once. */
export class Problems {
  readonly #problems: Problem[] = [];
  readonly #locate: (path: ConfigPath) => string;
  readonly #original: (path: ConfigPath) => ConfigPath;
  readonly #texts: readonly Filled[];

  /**
   * `original` turns the path of a value into the path under which it stands in the file; `texts` came from the
   * environment, where secrets live: a message shows them as they are written in the file.
   */
  constructor(
    locate: (path: ConfigPath) => string,
    {
      original = (path) => path,
      texts = [],
    }: { original?: (path: ConfigPath) => ConfigPath; texts?: readonly Filled[] } = {},
  ) {
    this.#locate = locate;
    this.#original = original;
    this.#texts = texts;
  }

  add(path: ConfigPath, message: string): void {
    const shown = this.#texts.reduce(asWritten, message);
    this.#problems.push({ path: this.#original(path), message: shown });
  }

  get count(): number {
    return this.#problems.length;
  }

  addAll(problems: readonly Problem[]): void {
    for (const { path, message } of problems) this.add(path, message);
  }

  /** `file:line` of a value, for messages that name a second place. */
  place(path: ConfigPath): string {
    return this.#locate(this.#original(path));
  }

  /** @throws NethealError NH_CONFIG_INVALID, one line a mistake, in the order of the file */
  throwIfAny(): void {
    if (this.#problems.length === 0) return;
    const lines = formatProblems(this.#problems.slice(0, MOST_LOCATED), this.#locate);
    const more = this.#problems.length - Math.min(lines.length, MOST_TOLD);
    const told = lines.slice(0, MOST_TOLD);
    if (lines.length > MOST_TOLD) told.push(`... and ${more} more mistakes, most of them like these`);
    throw new NethealError('NH_CONFIG_INVALID', told.join('\n'));
  }
}

/** Of short values only those in quotes are replaced: a single letter stands in every message. */
function asWritten(message: string, { written, value }: Filled): string {
  const quoted = JSON.stringify(value);
  // Long values are shown cut off.
  const begun = quoted.slice(0, SHOWN_LENGTH);
  const told = value.length < 4 ? [quoted] : [value, begun];
  return told.reduce((text, part) => text.replaceAll(part, written), message);
}
