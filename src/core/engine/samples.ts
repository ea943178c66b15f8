import type { SampleView } from '../api/types.ts';

const DEVICES_PER_SLAB = 256;
/** In the place of a round-trip time. */
const LOST = Number.NaN;
const NO_VERDICT = -1;

/** The last samples of up to 256 devices, side by side: two arrays for all of them instead of two for each. */
class Slab {
  readonly kept: number;
  readonly at: Float64Array;
  readonly rttMs: Float32Array;
  readonly counts = new Uint32Array(DEVICES_PER_SLAB);

  constructor(kept: number) {
    this.kept = kept;
    // The system gives a page its memory when something is written to it.
    this.at = new Float64Array(DEVICES_PER_SLAB * kept);
    this.rttMs = new Float32Array(DEVICES_PER_SLAB * kept);
  }
}

/** Gives out rings for the last `kept` samples of a device each. A slab goes when the last of its devices does. */
export class SampleStore {
  readonly #kept: number;
  #slab: Slab;
  #taken = 0;

  constructor(kept: number) {
    this.#kept = kept;
    this.#slab = new Slab(kept);
  }

  ring(): SampleRing {
    if (this.#taken === DEVICES_PER_SLAB) {
      this.#slab = new Slab(this.#kept);
      this.#taken = 0;
    }
    return new SampleRing(this.#slab, this.#taken++);
  }
}

/** The last samples of one device: the history plugin keeps the rest. */
export class SampleRing {
  readonly #slab: Slab;
  readonly #row: number;

  constructor(slab: Slab, row: number) {
    this.#slab = slab;
    this.#row = row;
  }

  /** `ok` is null where there was no verdict. */
  add(at: number, rttMs: number | null, ok: boolean | null): void {
    const { kept, counts } = this.#slab;
    const count = counts[this.#row]!++;
    const index = this.#row * kept + (count % kept);
    this.#slab.at[index] = at;
    this.#slab.rttMs[index] = ok === null ? NO_VERDICT : ok ? (rttMs ?? 0) : LOST;
  }

  /** Oldest first. */
  last(n: number): SampleView[] {
    const { kept, at, rttMs, counts } = this.#slab;
    const count = counts[this.#row]!;
    const samples: SampleView[] = [];
    for (let i = Math.max(0, count - Math.min(n, kept)); i < count; i++) {
      const index = this.#row * kept + (i % kept);
      const rtt = rttMs[index]!;
      const ok = rtt === NO_VERDICT ? null : !Number.isNaN(rtt);
      samples.push({ at: at[index]!, ok, rttMs: ok ? rtt : null });
    }
    return samples;
  }
}
