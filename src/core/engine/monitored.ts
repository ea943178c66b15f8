import type { SampleView } from '../api/types.ts';
import type { DeviceConfig } from '../config/types.ts';
import { initialState } from '../model/state.ts';
import { DeviceStats, standing } from '../model/stats.ts';
import type { CheckOutcome, Device, DeviceState, HealingPhase } from '../model/types.ts';
import type { Probe, ProbeResult } from '../plugin.ts';
import type { Store } from '../store.ts';
import type { ActiveDowntime } from './downtimes.ts';
import { type PreparedStrategy, publicDevice } from './plan.ts';

/** A probe of one device, its options parsed. */
export type PreparedProbe = Readonly<{ name: string; probe: Probe; options: unknown; timeoutMs: number }>;

export type HealingState = Readonly<{
  phase: HealingPhase;
  /** Why it stands there, in words. */
  reason: string | null;
  notBeforeMonoMs: number | null;
}>;

/** One device under watch: its config and everything that the engine knows about it. Only the engine writes here. */
export class Monitored {
  readonly config: DeviceConfig;
  readonly device: Device;
  readonly probes: readonly PreparedProbe[];
  readonly strategies: readonly PreparedStrategy[];
  stats: DeviceStats;
  samples: SampleRing;
  state: DeviceState;
  lastOutcome: CheckOutcome | null = null;
  /** Last result of each probe, by its name. */
  readonly lastResults = new Map<string, ProbeResult>();
  healing: HealingState = { phase: 'idle', reason: null, notBeforeMonoMs: null };
  downtime: ActiveDowntime | null = null;
  paused = false;

  constructor(options: {
    config: DeviceConfig;
    probes: readonly PreparedProbe[];
    strategies: readonly PreparedStrategy[];
    at: number;
    monoMs: number;
    samplesKept: number;
  }) {
    this.config = options.config;
    this.device = publicDevice(options.config);
    this.probes = options.probes;
    this.strategies = options.strategies;
    this.stats = new DeviceStats(options.at, options.monoMs);
    this.samples = new SampleRing(options.samplesKept);
    this.state = initialState(options.at, options.monoMs);
  }

  get id(): string {
    return this.config.id;
  }

  /** The probe that RTTs are taken from, and whose silence is what makes children unreachable. */
  get primaryProbe(): string | undefined {
    return this.probes[0]?.name;
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
    this.lastOutcome = before.lastOutcome;
    this.healing = before.healing;
    this.downtime = before.downtime;
    this.paused = before.paused;
    for (const { name } of this.probes) {
      const result = before.lastResults.get(name);
      if (result) this.lastResults.set(name, result);
    }
  }

  setHealing(store: Store, change: Partial<HealingState>): void {
    this.healing = { ...this.healing, ...change };
    store.deviceChanged(this.id);
  }
}

/** The last samples of a device in typed arrays that grow up to a limit: the history plugin keeps the rest. */
export class SampleRing {
  readonly #limit: number;
  #at = new Float64Array(32);
  /** NaN = lost, -1 = no verdict. */
  #rtt = new Float32Array(32);
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(at: number, rttMs: number | null, ok: boolean | null): void {
    if (this.#count === this.#at.length && this.#count < this.#limit) this.#grow();
    const index = this.#count % this.#at.length;
    this.#at[index] = at;
    this.#rtt[index] = ok === null ? -1 : ok ? (rttMs ?? 0) : Number.NaN;
    this.#count++;
  }

  /** Oldest first. */
  last(n: number): SampleView[] {
    const length = this.#at.length;
    const from = Math.max(0, this.#count - Math.min(n, length));
    const samples: SampleView[] = [];
    for (let i = from; i < this.#count; i++) {
      const rtt = this.#rtt[i % length]!;
      const ok = rtt === -1 ? null : !Number.isNaN(rtt);
      samples.push({ at: this.#at[i % length]!, ok, rttMs: ok ? rtt : null });
    }
    return samples;
  }

  #grow(): void {
    const length = Math.min(this.#limit, this.#at.length * 2);
    const at = new Float64Array(length);
    const rtt = new Float32Array(length);
    at.set(this.#at);
    rtt.set(this.#rtt);
    this.#at = at;
    this.#rtt = rtt;
  }
}
