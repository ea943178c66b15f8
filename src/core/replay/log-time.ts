/** How far the clock is set back where it is: an hour nearly everywhere, half of one on Lord Howe Island. */
const FOLDS_MS = [3_600_000, 1_800_000];

/** A minute of the wall clock: when it began, and when it began for the second time in a night with a fold. */
type Minute = Readonly<{ first: number; second: number }>;

/**
 * Reads local times such as `2025-10-14 10:30:00`. In the night in which the clock is set back an hour comes twice: a time
 * that lies before the one read last (of the same device) is of the second.
 */
export class LogTime {
  readonly #minutes = new Map<number, Minute | null>();
  #lastKey = -1;
  #last: Minute | null = null;

  /** Epoch milliseconds; NaN for what is no time. `after`: the time before it, NaN where there is none. */
  at(bytes: Uint8Array, start: number, after: number): number {
    const year = digits(bytes, start, 4);
    const month = digits(bytes, start + 5, 2);
    const day = digits(bytes, start + 8, 2);
    const hour = digits(bytes, start + 11, 2);
    const minute = digits(bytes, start + 14, 2);
    const second = digits(bytes, start + 17, 2);
    const key = (((year * 100 + month) * 100 + day) * 24 + hour) * 60 + minute;
    if (!(key >= 0 && second < 60 && hour < 24 && minute < 60)) return Number.NaN;
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#last = this.#minute(key, year, month, day, hour, minute);
    }
    if (this.#last === null) return Number.NaN;
    const first = this.#last.first + second * 1_000;
    const again = this.#last.second + second * 1_000;
    return first < after && again >= after ? again : first;
  }

  #minute(
    key: number,
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
  ): Minute | null {
    const known = this.#minutes.get(key);
    if (known !== undefined) return known;
    const date = new Date(year, month - 1, day, hour, minute);
    const exists = month >= 1 && month <= 12 && date.getMonth() === month - 1 && date.getDate() === day;
    const first = date.getTime();
    const second = FOLDS_MS.map((foldMs) => first + foldMs).find((later) => {
      const there = new Date(later);
      return there.getHours() === hour && there.getMinutes() === minute;
    });
    const made = exists ? { first, second: second ?? Number.NaN } : null;
    this.#minutes.set(key, made);
    return made;
  }
}

/** NaN where one of them is no digit. */
function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i++) {
    const digit = bytes[i]! - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
