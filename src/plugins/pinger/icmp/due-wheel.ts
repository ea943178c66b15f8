/** Milliseconds of one bucket: what is due is told at most this late. */
const BUCKET_MS = 2;
const BUCKETS = 8_192;
const NONE = -1;

/**
 * A timing wheel over small numbers (slots): each has one due time or none. Adding and removing cost the same with
 * ten or sixty thousand of them, and nothing is allocated.
 */
export class DueWheel {
  readonly #first = new Int32Array(BUCKETS).fill(NONE);
  #next: Int32Array;
  #previous: Int32Array;
  #bucket: Int32Array;
  #dueMs: Float64Array;
  #turn: number;
  #count = 0;

  constructor(capacity: number, nowMs: number) {
    this.#next = new Int32Array(capacity).fill(NONE);
    this.#previous = new Int32Array(capacity).fill(NONE);
    this.#bucket = new Int32Array(capacity).fill(NONE);
    this.#dueMs = new Float64Array(capacity);
    this.#turn = Math.floor(nowMs / BUCKET_MS);
  }

  grow(capacity: number): void {
    this.#next = grown(this.#next, capacity);
    this.#previous = grown(this.#previous, capacity);
    this.#bucket = grown(this.#bucket, capacity);
    const dueMs = new Float64Array(capacity);
    dueMs.set(this.#dueMs);
    this.#dueMs = dueMs;
  }

  /** The slot must not be in the wheel. */
  add(slot: number, dueMs: number): void {
    // The bucket being looked at now is over: what is already due goes into the next one.
    const turn = Math.max(Math.ceil(dueMs / BUCKET_MS), this.#turn + 1);
    const bucket = turn % BUCKETS;
    const first = this.#first[bucket] as number;
    this.#dueMs[slot] = dueMs;
    this.#bucket[slot] = bucket;
    this.#previous[slot] = NONE;
    this.#next[slot] = first;
    if (first !== NONE) this.#previous[first] = slot;
    this.#first[bucket] = slot;
    this.#count += 1;
  }

  remove(slot: number): void {
    const bucket = this.#bucket[slot] as number;
    if (bucket === NONE) return;
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#first[bucket] = next;
    this.#bucket[slot] = NONE;
    this.#count -= 1;
  }

  /** Takes what is due out of the wheel and puts it into `due`; answers how many there are. */
  takeDue(nowMs: number, due: number[]): number {
    due.length = 0;
    const until = Math.floor(nowMs / BUCKET_MS);
    // Nothing to find, or so long ago that every bucket had its turn: one round at most.
    if (this.#count === 0) this.#turn = Math.max(this.#turn, until);
    else this.#turn = Math.max(this.#turn, until - BUCKETS);
    while (this.#turn < until) {
      this.#turn += 1;
      let slot = this.#first[this.#turn % BUCKETS] as number;
      while (slot !== NONE) {
        const next = this.#next[slot] as number;
        // What lies further ahead than one round waits for the next one.
        if ((this.#dueMs[slot] as number) <= nowMs) {
          this.remove(slot);
          due.push(slot);
        }
        slot = next;
      }
    }
    return due.length;
  }
}

function grown(old: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const array = new Int32Array(capacity).fill(NONE);
  array.set(old);
  return array;
}
