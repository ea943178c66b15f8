import type { ActionResult } from '../api/types.ts';
import type { DowntimeConfig, ResolvedConfig } from '../config/types.ts';
import type { Journal } from '../journal.ts';
import type { Hooks } from '../kernel/hooks.ts';
import { withIncident, withoutSoftFailures } from '../model/state.ts';
import type { Incident } from '../model/types.ts';
import type { CheckRecord, EventRecord, EventType, FleetSnapshot, Probe } from '../plugin.ts';
import type { Store } from '../store.ts';
import { Approvals } from './approvals.ts';
import type { Clock } from './clock.ts';
import { type CycleContext, isBeingHealed, runCheck } from './cycle.ts';
import { type Proposal, propose } from './edit-plan.ts';
import type { Fleet } from './fleet.ts';
import { FleetPicture } from './fleet-picture.ts';
import { Gates } from './gates.ts';
import { newIncident } from './incident.ts';
import type { Monitored } from './monitored.ts';
import type { Planned } from './plan.ts';
import { PlannedWork } from './planned-work.ts';
import { Remedies } from './remedies.ts';
import { restore } from './restore.ts';
import { type CheckScheduler, type RunCheck, Scheduler } from './scheduler.ts';
import { StallWatch } from './stall-watch.ts';
import { Uplink } from './uplink.ts';
import { askFleet, askWitness } from './witnesses.ts';

const HOUR_MS = 3_600_000;
const TICK_MS = 1_000;

export type EngineOptions = Readonly<{
  clock: Clock;
  random: () => number;
  hooks: Hooks;
  store: Store;
  journal: Journal;
  fleet: Fleet;
  config: ResolvedConfig;
  /** Addresses that tell whether we are cut off; empty: the fleet itself is asked. */
  witnesses: readonly string[];
  /** The probe that looks at witnesses; undefined where no plugin provides one. */
  witnessProbe: Probe | undefined;
  /** Healing as the command line leaves it. */
  healing: 'act' | 'observe' | 'off';
  /** False: only what a person asks for is healed (`netheal heal` without a daemon). */
  automatic: boolean;
  record: (record: CheckRecord) => void;
  onHang: (probe: string, deviceId: string) => void;
  /** Log files are reopened and the config is read again, as on SIGHUP. Absent where there is nothing to read. */
  reread?: (by: string) => Promise<ActionResult>;
  /** What keeps this machine from sending to an address. Default: nothing is known. */
  sendFault?: (address: string) => Promise<string | undefined>;
  /**
   * Makes what decides when devices are checked; default: a scheduler by their intervals. Who brings his own (a replay)
   * also says when time has passed, by `refresh`; nothing can stall then.
   */
  schedulerOf?: (run: RunCheck) => CheckScheduler;
}>;

/** Checks the fleet and heals it: scheduler, cycle, uplink and remedies, tied together. */
export class Engine {
  readonly fleet: Fleet;
  readonly gates: Gates;
  readonly approvals: Approvals;
  readonly remedies: Remedies;
  readonly work: PlannedWork;
  readonly #options: EngineOptions;
  readonly #scheduler: CheckScheduler;
  readonly #stalls: StallWatch;
  readonly #uplink: Uplink;
  readonly #picture: FleetPicture;
  readonly #hardStop = new AbortController();
  readonly #cycle: CycleContext;
  #lastHeal: number;
  #ticker: unknown = null;
  #healing: EngineOptions['healing'];

  constructor(options: EngineOptions) {
    const { clock, hooks, store, journal, fleet, config } = options;
    this.#options = options;
    this.#healing = options.healing;
    this.fleet = fleet;
    this.gates = new Gates(hooks);
    this.approvals = new Approvals({ clock, store, journal, expiresMs: config.healing.approvalExpiresMs });
    this.#lastHeal = journal.state.lastHeal;
    this.#stalls = new StallWatch(clock, (gapMs) => this.#tellStall(gapMs));
    this.#uplink = new Uplink({
      clock,
      witnesses: options.witnesses,
      ask: (address) => askWitness(options, options.witnessProbe, address),
      askFleet: () => askFleet(this.#cycle, fleet),
      onChange: (offline, why) => this.#uplinkChanged(offline, why),
    });
    const selfOffline = () => this.#uplink.offline;
    const updateIncident = (incident: Incident) => this.updateIncident(incident);
    this.work = new PlannedWork(
      { clock, store, journal, fleet, selfOffline, updateIncident },
      config.downtimes,
    );
    this.#picture = new FleetPicture({
      clock,
      store,
      journal,
      fleet,
      gates: this.gates,
      lateness: () => this.#scheduler.lateness(),
      selfOffline,
      healingOn: () => this.#healing !== 'off' && config.healing.enabled,
    });
    this.remedies = new Remedies({
      clock,
      store,
      journal,
      hooks,
      gates: this.gates,
      approvals: this.approvals,
      mode: () => (this.#healing === 'observe' ? 'observe' : 'act'),
      automatic: () => this.#cycle.healingOn(),
      nextHealId: () => String(++this.#lastHeal),
      checkNow: (id) => this.checkNow(id),
      selfOffline,
      confirmUplink: () => this.#uplink.confirm(),
      hardStop: this.#hardStop.signal,
    });
    this.#cycle = {
      clock,
      hooks,
      store,
      journal,
      stalls: this.#stalls,
      uplink: this.#uplink,
      topology: () => fleet.topology,
      device: (id) => fleet.get(id),
      checkNow: (id) => this.checkNow(id),
      sendFault: options.sendFault ?? (async () => undefined),
      record: options.record,
      remedies: () => this.remedies,
      healingOn: () => this.#healing !== 'off' && options.automatic,
      rootCauseOf: (id) => fleet.rootCauseOf(id),
      beginFlexibleDowntime: (device) => this.work.beginFlexible(device),
      onHang: (probe, device) => options.onHang(probe, device.id),
    };
    const run: RunCheck = (id, dueMonoMs) => {
      const device = fleet.get(id);
      return device
        ? runCheck(this.#cycle, device, dueMonoMs)
        : Promise.resolve({ delayMs: HOUR_MS, jitter: false });
    };
    this.#scheduler = options.schedulerOf?.(run) ?? new Scheduler({ clock, random: options.random, run });
  }

  /** Takes up what the journal knows, then starts checking. */
  start(): void {
    restore({ ...this.#options, remedies: this.remedies, hardStop: this.#hardStop.signal });
    for (const device of this.fleet.all()) this.#scheduler.add(device.id, device.config.check.intervalMs);
    this.#uplink.start();
    this.refresh();
    if (!this.#options.schedulerOf) {
      this.#stalls.start();
      this.#tick();
    }
    this.#scheduler.start();
  }

  /**
   * Puts new devices and downtimes in the place of the old ones; what is known about a device stays with its id and
   * address. Answers why not, where that cannot be done now.
   */
  async reload(
    devices: readonly Monitored[],
    downtimes: readonly DowntimeConfig[],
    healing: EngineOptions['healing'],
  ): Promise<string | null> {
    // Whoever turns healing down is obeyed at once, whatever else has to wait.
    this.#healing = healing;
    this.#options.store.updateMonitor({ healing });
    // A check that ends after the swap would write its verdict to a device that is no longer there.
    await this.#scheduler.stop();
    // Also an attempt that a restart has cut off: until it has settled nobody may think that its time is over.
    const isHealing = [...this.fleet.all()].some(({ healing }) => isBeingHealed(healing.phase));
    if (!isHealing) {
      await this.remedies.giveWay('the config was reloaded', () => this.#swap(devices, downtimes));
    }
    if (!this.#hardStop.signal.aborted) this.#scheduler.start();
    return isHealing ? 'a heal is running; try again when it is over' : null;
  }

  #swap(devices: readonly Monitored[], downtimes: readonly DowntimeConfig[]): void {
    const { store } = this.#options;
    const gone = new Map([...this.fleet.all()].map((device) => [device.id, device]));
    for (const device of devices) {
      const before = gone.get(device.id);
      if (before?.device.address !== device.device.address) continue;
      device.continueFrom(before);
      gone.delete(device.id);
    }
    for (const before of gone.values()) {
      this.#scheduler.remove(before.id);
      const incident = this.incidentOf(before);
      if (incident) this.updateIncident({ ...incident, closedAt: this.now() });
    }
    const known = new Set(this.fleet.ids());
    this.fleet.replace(devices);
    this.#picture.refresh();
    this.work.replacePlanned(downtimes);
    for (const device of devices) {
      if (!known.has(device.id) || gone.has(device.id))
        this.#scheduler.add(device.id, device.config.check.intervalMs);
      store.deviceChanged(device.id);
      if (device.broken && this.incidentOf(device) && this.#cycle.healingOn()) this.remedies.start(device);
    }
    for (const id of gone.keys()) store.deviceChanged(id);
  }

  /** Lets a running command finish within the grace period; what is left is cut off and journalled as interrupted. */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#options;
    const cut = clock.setTimer(() => this.#hardStop.abort(), graceMs);
    await this.remedies.stop();
    clock.clearTimer(cut);
    this.#hardStop.abort();
    if (this.#ticker !== null) clock.clearTimer(this.#ticker);
    this.#uplink.stop();
    await this.#scheduler.stop();
    this.#stalls.stop();
  }

  /** Makes an address a witness where the config names none, if it answers. */
  adoptWitness(address: string): Promise<void> {
    return this.#uplink.adopt(address);
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** How much later than due the next check is already: a monitor that checks nothing is not alive. */
  overdueMs(): number {
    return this.#scheduler.overdueMs();
  }

  checkNow(id: string): Promise<void> {
    return this.#scheduler.checkNow(id);
  }

  incidentOf(device: Monitored): Incident | undefined {
    const incident =
      device.state.incident === null ? undefined : this.#options.store.incident(device.state.incident);
    return incident?.closedAt === null ? incident : undefined;
  }

  updateIncident(incident: Incident): void {
    this.#options.journal.append({ type: 'incident', incident });
    this.#options.store.putIncident(incident);
  }

  /** A person heals a device that the machine thinks is well: only with the gate `healthy` overridden by name. */
  openByHand(device: Monitored, by: string, force: readonly string[]): void {
    if (this.incidentOf(device) || !force.includes('healthy')) return;
    const { journal, clock } = this.#options;
    const failure = device.state.failure ?? {
      kind: 'failed' as const,
      probe: device.primaryProbe ?? 'icmp',
      message: `healed by hand by ${by}`,
    };
    const incident = newIncident(journal.state, device.id, failure, clock.now());
    this.updateIncident(incident);
    device.state = withIncident(device.state, incident.id);
  }

  /** What a person would be asked about. */
  proposal(planned: Planned, incident: Incident): Proposal {
    const isAsked = planned.plan.approval === 'ask';
    return propose(planned, isAsked ? this.#options.journal.state.edits : [], incident.id);
  }

  /** Reads the config again; says what came of it. */
  async reread(by: string): Promise<ActionResult> {
    const nothing = {
      ok: false,
      code: 'NH_NOT_ALLOWED',
      message: 'there is no config to read again',
    } as const;
    return (await this.#options.reread?.(by)) ?? nothing;
  }

  setPaused(deviceId: string | null, by: string, paused: boolean): ActionResult {
    const { journal, store } = this.#options;
    const device = deviceId === null ? null : this.fleet.get(deviceId);
    if (device === undefined) {
      return { ok: false, code: 'NH_UNKNOWN_DEVICE', message: `there is no device "${deviceId}"` };
    }
    const type = paused ? 'paused' : 'resumed';
    journal.append({ type, device: deviceId, by, at: this.now() });
    if (device) {
      device.paused = paused;
      store.deviceChanged(device.id);
    } else {
      store.updateMonitor({ paused: journal.state.paused, healingStopped: journal.state.healingStopped });
    }
    const what = device ? `healing of ${device.device.label}` : 'all healing';
    this.event(type, `${what} ${type} by ${by}`, deviceId ?? undefined);
    return { ok: true, message: `${what} is ${type}` };
  }

  event(type: EventType, message: string, device?: string, level: EventRecord['level'] = 'info'): void {
    this.#options.store.addEvent({ type, level, message, ...(device === undefined ? {} : { device }) });
  }

  /** A heal that a person asked for, and that a gate did not let through. */
  refusedByHand(device: Monitored, by: string, gate: string, why: string): void {
    const message = `${device.device.label}: the heal that ${by} asked for is refused (${gate}): ${why}`;
    this.#options.store.addEvent({ type: 'heal-refused', level: 'warn', device: device.id, gate, message });
  }

  notice(message: string, level: EventRecord['level'] = 'info', device?: string): void {
    this.event('notice', message, device, level);
  }

  /** The fleet as plugins see it. */
  snapshot(): FleetSnapshot {
    return this.#picture.snapshot();
  }

  /** Time has passed. */
  refresh(): void {
    this.#picture.refresh();
    this.work.refresh();
  }

  #tick(): void {
    this.refresh();
    this.#ticker = this.#options.clock.setTimer(() => this.#tick(), TICK_MS);
  }

  #uplinkChanged(offline: boolean, why: string): void {
    const { clock, store } = this.#options;
    for (const device of this.fleet.all()) {
      device.stand(clock.monoMs(), offline);
      if (offline) device.state = withoutSoftFailures(device.state);
    }
    store.updateMonitor({ selfOffline: offline });
    this.event(offline ? 'self-offline' : 'self-online', why, undefined, offline ? 'bad' : 'good');
  }

  #tellStall(gapMs: number): void {
    if (gapMs < TICK_MS) return;
    this.event(
      'stalled',
      `netheal did not run for ${(gapMs / 1_000).toFixed(1)} s; failed checks of that time are repeated`,
      undefined,
      'warn',
    );
  }
}
