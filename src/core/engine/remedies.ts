import { messageOf } from '../errors.ts';
import type { Incident } from '../model/types.ts';
import type { Veto } from '../plugin.ts';
import { coolDown } from './attempt-record.ts';
import { pause } from './clock.ts';
import type { Monitored } from './monitored.ts';
import { attemptHeal, type HealRequest, type Next, tellObserved, verifyInterrupted } from './remedy.ts';
import type { RemedyContext } from './remedy-context.ts';

/** A gate that says nothing about when to ask again is asked after this time. */
const ASK_AGAIN_MS = 5_000;
/** However soon a plugin's gate wants to be asked again: nobody may make the engine spin. */
const ASK_AGAIN_AT_LEAST_MS = 100;
const AUTO: HealRequest = { by: 'auto', force: [] };
const STOPPING: Next = { kind: 'over', outcome: 'refused', reason: 'netheal is stopping', heal: null };
const RELOADING: Next = {
  kind: 'over',
  outcome: 'refused',
  reason: 'the config is being read again; try again in a moment',
  heal: null,
};

type Running = {
  /** Ends waiting: the device came back, or netheal stops. Never cuts off commands. */
  waiting: AbortController;
  done: Promise<Next | null>;
};

/** Who is being healed: at most one remedy a device, from the threshold until the device is well or a person is needed. */
export class Remedies {
  readonly #context: RemedyContext;
  readonly #running = new Map<string, Running>();
  #stopped = false;
  /** While the devices are being replaced: what begins now would go on with one that is no longer there. */
  #givingWay = false;
  /** Aborts when those that are held shall ask their gates again. */
  #asking = new AbortController();

  constructor(context: RemedyContext) {
    this.#context = context;
  }

  /** Starts the remedy of a device with an open incident; it goes on by itself. */
  start(device: Monitored): void {
    // A device without strategies is only watched: its incident says all there is to say.
    if (this.#stopped || this.#givingWay || this.#running.has(device.id)) return;
    if (device.strategies.length === 0) return;
    const called = this.#incidentOf(device)?.needsHuman ?? null;
    if (called !== null) {
      // A no, or a ladder at its end, holds as long as the incident: neither a relapse nor a restart is a new one.
      device.setHealing(this.#context.store, { phase: 'needs-human', reason: called });
      return;
    }
    this.#begin(device, (signal) => this.#treat(device, signal));
  }

  /** After a restart: an attempt was cut off. It counts; look first, then go on where the ladder stands. */
  resume(device: Monitored, settleMs: number): void {
    if (this.#running.has(device.id)) return;
    this.#begin(device, async (signal) => {
      const well = await verifyInterrupted(this.#context, device, settleMs, signal);
      device.setHealing(this.#context.store, { phase: 'idle', reason: null });
      const { attempts = 1 } = this.#incidentOf(device) ?? {};
      coolDown(this.#context, device, attempts);
      // Well or not: from here the ordinary verdict decides. If it is down, it is (again) found down by its checks.
      return well || !this.#incidentOf(device) || !device.broken ? null : this.#treat(device, signal);
    });
  }

  /** One attempt now, asked for by a person. Waiting remedies of the device give way to it. */
  async heal(device: Monitored, request: HealRequest): Promise<Next> {
    let tookOver = false;
    // Asked anew after each wait: another person may have been quicker.
    for (let before = this.#running.get(device.id); before; before = this.#running.get(device.id)) {
      const { phase } = device.healing;
      if (phase === 'running' || phase === 'settling' || phase === 'verifying') {
        return {
          kind: 'held',
          veto: { gate: 'target-busy', veto: `${device.device.label} is already being healed` },
        };
      }
      tookOver = true;
      before.waiting.abort('a person took over');
      await before.done;
    }
    if (this.#stopped) return STOPPING;
    if (this.#givingWay) return RELOADING;
    // The ladder may go on for long after the first turn: the person hears of that one.
    const first = Promise.withResolvers<Next>();
    const { done } = this.#begin(device, async (signal) => {
      const next = await this.#turn(device, request, signal);
      first.resolve(next);
      // A person whom a gate refused has taken nothing over: the remedy that gave way goes on.
      const goesOn = next.kind === 'retry' || (next.kind === 'held' && tookOver);
      return goesOn && this.#context.automatic() ? this.#treat(device, signal) : next;
    });
    void done.then((next) => first.resolve(next ?? STOPPING));
    return first.promise;
  }

  /** A person has changed what gates look at: who is held by one need not wait to hear of it. */
  askAgain(): void {
    this.#asking.abort();
    this.#asking = new AbortController();
  }

  /** The device is well again by other means: what waits has nothing left to do. */
  recovered(device: Monitored): void {
    this.#running.get(device.id)?.waiting.abort('the device came back by itself');
    const { phase, reason } = device.healing;
    if (phase === 'needs-human' || phase === 'cooling-down' || (phase === 'idle' && reason !== null)) {
      device.setHealing(this.#context.store, { phase: 'idle', reason: null });
    }
  }

  /** From here on nothing is begun any more; resolves when no attempt runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.giveWay('netheal stops');
  }

  /** Ends all waiting and resolves when no attempt runs any more; nothing begins before `change` is done. */
  async giveWay(why: string, change: () => void = () => undefined): Promise<void> {
    this.#givingWay = true;
    for (const { waiting } of this.#running.values()) waiting.abort(why);
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    this.#givingWay = false;
    change();
  }

  #begin(device: Monitored, work: (signal: AbortSignal) => Promise<Next | null>): Running {
    const waiting = new AbortController();
    const done = work(waiting.signal)
      .catch((thrown): Next => {
        // A mistake of ours must not end in a second, uncounted attempt: a person has to look.
        const reason = `the remedy failed: ${messageOf(thrown)}`;
        this.#needsHuman(device, reason, undefined);
        return { kind: 'needs-human', reason, heal: null };
      })
      .finally(() => {
        if (this.#running.get(device.id) === running) this.#running.delete(device.id);
      });
    const running: Running = { waiting, done };
    this.#running.set(device.id, running);
    return running;
  }

  /** Attempt after attempt, as the gates allow. */
  async #treat(device: Monitored, signal: AbortSignal): Promise<Next | null> {
    let heldBy: string | null = null;
    let observed = 0;
    while (!signal.aborted) {
      const next = await this.#turn(device, AUTO, signal, observed);
      if (next.kind === 'retry') continue;
      if (next.kind === 'observed') {
        observed++;
        await pause(this.#context.clock, next.tookMs, signal);
        continue;
      }
      if (next.kind !== 'held') return next;
      const { veto } = next;
      this.#showHeld(device, veto);
      if (veto.gate !== heldBy) this.#tellHeld(device, veto);
      heldBy = veto.gate;
      const waitMs = Math.max(ASK_AGAIN_AT_LEAST_MS, Math.min(veto.waitMs ?? ASK_AGAIN_MS, ASK_AGAIN_MS));
      await pause(this.#context.clock, waitMs, AbortSignal.any([signal, this.#asking.signal]));
    }
    return null;
  }

  /** `observed`: rungs of the ladder that observe mode has told of, as if they had been run in vain. */
  async #turn(device: Monitored, request: HealRequest, signal: AbortSignal, observed = 0): Promise<Next> {
    const open = this.#incidentOf(device);
    if (!open)
      return { kind: 'over', outcome: 'refused', reason: 'the device has no open incident', heal: null };
    const incident = { ...open, attempts: open.attempts + observed };
    const next = await attemptHeal(this.#context, device, incident, request, signal);
    if (next.kind === 'needs-human') this.#giveUp(device, request, next);
    if (next.kind === 'held' && next.veto.stopsAll) this.#stopAll(next.veto.veto);
    return next;
  }

  #incidentOf(device: Monitored): Incident | null {
    const incident =
      device.state.incident === null ? undefined : this.#context.store.incident(device.state.incident);
    return incident && incident.closedAt === null ? incident : null;
  }

  /** Its reason as it is now: what a gate counts changes while it holds. */
  #showHeld(device: Monitored, { gate, veto }: Veto): void {
    const reason = `${gate}: ${veto}`;
    if (device.healing.reason === reason) return;
    const phase = gate === 'cooling-down' ? 'cooling-down' : 'idle';
    device.setHealing(this.#context.store, { phase, reason });
  }

  /** One notice for each gate that begins to hold, not one for each time it is asked. */
  #tellHeld(device: Monitored, { gate, veto }: Veto): void {
    // The wait after an attempt is no news, but it is a refusal: who reads the log finds every one.
    this.#tellRefused(device, gate, veto, gate === 'cooling-down' ? 'info' : 'warn');
  }

  #tellRefused(device: Monitored, gate: string, why: string, level: 'info' | 'warn'): void {
    const message = `${device.device.label}: not healed now (${gate}): ${why}`;
    this.#context.store.addEvent({ type: 'heal-refused', level, device: device.id, gate, message });
  }

  #giveUp(device: Monitored, request: HealRequest, next: Extract<Next, { kind: 'needs-human' }>): void {
    const { reason, gate, heal } = next;
    if (this.#context.mode() === 'observe' && request === AUTO) {
      tellObserved(this.#context, device, `would have called a person: ${reason}`);
      return;
    }
    // What was begun has told its end itself, and a person at the keyboard is told in person.
    if (gate !== undefined && heal === null && request === AUTO)
      this.#tellRefused(device, gate, reason, 'warn');
    this.#needsHuman(device, reason, gate);
  }

  /** One loud notice an incident; probing goes on, and a recovery by other means resets it. */
  #needsHuman(device: Monitored, reason: string, gate: string | undefined): void {
    const { store, journal } = this.#context;
    device.setHealing(store, { phase: 'needs-human', reason });
    const incident = this.#incidentOf(device);
    if (!incident || incident.needsHuman !== null) return;
    const marked = { ...incident, needsHuman: reason };
    journal.append({ type: 'incident', incident: marked });
    store.putIncident(marked);
    store.addEvent({
      type: 'needs-human',
      level: 'bad',
      device: device.id,
      incident: incident.id,
      ...(gate === undefined ? {} : { gate }),
      message: `${device.device.label} needs a person: ${reason}`,
    });
  }

  #stopAll(reason: string): void {
    const { store, journal, clock } = this.#context;
    if (journal.state.healingStopped !== null) return;
    journal.append({ type: 'healing-stopped', reason, at: clock.now() });
    store.updateMonitor({ healingStopped: reason });
    store.addEvent({
      type: 'paused',
      level: 'bad',
      message: `all healing is stopped until a person resumes it: ${reason}`,
    });
  }
}
