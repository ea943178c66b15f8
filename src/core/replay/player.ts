import type { Clock } from '../engine/clock.ts';
import type { Monitored } from '../engine/monitored.ts';
import type { CheckScheduler, RunCheck } from '../engine/scheduler.ts';
import type { DeviceState } from '../model/types.ts';
import type { ProbeResult, Skip } from '../plugin.ts';
import type { ReplayClock } from './replay-clock.ts';
import { NO_VERDICT, type Track } from './track.ts';

/** The next recorded check is waited for if it is no further away than this many usual distances. */
const DISTANCES_AWAITED = 2;
/** A log that holds nothing at all for so many of the longest usual distances was not written then. */
const DISTANCES_OF_A_GAP = 5;
const SHORTEST_GAP_MS = 5 * 60_000;
/** Downtimes are told to begin and to end this exactly, also where nothing else happens. */
const REFRESH_MS = 1_000;
/** In the place of the number of a check: none is being run, and one that is not in the log. */
const NONE = -1;
const UNRECORDED = -2;

const NOTHING_RECORDED: Skip = { skip: 'the log has nothing at this time' };
const NO_ANSWER: ProbeResult = { ok: false, reason: 'timeout', message: 'offline in the log' };

/** One device of the log that is played. */
type Voice = {
  readonly id: string;
  readonly track: Track;
  /** The check that comes next. */
  next: number;
  /** The one that is being run right now, which its probe answers with. */
  answering: number;
  running: Promise<void> | null;
  /** Who waits for the next check. */
  awaited: PromiseWithResolvers<void> | null;
  /** The state that a good check has left as it was: another good check leaves it so too. Null: not known. */
  steady: DeviceState | null;
};

export type Played = Readonly<{ samples: number; gaps: number; gapMs: number }>;

/**
 * Decides, in the place of the scheduler, when devices are checked: when the log has a check of them; and answers, in the
 * place of their probes, what the log says. Everything asked in between is answered by the log or not at all.
 */
export class Player {
  readonly #clock: ReplayClock;
  readonly #device: (id: string) => Monitored | undefined;
  readonly #voices = new Map<string, Voice>();
  /** The voices that have a check left and none running, as a heap: the next check first. */
  readonly #queue: Voice[] = [];
  readonly #onTime: () => void;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  readonly #trackOf: (address: string, id: string) => Track | undefined;
  #run: RunCheck = async () => ({ delayMs: 0, jitter: false });

  constructor(options: {
    clock: ReplayClock;
    device: (id: string) => Monitored | undefined;
    /** The devices of the config that are in the log. */
    tracks: ReadonlyMap<string, Track>;
    /** Called when time has passed, before anything else happens. */
    onTime: () => void;
    /** Also those that are not in the config, by their address: witnesses. */
    trackOf: (address: string, id: string) => Track | undefined;
  }) {
    this.#clock = options.clock;
    this.#device = options.device;
    this.#onTime = options.onTime;
    this.#trackOf = options.trackOf;
    for (const [id, track] of options.tracks) {
      const voice: Voice = {
        id,
        track,
        next: 0,
        answering: NONE,
        running: null,
        awaited: null,
        steady: null,
      };
      this.#voices.set(id, voice);
      this.#enqueue(voice);
    }
  }

  /** What the engine takes for its scheduler. */
  scheduler(run: RunCheck): CheckScheduler {
    this.#run = run;
    return {
      add: () => undefined,
      remove: () => undefined,
      start: () => undefined,
      stop: async () => undefined,
      checkNow: (id) => this.#checkNow(id),
      lateness: () => ({ p50Ms: 0, p99Ms: 0, longestMs: 0 }),
      overdueMs: () => 0,
    };
  }

  /** What a probe says. No probe is ever run. */
  answer({ id, address }: Readonly<{ id: string; address: string }>): ProbeResult | Skip {
    const voice = this.#voices.get(id);
    if (voice?.answering === UNRECORDED) return NOTHING_RECORDED;
    if (voice && voice.answering !== NONE) return resultOf(voice.track, voice.answering);
    const track = this.#trackOf(address, id);
    return track ? aroundNow(track, this.#clock) : NOTHING_RECORDED;
  }

  /** Plays it all, from timer to timer and from check to check. */
  async play(): Promise<Played> {
    const clock = this.#clock;
    const gapLimitMs = this.#gapLimitMs();
    let samples = 0;
    let gaps = 0;
    let gapMs = 0;
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      const at = nextAt(first);
      const silentMs = at - clock.now();
      if (silentMs > gapLimitMs) {
        gaps++;
        gapMs += silentMs;
        clock.leapTo(at);
      }
      if (clock.nextTimerAt() <= at) {
        clock.advanceTo(clock.nextTimerAt());
        this.#refresh();
        clock.runTimer();
        await turn();
        continue;
      }
      clock.advanceTo(at);
      if (clock.now() - this.#refreshedAt >= REFRESH_MS) this.#refresh();
      let begun = false;
      // All checks of one moment begin in one turn; a log of whole seconds has many of them.
      for (let voice = this.#queue[0]; voice && nextAt(voice) <= at; voice = this.#queue[0]) {
        const index = voice.next++;
        samples++;
        if (this.#changesNothing(voice, index)) {
          if (voice.next === voice.track.length) this.#dequeue();
          else this.#sink(voice);
          continue;
        }
        this.#dequeue();
        if (!begun) this.#refresh();
        begun = true;
        void this.#begin(voice, index);
      }
      if (begun) await turn();
    }
    return { samples, gaps, gapMs };
  }

  #refresh(): void {
    this.#refreshedAt = this.#clock.now();
    this.#onTime();
  }

  /**
   * Nearly all checks of a month are answers of a device that is well, after which everything is as it was. A state that
   * one of them has left as it was is left so by the next (`transition` is a pure function, and without an incident it
   * does not look at the time): then the engine need not be asked.
   */
  #changesNothing({ id, track, steady, awaited }: Voice, index: number): boolean {
    if (steady === null || awaited !== null) return false;
    const device = this.#device(id)!;
    const rttMs = track.value(index);
    const isGood = rttMs <= device.policy.degraded.rttMs && rttMs !== NO_VERDICT;
    return isGood && device.state === steady;
  }

  #begin(voice: Voice, index: number): Promise<void> {
    const device = this.#device(voice.id)!;
    const before = device.state;
    voice.answering = index;
    const running = this.#run(voice.id, this.#clock.monoMs()).then(() => {
      voice.running = null;
      const { state, last } = device;
      const isWell = state.reachability === 'up' && state.incident === null;
      const isGood = last.judged && last.verdict === 'ok';
      voice.steady = isWell && isGood && state === before ? state : null;
      if (voice.next < voice.track.length) this.#enqueue(voice);
      if (index === UNRECORDED) return;
      voice.awaited?.resolve();
      voice.awaited = null;
    });
    // Its probes have been asked by now: they are the first thing a check does, before it waits for anything.
    voice.answering = NONE;
    voice.running = running;
    return running;
  }

  /** Waits for the check that runs, or for the next one in the log; where that is far, nothing is known now. */
  #checkNow(id: string): Promise<void> {
    const voice = this.#voices.get(id);
    if (!voice) return this.#run(id, this.#clock.monoMs()).then(() => undefined);
    if (voice.running) return voice.running;
    const waitMs = nextAt(voice) - this.#clock.now();
    if (waitMs <= DISTANCES_AWAITED * voice.track.spacingMs) {
      voice.awaited ??= Promise.withResolvers();
      return voice.awaited.promise;
    }
    this.#remove(voice);
    return this.#begin(voice, UNRECORDED);
  }

  #gapLimitMs(): number {
    const longest = Math.max(0, ...[...this.#voices.values()].map(({ track }) => track.spacingMs));
    return Math.max(SHORTEST_GAP_MS, DISTANCES_OF_A_GAP * longest);
  }

  #enqueue(voice: Voice): void {
    const queue = this.#queue;
    let index = queue.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (nextAt(queue[above]!) <= nextAt(voice)) break;
      queue[index] = queue[above]!;
      index = above;
    }
    queue[index] = voice;
  }

  #remove(voice: Voice): void {
    const rest = this.#queue.filter((other) => other !== voice);
    this.#queue.length = 0;
    for (const other of rest) this.#enqueue(other);
  }

  /** Takes the first voice out. */
  #dequeue(): void {
    const last = this.#queue.pop()!;
    if (this.#queue.length > 0) this.#sink(last);
  }

  /** Puts a voice in the place of the first, or where it belongs further back. */
  #sink(voice: Voice): void {
    const queue = this.#queue;
    const at = nextAt(voice);
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= queue.length) break;
      if (below + 1 < queue.length && nextAt(queue[below + 1]!) < nextAt(queue[below]!)) below++;
      if (nextAt(queue[below]!) >= at) break;
      queue[index] = queue[below]!;
      index = below;
    }
    queue[index] = voice;
  }
}

function nextAt({ track, next }: Voice): number {
  return track.at(next);
}

function resultOf(track: Track, index: number): ProbeResult {
  const value = track.value(index);
  if (Number.isNaN(value)) return NO_ANSWER;
  if (value === NO_VERDICT) return { ok: 'unknown', reason: 'skipped', message: 'no verdict in the log' };
  return { ok: true, rttMs: Math.max(0, value) };
}

/**
 * A probe that nobody sent at that time (of a witness, of a peer): the checks before and after must both have been
 * answered. What failed just before or just after proves nothing for this moment, and nothing is not enough to heal on.
 */
function aroundNow(track: Track, clock: Clock): ProbeResult | Skip {
  const now = clock.now();
  const limitMs = DISTANCES_AWAITED * track.spacingMs;
  const before = track.indexAt(now);
  const near = [before, before + 1].filter((index) => Math.abs(track.at(index) - now) <= limitMs);
  const results = near.map((index) => resultOf(track, index)).filter(({ ok }) => ok !== 'unknown');
  return results.find(({ ok }) => ok === false) ?? results[0] ?? NOTHING_RECORDED;
}

/** Lets everything run that waits for no timer. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
