import type { HealView } from '../api/types.ts';
import type { Journal } from '../journal.ts';
import type { Hooks } from '../kernel/hooks.ts';
import { withFlapping, withIncident } from '../model/state.ts';
import type { Store } from '../store.ts';
import type { Clock } from './clock.ts';
import type { Fleet } from './fleet.ts';
import type { JournalAttempt } from './journal-state.ts';
import type { Remedies } from './remedies.ts';

type RestoreContext = Readonly<{
  clock: Clock;
  hooks: Hooks;
  store: Store;
  journal: Journal;
  fleet: Fleet;
  remedies: Remedies;
  hardStop: AbortSignal;
}>;

/** After a restart: what the journal knows becomes the state again, before the first check. */
export function restore(context: RestoreContext): void {
  const { journal, store, fleet } = context;
  const { incidents, attempts, flapping, pausedDevices, paused, healingStopped } = journal.state;
  for (const id of Object.keys(incidents)) restoreIncident(context, id);
  for (const attempt of Object.values(attempts)) {
    if (attempt.end === null) takeUpInterrupted(context, attempt);
    else restoreEnded(context, attempt, attempt.end);
  }
  for (const [id, history] of Object.entries(flapping)) {
    const device = fleet.get(id);
    if (device) device.state = withFlapping(device.state, history);
    else journal.append({ type: 'flapping', device: id, history: null });
  }
  for (const id of pausedDevices) {
    const device = fleet.get(id);
    if (device) device.paused = true;
  }
  store.updateMonitor({ paused, healingStopped });
}

/** An open incident goes on where it stood; what a device does from now on continues it. */
function restoreIncident({ clock, journal, store, fleet }: RestoreContext, id: string): void {
  const incident = journal.state.incidents[id]!;
  const device = fleet.get(incident.device);
  if (!device) {
    // Taken out of the config meanwhile: nobody will ever see it recover.
    journal.append({ type: 'incident', incident: { ...incident, closedAt: clock.now() } });
    return;
  }
  store.putIncident(incident);
  device.state = withIncident(device.state, id);
  const until = journal.state.cooldowns[device.id];
  if (until !== undefined) {
    device.setHealing(store, { notBeforeMonoMs: clock.monoMs() + until - clock.now() });
  }
  if (incident.needsHuman !== null)
    device.setHealing(store, { phase: 'needs-human', reason: incident.needsHuman });
}

/** An attempt without an end was cut off: it counts, whatever was run, and the device is looked at before anything else. */
function takeUpInterrupted(context: RestoreContext, cut: JournalAttempt): void {
  const { clock, hooks, journal, store, fleet, remedies, hardStop } = context;
  const { id, attempt, plan, by, at } = cut;
  const { maxAttempts } = plan;
  const outcome = 'interrupted' as const;
  const reason = 'netheal ended while it ran; whether its commands were run is not known';
  journal.append({ type: 'attempt-end', id, end: { outcome, reason, at: clock.now(), spent: true } });

  const device = fleet.get(cut.device);
  const known = journal.state.incidents[cut.incident];
  if (!device || !known) return;
  const incident = { ...known, attempts: Math.max(known.attempts, attempt) };
  journal.append({ type: 'incident', incident });
  store.putIncident(incident);
  store.putHeal(healView(cut, { outcome, reason, at: clock.now() }));
  store.addEvent({
    type: 'heal-finished',
    level: 'bad',
    device: device.id,
    heal: id,
    incident: incident.id,
    outcome,
    message: `${device.device.label}: heal ${attempt}/${maxAttempts} interrupted: ${reason}; it counts, and the device is verified first`,
  });
  if (hooks.afterHeal.isUsed()) {
    const targets = plan.steps.map(({ target }) => target);
    void hooks.afterHeal.promise(
      {
        incident,
        device: device.device,
        plan,
        attempt,
        maxAttempts,
        by,
        targets,
        force: [],
        signal: hardStop,
      },
      { outcome, reason, durationMs: clock.now() - at, transcript: [] },
    );
  }
  remedies.resume(device, plan.settleMs);
}

/** Attempts of incidents that are still open are shown with them; one that was interrupted is verified first. */
function restoreEnded(context: RestoreContext, attempt: JournalAttempt, end: Ending): void {
  const { journal, store, fleet, remedies } = context;
  const incident = journal.state.incidents[attempt.incident];
  const device = fleet.get(attempt.device);
  if (!device || !incident) return;
  store.putHeal(healView(attempt, end));
  const isLast = attempt.attempt === incident.attempts;
  if (end.outcome === 'interrupted' && isLast && incident.needsHuman === null) {
    remedies.resume(device, attempt.plan.settleMs);
  }
}

type Ending = Pick<NonNullable<JournalAttempt['end']>, 'outcome' | 'reason' | 'at'>;

/** The transcript is not journalled: it is in the log of events. */
function healView({ id, device, incident, attempt, plan, by, at }: JournalAttempt, end: Ending): HealView {
  return {
    id,
    device,
    incident,
    attempt,
    maxAttempts: plan.maxAttempts,
    strategy: plan.strategy,
    phase: 'done',
    outcome: end.outcome,
    reason: end.reason,
    by,
    plan,
    startedAt: at,
    finishedAt: end.at,
    expiresAt: null,
    transcript: [],
  };
}
