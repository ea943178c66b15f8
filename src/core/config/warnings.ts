/** So many devices are told of one by one; of more, a start would say nothing else. */
const ONE_BY_ONE = 20;
const NAMED = 3;

/** Collects what is worth telling at start, each thing once. */
export class Warnings {
  readonly #lines = new Set<string>();
  readonly #devices = new Map<string, Set<string>>();

  add(line: string): void {
    this.#lines.add(line);
  }

  /** A line that begins with the name of a device: `what` goes on from there. */
  about(device: string, what: string): void {
    const devices = this.#devices.get(what) ?? new Set();
    this.#devices.set(what, devices.add(device));
  }

  list(): string[] {
    const about = [...this.#devices].flatMap(([what, devices]) => {
      const names = [...devices];
      if (names.length <= ONE_BY_ONE) return names.map((name) => name + what);
      const rest = (names.length - NAMED).toLocaleString('en');
      return [`each of ${names.slice(0, NAMED).join(', ')} and ${rest} more${what}`];
    });
    return [...this.#lines, ...about];
  }
}
