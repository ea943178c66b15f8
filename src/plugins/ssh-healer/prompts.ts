import type { CompiledDialect } from './compiled-dialect.ts';

/** A prompt at the end of a line. */
export type FoundPrompt = Readonly<{
  mode: string;
  host: string;
  /** What stands before it on the line: nothing, unless something was printed without a newline. */
  before: string;
}>;

/**
 * Knows the prompts of one device: those of any name until the name is learned, then only its own, so that prompts quoted
 * in the output of a command are not taken for one.
 */
export class Prompts {
  readonly #dialect: CompiledDialect;
  readonly #regexes = new Map<string, RegExp>();
  #hosts: readonly string[] | null = null;
  #confirmed = false;

  constructor(dialect: CompiledDialect) {
    this.#dialect = dialect;
  }

  get learned(): boolean {
    return this.#hosts !== null;
  }

  /** The prompt at the end of a line, or null. */
  at(line: string): FoundPrompt | null {
    return this.#find(line, this.#hosts);
  }

  /**
   * The name is that of the first prompt. A banner without a newline may have been glued to it (`Keep outR1>`): the first
   * prompt after something was typed shows the name alone.
   */
  learn(found: FoundPrompt): void {
    if (this.#hosts === null) this.#know([found.host]);
  }

  /** Looks whether a line is a clean prompt with the end of the learned name only; then that is the name. */
  correct(line: string): void {
    const [host = ''] = this.#hosts ?? [];
    if (this.#confirmed || this.#hosts === null) return;
    const found = this.#find(line, null);
    if (found === null || found.before.trim() !== '' || found.host === '' || found.host === host) return;
    if (host.endsWith(found.host)) this.#know([found.host]);
  }

  /** From now on nobody doubts the name. */
  confirm(): void {
    this.#confirmed = true;
  }

  /** A command that gives the device another name: both are expected from now on. */
  typed(text: string): void {
    for (const rename of this.#dialect.renames) {
      const name = rename.exec(text)?.[1];
      if (name && this.#hosts !== null) this.#know([...this.#hosts, name]);
    }
  }

  #know(hosts: readonly string[]): void {
    this.#hosts = hosts;
    this.#regexes.clear();
  }

  #find(line: string, hosts: readonly string[] | null): FoundPrompt | null {
    if (line === '' || this.#dialect.neverPrompt.some((never) => never.test(line))) return null;
    let best: FoundPrompt | null = null;
    for (const mode of this.#dialect.modes) {
      const key = `${mode.name} ${hosts === null}`;
      const regex = this.#regexes.get(key) ?? mode.prompt(hosts);
      this.#regexes.set(key, regex);
      const match = regex.exec(line);
      if (!match) continue;
      const host = match.groups?.host ?? '';
      const before = line.slice(0, match.index);
      // Without a name there is too little to know it by in the middle of a line.
      const enough = before.trim() === '' || host !== '';
      // `<R1>` may be a prompt itself, and not one of `R1>` after something else.
      if (enough && (best === null || before.length < best.before.length))
        best = { mode: mode.name, host, before };
    }
    return best;
  }
}
