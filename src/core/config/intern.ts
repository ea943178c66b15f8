import type { Problems } from './problems.ts';

/**
 * Gives equal values as one object: of 100,000 devices nearly all are checked and healed alike, and need not keep a copy
 * each. For small plain data.
 */
export class Interned {
  readonly #known = new Map<string, unknown>();

  of<T extends object>(value: T): T {
    return this.made('', value, () => value);
  }

  /** What was made of an equal value before. What has a mistake is made again, to tell of it at every place. */
  made<T>(kind: string, from: unknown, make: () => T, problems?: Problems): T {
    const key = kind + JSON.stringify(from);
    const known = this.#known.get(key) as T | undefined;
    if (known !== undefined) return known;
    const before = problems?.count;
    const made = make();
    if (problems?.count === before) this.#known.set(key, made);
    return made;
  }
}
