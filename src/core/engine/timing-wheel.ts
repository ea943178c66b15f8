/** Width of a slot: what is due is told at most this late. */
const SLOT_MS = 10;
/** One turn of the wheel is 41 s; what is due later stays in its slot for another turn. */
const SLOTS = 4_096;
const NONE = -1;

/** An entry that was taken out, and when it was due. */
export type Due = Readonly<{ index: number; dueAt: number }>;

/**
 * Due times of numbered entries as a hashed timing wheel (Varghese and Lauck) on typed arrays: adding, moving and
 * removing cost the same for ten entries as for 100,000, and nothing is allocated. Times in milliseconds.
 */
export class TimingWheel {
  /** By slot: its oldest and its newest entry. */
  readonly #first = new Int32Array(SLOTS).fill(NONE);
  readonly #last = new Int32Array(SLOTS).fill(NONE);
  /** By entry: its neighbours in the slot, and when it is due; NaN = not in the wheel. */
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  #dueAt = new Float64Array(64).fill(Number.NaN);
  #size = 0;
  /** Slots before this one (counted from time 0) are empty. */
  #cursor = Number.POSITIVE_INFINITY;

  /** Puts entry `index` into the wheel, or moves it. */
  set(index: number, dueAt: number): void {
    this.#grow(index);
    this.remove(index);
    const slot = slotOf(dueAt);
    const last = this.#last[slot % SLOTS]!;
    if (last === NONE) this.#first[slot % SLOTS] = index;
    else this.#next[last] = index;
    this.#last[slot % SLOTS] = index;
    this.#previous[index] = last;
    this.#next[index] = NONE;
    this.#dueAt[index] = dueAt;
    this.#size++;
    this.#cursor = Math.min(this.#cursor, slot);
  }

  remove(index: number): void {
    const dueAt = this.dueAt(index);
    if (Number.isNaN(dueAt)) return;
    const slot = slotOf(dueAt) % SLOTS;
    const next = this.#next[index]!;
    const previous = this.#previous[index]!;
    if (previous === NONE) this.#first[slot] = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#last[slot] = previous;
    else this.#previous[next] = previous;
    this.#dueAt[index] = Number.NaN;
    this.#size--;
  }

  /** When an entry is due; NaN where it is not in the wheel. */
  dueAt(index: number): number {
    return this.#dueAt[index] ?? Number.NaN;
  }

  /** The end of the next slot that holds something (perhaps only for a later turn); Infinity where all are empty. */
  nextAt(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY;
    while (this.#first[this.#cursor % SLOTS] === NONE) this.#cursor++;
    return this.#cursor * SLOT_MS;
  }

  /** Takes out what is due in all slots that have ended by `now`, slot by slot, in each the first come first. */
  takeDue(now: number): Due[] {
    const end = Math.floor(now / SLOT_MS);
    const taken: Due[] = [];
    // After a long sleep every slot is looked at once, not once for each turn that was missed.
    for (let slot = Math.max(this.#cursor, end - SLOTS + 1); slot <= end; slot++) {
      for (let index = this.#first[slot % SLOTS]!; index !== NONE; ) {
        const next = this.#next[index]!;
        const dueAt = this.#dueAt[index]!;
        if (dueAt <= now) {
          this.remove(index);
          taken.push({ index, dueAt });
        }
        index = next;
      }
    }
    this.#cursor = this.#size === 0 ? Number.POSITIVE_INFINITY : Math.max(this.#cursor, end + 1);
    return taken;
  }

  #grow(index: number): void {
    const { length } = this.#dueAt;
    if (index < length) return;
    const capacity = Math.max(index + 1, length * 2);
    const next = new Int32Array(capacity);
    const previous = new Int32Array(capacity);
    const dueAt = new Float64Array(capacity).fill(Number.NaN);
    next.set(this.#next);
    previous.set(this.#previous);
    dueAt.set(this.#dueAt);
    this.#next = next;
    this.#previous = previous;
    this.#dueAt = dueAt;
  }
}

/** The slot, counted from time 0, that ends when the entry is due or right after. */
function slotOf(dueAt: number): number {
  return Math.ceil(dueAt / SLOT_MS);
}
