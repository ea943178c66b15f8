import { type Standing, standing } from '../model/stats.ts';
import type { Reachability } from '../model/types.ts';
import { RttHistogram } from './rtt-histogram.ts';

/** One recorded check, as a report looks at it. */
export type ReportedCheck = Readonly<{
  /** Epoch milliseconds. */
  at: number;
  /** Null: no verdict. */
  ok: boolean | null;
  rttMs: number | null;
  /** Of the device, after the check. */
  reachability: Reachability;
  /** It was in a downtime, or our own uplink was gone: the time counts neither way. */
  excluded: boolean;
}>;

/** One time a device was down. */
export type Outage = Readonly<{
  /** When the first check of it failed, epoch milliseconds. */
  from: number;
  /** From then to the first good check of the recovery, without the time that does not count. */
  lengthMs: number;
  /** From then to the check that made it sure; null where that was not seen: it was down before, or in a downtime. */
  detectionMs: number | null;
  isOver: boolean;
}>;

/** Between two checks further apart than this, and than so many intervals, netheal was not running. */
const LONGEST_SILENCE_MS = 5 * 60_000;
const INTERVALS_OF_SILENCE = 3;

/** What the checks of one device come to, taken one after the other; none of them is kept. */
export class DeviceAccount {
  /** How long the device stood how, as its live account (`model/stats.ts`) has it. */
  readonly spentMs: Record<Standing, number> = { up: 0, down: 0, unreachable: 0, excluded: 0 };
  readonly rtts = new RttHistogram();
  checks = 0;
  readonly #over: Outage[] = [];
  readonly #silenceMs: number;
  #last: { at: number; standing: Standing } | null = null;
  /** The failed checks in a row that lead to the newest one. */
  #failing: { since: number; lengthMs: number } | null = null;
  #open: { from: number; lengthMs: number; detectionMs: number | null } | null = null;
  /** How long the open outage was when the device answered again; null while it does not. */
  #answeredAfterMs: number | null = null;

  constructor(intervalMs: number) {
    this.#silenceMs = Math.max(LONGEST_SILENCE_MS, INTERVALS_OF_SILENCE * intervalMs);
  }

  /** The next check; one that is older than the one before it is counted, and its time is not. */
  add({ at, ok, rttMs, reachability, excluded }: ReportedCheck): void {
    this.checks++;
    if (ok && rttMs !== null) this.rtts.add(rttMs);
    const last = this.#last;
    const passedMs = last === null ? 0 : at - last.at;
    if (passedMs < 0) return;
    const isSeen = passedMs <= this.#silenceMs;
    if (last !== null && isSeen) this.#pass(passedMs, last.standing);
    else if (!isSeen) this.#failing = null;

    const now = standing(reachability, excluded);
    if (ok !== null) this.#answered(ok, at);
    if (reachability === 'down') this.#isDown(at, excluded || last?.standing !== 'up' || !isSeen);
    else if (reachability !== 'unknown' && reachability !== 'unreachable') this.#isNotDown();
    this.#last = { at, standing: now };
  }

  /** The oldest first; without those that nobody was to see, planned ones among them. */
  outages(): readonly Outage[] {
    const all = this.#open ? [...this.#over, { ...this.#open, isOver: false }] : this.#over;
    return all.filter(({ lengthMs }) => lengthMs > 0);
  }

  #pass(ms: number, held: Standing): void {
    this.spentMs[held] += ms;
    if (held !== 'up' && held !== 'down') return;
    if (this.#failing) this.#failing.lengthMs += ms;
    if (this.#open) this.#open.lengthMs += ms;
  }

  #answered(ok: boolean, at: number): void {
    if (ok) {
      this.#failing = null;
      this.#answeredAfterMs ??= this.#open?.lengthMs ?? null;
    } else {
      this.#failing ??= { since: at, lengthMs: 0 };
      this.#answeredAfterMs = null;
    }
  }

  #isDown(at: number, isUnseen: boolean): void {
    if (this.#open) return;
    const { since, lengthMs } = this.#failing ?? { since: at, lengthMs: 0 };
    this.#open = { from: since, lengthMs, detectionMs: isUnseen ? null : at - since };
  }

  #isNotDown(): void {
    if (!this.#open) return;
    const lengthMs = this.#answeredAfterMs ?? this.#open.lengthMs;
    this.#over.push({ ...this.#open, lengthMs, isOver: true });
    this.#open = null;
    this.#answeredAfterMs = null;
  }
}

/**
 * The reachability that a log of nothing but answers and silence comes to: `down` after so many failed checks in a row,
 * `up` again after so many good ones.
 */
export class Confirmation {
  readonly #failureThreshold: number;
  readonly #successThreshold: number;
  #reachability: 'unknown' | 'up' | 'down' = 'unknown';
  #inARow = 0;
  #lastOk = true;

  constructor(policy: Readonly<{ failureThreshold: number; successThreshold: number }>) {
    this.#failureThreshold = policy.failureThreshold;
    this.#successThreshold = policy.successThreshold;
  }

  after(ok: boolean): 'unknown' | 'up' | 'down' {
    this.#inARow = ok === this.#lastOk ? this.#inARow + 1 : 1;
    this.#lastOk = ok;
    if (!ok && this.#inARow >= this.#failureThreshold) this.#reachability = 'down';
    const needed = this.#reachability === 'down' ? this.#successThreshold : 1;
    if (ok && this.#inARow >= needed) this.#reachability = 'up';
    return this.#reachability;
  }
}
