import type { DeviceView, SampleView, Source } from '../core/api/types.ts';
import { type Past, pastOf } from './past.ts';

/** A quarter of an hour is one sign of it: once a minute is often enough. */
const PAST_MS = 60_000;

/** What the detail of a device shows beside the picture: asked for when it opens, and again after its checks. */
export class DetailFeed {
  samples: readonly SampleView[] = [];
  past: Past | null = null;
  readonly #source: Source;
  readonly #now: () => number;
  readonly #onNews: () => void;
  #device: DeviceView | null = null;
  #pastAt = Number.NEGATIVE_INFINITY;

  constructor(source: Source, now: () => number, onNews: () => void) {
    this.#source = source;
    this.#now = now;
    this.#onNews = onNews;
  }

  /** Sees to what is needed for a device; `null` where no detail is open. */
  follow(device: DeviceView | null): void {
    // A device is replaced whole when anything about it changes.
    if (device === this.#device) return;
    if (device?.id !== this.#device?.id) {
      this.samples = [];
      this.past = null;
      this.#pastAt = Number.NEGATIVE_INFINITY;
    }
    this.#device = device;
    if (device === null) return;
    this.#ask(device.id, this.#source.samples(device.id), (samples) => {
      this.samples = samples;
    });
    const now = this.#now();
    if (now - this.#pastAt < PAST_MS) return;
    this.#pastAt = now;
    this.#ask(device.id, pastOf(this.#source, device.id, now), (past) => {
      this.past = past;
    });
  }

  #ask<T>(id: string, asked: Promise<T>, take: (answer: T) => void): void {
    asked.then(
      (answer) => {
        if (this.#device?.id !== id) return;
        take(answer);
        this.#onNews();
      },
      // A daemon that is gone is said in the head already; without a history there is none to show.
      () => undefined,
    );
  }
}
