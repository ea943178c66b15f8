import type { HealView } from '../api/types.ts';
import { waitBeforeNext } from '../model/heal-policy.ts';
import type { HealResult, Incident } from '../model/types.ts';
import type { HealAttempt, HealOutcome } from '../plugin.ts';
import type { NewEvent } from '../store.ts';
import type { Monitored } from './monitored.ts';
import type { RemedyContext } from './remedy-context.ts';
import { LiveTranscript } from './transcript.ts';

type RecordContext = Pick<RemedyContext, 'clock' | 'store' | 'journal' | 'hooks'>;

/** The account of one attempt: journal, incident, view, events and hooks always tell the same story. */
export class AttemptRecord {
  readonly transcript: LiveTranscript;
  readonly #context: RecordContext;
  readonly #device: Monitored;
  readonly #attempt: HealAttempt;
  readonly #begunMonoMs: number;
  #heal: HealView;

  constructor(context: RecordContext, device: Monitored, attempt: HealAttempt, pending: HealView) {
    this.#context = context;
    this.#device = device;
    this.#attempt = attempt;
    this.#begunMonoMs = context.clock.monoMs();
    this.#heal = { ...pending, phase: 'running', startedAt: context.clock.now(), expiresAt: null };
    this.transcript = new LiveTranscript(context.clock.now, (line) => {
      this.#show({ transcript: [...this.transcript.lines] });
      if (line.kind !== 'command') return;
      const { place } = this.transcript;
      const message = `${place === null ? '' : `on ${place} `}$ ${line.text}`;
      this.#tell({ type: 'heal-step', level: 'info', message });
    });
  }

  get id(): string {
    return this.#heal.id;
  }

  /** Journals the attempt, counts it and says so. @throws the error of the disk: then nothing may run */
  begin(): void {
    const { journal, store } = this.#context;
    const { incident, attempt, plan, by } = this.#attempt;
    const { id, startedAt: at } = this.#heal;
    journal.append({
      type: 'attempt',
      attempt: { id, incident: incident.id, device: this.#device.id, attempt, plan, by, at, end: null },
    });
    // Who was called has sent it here, or the ladder goes on: whether a person is needed will be found out anew.
    store.putIncident({ ...this.#incident, attempts: attempt, needsHuman: null });
    this.enter('running');
    this.#tell({
      type: 'heal-started',
      level: 'warn',
      message: `heal ${this.#nth} started: "${plan.strategy}" (${by})`,
    });
  }

  enter(phase: 'running' | 'settling' | 'verifying'): void {
    this.#device.setHealing(this.#context.store, { phase, reason: null });
    this.#show({ phase });
  }

  /** Ends the attempt. `spent`: something was run, so it counts. */
  finish(outcome: HealResult, reason: string, spent: boolean): void {
    const { clock, journal, store, hooks } = this.#context;
    const { attempt } = this.#attempt;
    this.transcript.write('verdict', `${outcome}: ${reason}`);
    const finishedAt = clock.now();
    const incident = { ...this.#incident, attempts: spent ? attempt : attempt - 1 };
    // The count before the end: after a crash between the two the attempt is without an end, and so it is counted.
    journal.append({ type: 'incident', incident });
    journal.append({ type: 'attempt-end', id: this.id, end: { outcome, reason, at: finishedAt, spent } });
    store.putIncident(incident);
    this.#device.setHealing(store, { phase: 'idle', reason: null });
    this.#show({ phase: 'done', outcome, reason, finishedAt, transcript: [...this.transcript.lines] });
    if (!spent)
      this.#tell({
        type: 'heal-refused',
        level: 'bad',
        gate: 'access',
        message: `not healed (access): ${reason}`,
      });
    this.#tell({
      type: 'heal-finished',
      level: outcome === 'healed' ? 'good' : 'bad',
      outcome,
      message: `heal ${this.#nth} ${outcome}: ${spent ? reason : 'nothing was run, the attempt is not spent'}`,
    });
    const durationMs = clock.monoMs() - this.#begunMonoMs;
    const result: HealOutcome = { outcome, reason, durationMs, transcript: this.transcript.lines };
    if (hooks.afterHeal.isUsed()) void hooks.afterHeal.promise(this.#attempt, result);
  }

  get #nth(): string {
    return `${this.#attempt.attempt}/${this.#attempt.maxAttempts}`;
  }

  /** As it is now: while the attempt ran, a person may have acknowledged it. */
  get #incident(): Incident {
    return this.#context.store.incident(this.#attempt.incident.id) ?? this.#attempt.incident;
  }

  #show(change: Partial<HealView>): void {
    this.#heal = { ...this.#heal, ...change };
    this.#context.store.putHeal(this.#heal);
  }

  #tell(event: NewEvent): void {
    this.#context.store.addEvent({
      ...event,
      device: this.#device.id,
      heal: this.id,
      incident: this.#attempt.incident.id,
      message: `${this.#device.device.label}: ${event.message}`,
    });
  }
}

/** No further attempt on a device before the wait after its newest one is over, restarts included. */
export function coolDown(
  { clock, journal, store }: Pick<RecordContext, 'clock' | 'journal' | 'store'>,
  device: Monitored,
  attemptsDone: number,
): void {
  const lengthMs = waitBeforeNext(device.config.healPolicy.waitBetweenAttemptsMs, attemptsDone);
  journal.append({ type: 'cooldown', device: device.id, until: clock.now() + lengthMs });
  device.setHealing(store, { notBeforeMonoMs: clock.monoMs() + lengthMs });
}
