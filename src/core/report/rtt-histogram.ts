/** Each bucket is so much wider than the one before: a percentile is right within half of this. */
const GROWTH = 1.02;
const SMALLEST_MS = 0.001;
const LARGEST_MS = 600_000;
const BUCKETS = Math.ceil(Math.log(LARGEST_MS / SMALLEST_MS) / Math.log(GROWTH));

/** Round-trip times of any number of checks, in a few kilobytes. */
export class RttHistogram {
  #counts: Uint32Array | null = null;
  #total = 0;
  #sumMs = 0;

  add(rttMs: number): void {
    this.#counts ??= new Uint32Array(BUCKETS);
    this.#counts[bucketOf(rttMs)]!++;
    this.#total++;
    this.#sumMs += rttMs;
  }

  addAll(other: RttHistogram): void {
    if (other.#counts === null) return;
    this.#counts ??= new Uint32Array(BUCKETS);
    for (let i = 0; i < BUCKETS; i++) this.#counts[i]! += other.#counts[i]!;
    this.#total += other.#total;
    this.#sumMs += other.#sumMs;
  }

  /** Milliseconds; null without any. */
  get averageMs(): number | null {
    return this.#total === 0 ? null : this.#sumMs / this.#total;
  }

  /** The time that so much of all (0..1) stays below, milliseconds; null without any. */
  quantileMs(share: number): number | null {
    if (this.#counts === null) return null;
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    const bucket = this.#counts.findIndex((count) => {
      seen += count;
      return seen >= wanted;
    });
    // The middle of the bucket, as factors go.
    return SMALLEST_MS * GROWTH ** (bucket + 0.5);
  }
}

function bucketOf(rttMs: number): number {
  const bucket = Math.floor(Math.log(rttMs / SMALLEST_MS) / Math.log(GROWTH));
  return Math.min(BUCKETS - 1, Math.max(0, bucket));
}
