/** Compacted when more than this is taken out, and more than what is left. */
const SLACK = 1_024;

/** First in, first out: taking from the front costs nothing, however long it is (`Array.shift` moves all the rest). */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes out up to `count`, the oldest first. */
  take(count: number): T[] {
    const end = Math.min(this.#head + count, this.#items.length);
    const taken = this.#items.slice(this.#head, end) as T[];
    // What was taken may be large and must not be kept alive from here.
    this.#items.fill(undefined, this.#head, end);
    this.#head = end;
    if (this.#head > SLACK && this.#head > this.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}
