import { NethealError } from '../errors.ts';
import { formatProblems, type Problem } from './explain.ts';
import type { ConfigPath } from './types.ts';

/** Collects every mistake of a config, so that a person mends all of them at once. */
export class Problems {
  readonly #problems: Problem[] = [];
  readonly #locate: (path: ConfigPath) => string;
  readonly #original: (path: ConfigPath) => ConfigPath;

  /** `original` turns the path of a value into the path under which it stands in the file. */
  constructor(
    locate: (path: ConfigPath) => string,
    original: (path: ConfigPath) => ConfigPath = (path) => path,
  ) {
    this.#locate = locate;
    this.#original = original;
  }

  add(path: ConfigPath, message: string): void {
    this.#problems.push({ path: this.#original(path), message });
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
    throw new NethealError('NH_CONFIG_INVALID', formatProblems(this.#problems, this.#locate).join('\n'));
  }
}
