/** What stands in the place of a round-trip time: no answer, no verdict, and an answer whose time is not known. */
export const LOST = Number.NaN;
export const NO_VERDICT = -1;
export const UNTIMED = -2;

const FIRST_CAPACITY = 64;
/** So many distances are enough to tell the usual one. */
const DISTANCES = 2_001;

/** The recorded checks of one device, in two typed arrays: a month of 100 devices are 8.6 million of them. */
export class Track {
  /** Of the device in a CSV log; a history knows devices by their id alone. */
  readonly address: string | null;
  readonly name: string;
  length = 0;
  #at = new Float64Array(FIRST_CAPACITY);
  #values = new Float32Array(FIRST_CAPACITY);
  #isSorted = true;
  #spacingMs: number | null = null;

  constructor(address: string | null, name: string) {
    this.address = address;
    this.name = name;
  }

  /** `value`: RTT in milliseconds, `LOST`, `NO_VERDICT` or `UNTIMED`. */
  add(at: number, value: number): void {
    if (this.length === this.#at.length) this.#grow();
    if (this.length > 0 && at < this.#at[this.length - 1]!) this.#isSorted = false;
    this.#at[this.length] = at;
    this.#values[this.length] = value;
    this.length++;
  }

  /** Epoch milliseconds of a check; NaN behind the last. */
  at(index: number): number {
    return index < this.length ? this.#at[index]! : Number.NaN;
  }

  value(index: number): number {
    return this.#values[index]!;
  }

  /** When the newest check added was made, whatever its place; NaN before the first. */
  get newestAdded(): number {
    return this.at(this.length - 1);
  }

  /** Puts the checks in the order of their time; of the same time in the order in which they came. */
  sort(): void {
    if (this.#isSorted) return;
    const order = Uint32Array.from({ length: this.length }, (_, index) => index);
    const at = this.#at;
    order.sort((a, b) => at[a]! - at[b]! || a - b);
    this.#at = Float64Array.from(order, (index) => at[index]!);
    const values = this.#values;
    this.#values = Float32Array.from(order, (index) => values[index]!);
    this.#isSorted = true;
  }

  /** Index of the newest check at or before a time; -1 where there is none. */
  indexAt(time: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The usual time between two checks (the median), milliseconds; 0 where there are not two. */
  get spacingMs(): number {
    this.#spacingMs ??= this.#usualSpacing();
    return this.#spacingMs;
  }

  #usualSpacing(): number {
    const step = Math.max(1, Math.floor(this.length / DISTANCES));
    const distances: number[] = [];
    for (let index = 1; index < this.length; index += step)
      distances.push(this.at(index) - this.at(index - 1));
    distances.sort((a, b) => a - b);
    return distances[distances.length >> 1] ?? 0;
  }

  #grow(): void {
    const at = new Float64Array(this.length * 2);
    const values = new Float32Array(this.length * 2);
    at.set(this.#at);
    values.set(this.#values);
    this.#at = at;
    this.#values = values;
  }
}

/** A log that was read: a track a device, sorted by time, and what could not be read. */
export type Recording = Readonly<{
  source: string;
  /** A CSV log knows addresses and labels, a history the ids of devices. */
  kind: 'csv' | 'history';
  tracks: readonly Track[];
  /** Rows that make no sense: how many, and the numbers of the first few lines. */
  badRows: number;
  badLines: readonly number[];
}>;

/** Which part of a log is read, epoch milliseconds; `to` is not part of it. */
export type Span = Readonly<{ from: number; to: number }>;
