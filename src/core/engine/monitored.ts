import type { DeviceConfig } from '../config/types.ts';
import { isForDegraded } from '../model/heal-policy.ts';
import { initialState, isBroken } from '../model/state.ts';
import { DeviceStats, standing } from '../model/stats.ts';
import type { CheckOutcome, CheckPolicy, Device, DeviceState, HealingPhase } from '../model/types.ts';
import type { Probe, ProbeResult } from '../plugin.ts';
import type { Store } from '../store.ts';
import type { ActiveDowntime } from './downtimes.ts';
import { type PreparedStrategy, publicDevice } from './plan.ts';
import type { SampleRing } from './samples.ts';

/** A probe of one device, its options parsed. */
export type PreparedProbe = Readonly<{ name: string; probe: Probe; options: unknown; timeoutMs: number }>;

export type HealingState = Readonly<{
  phase: HealingPhase;
  /** Why it stands there, in words. */
  reason: string | null;
  notBeforeMonoMs: number | null;
}>;

/**
 * The newest check of a device. One record that is written over: at 10,000 checks a second a new object for each would
 * keep the garbage collector busy.
 */
export class LastCheck {
  /** Null before the first. */
  verdict: CheckOutcome['verdict'] | null = null;
  /** When it began: epoch milliseconds, and on the monotonic clock. */
  at = Number.NaN;
  monoMs = Number.NaN;
  /** When it was over, on the monotonic clock: a silent device takes its whole timeout. */
  endedMonoMs = Number.NaN;
  /** NaN where nothing answered. */
  rttMs = Number.NaN;
  /** Why it failed, or why it says nothing. */
  message = '';
  /** The state took it into account: it was not our own uplink, nor a failure that a running heal explains. */
  judged = false;
  /** Of the newest check that was judged; NaN where that one got no answer. */
  judgedRttMs = Number.NaN;
  judgedLossPercent = Number.NaN;

  note(outcome: CheckOutcome, judged: boolean, endedMonoMs: number): void {
    this.endedMonoMs = endedMonoMs;
    this.verdict = outcome.verdict;
    this.at = outcome.at;
    this.monoMs = outcome.monoMs;
    this.rttMs = outcome.verdict === 'unknown' ? Number.NaN : (outcome.rttMs ?? Number.NaN);
    this.message = messageOf(outcome);
    this.judged = judged;
    if (!judged || outcome.verdict === 'unknown') return;
    this.judgedRttMs = this.rttMs;
    this.judgedLossPercent = outcome.lossPercent;
  }
}

function messageOf(outcome: CheckOutcome): string {
  if (outcome.verdict === 'ok') return '';
  return outcome.verdict === 'failed' ? outcome.failure.message : outcome.reason;
}

const IDLE: HealingState = Object.freeze({ phase: 'idle', reason: null, notBeforeMonoMs: null });

/** One device under watch: its config and everything that the engine knows about it. Only the engine writes here. */
export class Monitored {
  readonly config: DeviceConfig;
  readonly device: Device;
  readonly probes: readonly PreparedProbe[];
  readonly strategies: readonly PreparedStrategy[];
  readonly policy: CheckPolicy;
  stats: DeviceStats;
  samples: SampleRing;
  state: DeviceState;
  last = new LastCheck();
  /** The last result of each probe, in the order of `probes`; empty before the first check. */
  lastResults: readonly ProbeResult[] = [];
  healing = IDLE;
  downtime: ActiveDowntime | null = null;
  paused = false;

  constructor(options: {
    config: DeviceConfig;
    probes: readonly PreparedProbe[];
    strategies: readonly PreparedStrategy[];
    at: number;
    monoMs: number;
    samples: SampleRing;
  }) {
    this.config = options.config;
    this.device = publicDevice(options.config);
    this.probes = options.probes;
    this.strategies = options.strategies;
    const { check } = options.config;
    this.policy = options.strategies.some(isForDegraded) ? { ...check, healsDegraded: true } : check;
    this.stats = new DeviceStats(options.at, options.monoMs);
    this.samples = options.samples;
    this.state = initialState(options.at, options.monoMs);
  }

  get id(): string {
    return this.config.id;
  }

  /** The probe that RTTs are taken from, and whose silence is what makes children unreachable. */
  get primaryProbe(): string | undefined {
    return this.probes[0]?.name;
  }

  /** Confirmed to be what an incident is about. */
  get broken(): boolean {
    return isBroken(this.state, this.policy);
  }

  /** Credits the time since the last call to what the device was, and goes on with what it is. */
  stand(monoMs: number, selfOffline: boolean): void {
    this.stats.stand(standing(this.state.reachability, selfOffline || this.downtime !== null), monoMs);
  }

  /** After a reload of the config: the device is the same, only what is asked of it has changed. */
  continueFrom(before: Monitored): void {
    this.stats = before.stats;
    this.samples = before.samples;
    this.state = before.state;
    this.last = before.last;
    this.healing = before.healing;
    this.downtime = before.downtime;
    this.paused = before.paused;
    const names = (of: Monitored) => of.probes.map(({ name }) => name).join(' ');
    if (names(this) === names(before)) this.lastResults = before.lastResults;
  }

  setHealing(store: Store, change: Partial<HealingState>): void {
    this.healing = { ...this.healing, ...change };
    store.deviceChanged(this.id);
  }
}
