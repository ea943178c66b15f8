import type { Journal } from '../journal.ts';
import type { Hooks } from '../kernel/hooks.ts';
import { isOfDegraded } from '../model/heal-policy.ts';
import { withIncident } from '../model/state.ts';
import type { Fact, Failure } from '../model/types.ts';
import type { Store } from '../store.ts';
import type { Clock } from './clock.ts';
import { newIncident } from './incident.ts';
import type { Monitored } from './monitored.ts';
import type { Remedies } from './remedies.ts';

export type FactsContext = Readonly<{
  clock: Clock;
  hooks: Hooks;
  store: Store;
  journal: Journal;
  remedies: () => Remedies;
  healingOn: () => boolean;
  /** Words for why an unreachable device is unreachable. */
  rootCauseOf: (id: string) => string | null;
  beginFlexibleDowntime: (device: Monitored) => void;
}>;

type Teller<F extends Fact> = (context: FactsContext, device: Monitored, fact: F) => void;

/** What each fact becomes: events for people, hooks for plugins, entries in the journal, a heal that is started. */
const TELLERS: { readonly [T in Fact['type']]: Teller<Extract<Fact, { type: T }>> } = {
  'soft-failure': () => undefined,
  'soft-recovery': () => undefined,
  'status-change': tellChange,
  'threshold-reached': openIncident,
  relapse: ({ remedies, healingOn, store }, device) => {
    const incident = store.incident(device.state.incident ?? '');
    // Recovery times are not worth a write to the disk: after a restart they are found anew.
    if (incident) store.putIncident({ ...incident, recoveredAt: null });
    if (healingOn()) remedies().start(device);
  },
  'incident-recovered': ({ remedies, store, clock }, device) => {
    const incident = store.incident(device.state.incident ?? '');
    if (incident) store.putIncident({ ...incident, recoveredAt: clock.now() });
    remedies().recovered(device);
  },
  'incident-closed': closeIncident,
  'flapping-started': ({ store, journal }, device, { percent }) => {
    journal.append({ type: 'flapping', device: device.id, history: device.state.flapHistory });
    const message = `${device.device.label} is flapping (${Math.round(percent)} %): not healed until it settles`;
    store.addEvent({ type: 'flapping-started', level: 'warn', device: device.id, message });
  },
  'flapping-stopped': ({ store, journal }, device) => {
    journal.append({ type: 'flapping', device: device.id, history: null });
    const message = `${device.device.label} no longer flaps`;
    store.addEvent({ type: 'flapping-stopped', level: 'info', device: device.id, message });
  },
};

/** Observers are not waited for: a hook that hangs must not delay the next check. */
export function tellFacts(context: FactsContext, device: Monitored, facts: readonly Fact[]): void {
  for (const fact of facts) (TELLERS[fact.type] as Teller<Fact>)(context, device, fact);
}

function tellChange(
  { hooks, store, clock, rootCauseOf, beginFlexibleDowntime }: FactsContext,
  device: Monitored,
  { from, to, failure }: Extract<Fact, { type: 'status-change' }>,
): void {
  const level = to === 'up' ? 'good' : to === 'down' ? 'bad' : 'warn';
  const message = `${device.device.label} is ${to}${because(to, failure, rootCauseOf(device.id))}, was ${from}`;
  store.addEvent({ type: 'status-change', level, device: device.id, from, to, message });
  // Before the incident is opened: nobody may heal what is being worked on.
  if (to === 'down') beginFlexibleDowntime(device);
  if (!hooks.onStatusChange.isUsed()) return;
  void hooks.onStatusChange.promise({ device: device.device, from, to, at: clock.now(), failure });
}

function because(to: string, failure: Failure | null, rootCause: string | null): string {
  if (to === 'unreachable') return ` (behind ${rootCause ?? 'its parents'})`;
  return failure === null ? '' : ` (${failure.probe}: ${failure.message})`;
}

function openIncident(
  { hooks, store, journal, clock, remedies, healingOn }: FactsContext,
  device: Monitored,
  { failure }: Extract<Fact, { type: 'threshold-reached' }>,
): void {
  const incident = newIncident(journal.state, device.id, failure, clock.now());
  journal.append({ type: 'incident', incident });
  device.state = withIncident(device.state, incident.id);
  store.putIncident(incident);
  const message = `incident #${incident.id}: ${device.device.label} is ${device.state.reachability} (${failure.probe}: ${failure.message})`;
  store.addEvent({
    type: 'incident-opened',
    level: 'bad',
    device: device.id,
    incident: incident.id,
    message,
  });
  if (hooks.onThresholdReached.isUsed()) void hooks.onThresholdReached.promise(incident, device.device);
  if (healingOn()) remedies().start(device);
}

function closeIncident({ store, journal, clock, remedies }: FactsContext, device: Monitored): void {
  // The state has let go of its incident already; the newest open one of this device is the one that ends.
  const incident = [...store.incidents()].find((open) => open.device === device.id && open.closedAt === null);
  if (!incident) return;
  remedies().recovered(device);
  const closed = { ...incident, closedAt: clock.now(), recoveredAt: incident.recoveredAt ?? clock.now() };
  journal.append({ type: 'incident', incident: closed });
  store.putIncident(closed);
  const seconds = Math.round((closed.recoveredAt - closed.openedAt) / 1_000);
  const message = `incident #${incident.id} closed: ${device.device.label} was ${isOfDegraded(closed.failure) ? 'degraded' : 'down'} for ${seconds} s`;
  store.addEvent({
    type: 'incident-closed',
    level: 'good',
    device: device.id,
    incident: incident.id,
    message,
  });
}
