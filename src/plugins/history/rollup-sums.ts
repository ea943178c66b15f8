/** A check as it is added up. */
export type SummedCheck = Readonly<{
  /** Number of the device among the roll-ups. */
  device: number;
  at: number;
  ok: boolean | null;
  rttMs: number | null;
  lossPercent: number;
  reachability: string;
  excluded: boolean;
}>;

/** How a stretch of time counts. */
type Counted = 'up' | 'down' | 'unreachable';

/** How the last check of a device left it. */
export type Standing = {
  at: number;
  standing: Counted | 'excluded';
  gapMs: number;
  isDown: boolean;
};

/** What the checks of one device come to in one minute or hour. */
export type Sums = {
  readonly device: number;
  readonly at: number;
  checks: number;
  failed: number;
  loss: number;
  rtts: number;
  rttUs: number;
  rttMinUs: number | null;
  rttMaxUs: number | null;
  readonly spentMs: Record<Counted, number>;
  outages: number;
};

const COUNTED_AS: Readonly<Record<string, Counted>> = {
  up: 'up',
  degraded: 'up',
  down: 'down',
  unreachable: 'unreachable',
};

/** Between two checks further apart than this, and than so many of the usual gaps, netheal was not running. */
const LONGEST_SILENCE_MS = 5 * 60_000;
const GAPS_OF_SILENCE = 3;
/** No device is checked less often: a longer gap is not the usual one. */
const LONGEST_GAP_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** There will be fewer minutes since 1970 for two centuries, and a key is still an exact number. */
const KEYS_A_DEVICE = 2 ** 27;

/** Adds up checks by the minute and by the hour, one after the other, in the order in which they were written. */
export class RollupSums {
  readonly minutes = new Map<number, Sums>();
  readonly hours = new Map<number, Sums>();
  /** Numbers of the devices whose standing has changed. */
  readonly touched = new Set<number>();
  readonly #standings: Map<number, Standing>;
  readonly #hourShiftMs: number;

  /** `hourShiftMs`: how far local hours are off those of UTC, so that hours add up to local days. */
  constructor(standings: Map<number, Standing>, hourShiftMs: number) {
    this.#standings = standings;
    this.#hourShiftMs = hourShiftMs;
  }

  add(check: SummedCheck): void {
    const { device, at, reachability, excluded } = check;
    const last = this.#standings.get(device);
    if (last) this.#pass(device, last, at - last.at);
    const standing = excluded ? 'excluded' : (COUNTED_AS[reachability] ?? 'excluded');
    const wasDown = last?.isDown ?? false;
    const isDown = standing === 'down' || (wasDown && reachability !== 'up' && reachability !== 'degraded');
    for (const sums of this.#at(device, at)) count(sums, check, isDown && !wasDown);
    const gapMs = last === undefined || at < last.at ? 0 : Math.min(at - last.at, LONGEST_GAP_MS);
    this.#standings.set(device, { at, standing, gapMs, isDown });
    this.touched.add(device);
  }

  /** Time counts as the device stood when it began, from where the clock was not set back and netheal ran. */
  #pass(device: number, { at, standing, gapMs }: Standing, ms: number): void {
    if (standing === 'excluded' || ms <= 0) return;
    if (ms > Math.max(LONGEST_SILENCE_MS, GAPS_OF_SILENCE * gapMs)) return;
    for (const sums of this.#at(device, at)) sums.spentMs[standing] += ms;
  }

  #at(device: number, at: number): readonly [Sums, Sums] {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const hour = Math.floor((at + this.#hourShiftMs) / HOUR_MS) * HOUR_MS - this.#hourShiftMs;
    return [sumsOf(this.minutes, device, minute), sumsOf(this.hours, device, hour)];
  }
}

function sumsOf(all: Map<number, Sums>, device: number, at: number): Sums {
  const key = device * KEYS_A_DEVICE + at / MINUTE_MS;
  let sums = all.get(key);
  if (!sums) {
    sums = {
      device,
      at,
      checks: 0,
      failed: 0,
      loss: 0,
      rtts: 0,
      rttUs: 0,
      rttMinUs: null,
      rttMaxUs: null,
      spentMs: { up: 0, down: 0, unreachable: 0 },
      outages: 0,
    };
    all.set(key, sums);
  }
  return sums;
}

function count(sums: Sums, { ok, rttMs, lossPercent }: SummedCheck, isNewOutage: boolean): void {
  if (isNewOutage) sums.outages++;
  if (ok === null) return;
  sums.checks++;
  sums.loss += Math.round(lossPercent);
  if (!ok) sums.failed++;
  if (!ok || rttMs === null) return;
  const us = Math.round(rttMs * 1_000);
  sums.rtts++;
  sums.rttUs += us;
  sums.rttMinUs = sums.rttMinUs === null ? us : Math.min(sums.rttMinUs, us);
  sums.rttMaxUs = sums.rttMaxUs === null ? us : Math.max(sums.rttMaxUs, us);
}
