import type { HealPlan } from '../model/types.ts';
import type { EventRecord } from '../plugin.ts';
import type { Store } from '../store.ts';

type At = Readonly<{ at: string; device: string }>;

/** One line of a replay; what `netheal replay --json` prints. Times are ISO 8601, as in the log of events. */
export type ReplayLine =
  /** An attempt that would have run: all of its plan. `asked`: somebody would have been asked first. */
  | (At &
      Readonly<{
        type: 'would-heal' | 'would-ask';
        incident: string;
        attempt: number;
        maxAttempts: number;
        strategy: string;
        risk: HealPlan['risk'];
        steps: HealPlan['steps'];
      }>)
  /** An attempt that a gate would have stopped; told when it begins to, not each time it is asked. */
  | (At & Readonly<{ type: 'would-refuse'; gate: string; reason: string }>)
  | (At & Readonly<{ type: 'needs-human'; gate: string | null; reason: string }>)
  /** What the log says of the device after the attempt: `recovered` is no proof that the commands would have done it. */
  | (At & Readonly<{ type: 'verification'; incident: string; attempt: number; recovered: boolean }>)
  | (At & Readonly<{ type: 'incident-opened' | 'incident-closed'; incident: string; message: string }>)
  /** What else explains why something was done or not: uplink, downtimes, flapping, healing stopped and resumed. */
  | Readonly<{
      type: 'event';
      at: string;
      event: EventRecord['type'];
      device: string | null;
      message: string;
    }>
  /** Of the replay itself: what the log and the config do not have in common, and what is assumed. */
  | Readonly<{ type: 'note'; message: string }>;

export type StoryCounts = Readonly<{
  incidents: number;
  heals: number;
  /** Attempts after which the log has the device well again within the time of the verification. */
  recovered: number;
  notRecovered: number;
  /** How often each gate stopped an attempt. */
  refused: Readonly<Record<string, number>>;
  /** Incidents that would have ended in a call for a person. */
  needsHuman: number;
  selfOffline: number;
}>;

type Teller = (event: EventRecord & { device: string }) => ReplayLine | null;

const ALSO_TOLD: ReadonlySet<EventRecord['type']> = new Set([
  'self-offline',
  'self-online',
  'downtime',
  'flapping-started',
  'flapping-stopped',
  'paused',
  'resumed',
  'plugin-fault',
]);

/** Makes the lines of a replay from the events of the engine, and counts. */
export class Story {
  readonly #store: Store;
  readonly #incidents = new Set<string>();
  readonly #refused: Record<string, number> = {};
  /** The gate that refused a device last: the call for a person that follows from it is no second refusal. */
  readonly #refusedBy = new Map<string, string>();
  #heals = 0;
  #recovered = 0;
  #notRecovered = 0;
  #needsHuman = 0;
  #selfOffline = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The line that an event becomes; null for what a replay does not tell. */
  line(event: EventRecord): ReplayLine | null {
    const { type, at, device = null, message } = event;
    const teller = this.#tellers[type];
    if (teller && device !== null) return teller({ ...event, device });
    if (!ALSO_TOLD.has(type)) return null;
    if (type === 'self-offline') this.#selfOffline++;
    return { type: 'event', at, event: type, device, message };
  }

  counts(): StoryCounts {
    return {
      incidents: this.#incidents.size,
      heals: this.#heals,
      recovered: this.#recovered,
      notRecovered: this.#notRecovered,
      refused: { ...this.#refused },
      needsHuman: this.#needsHuman,
      selfOffline: this.#selfOffline,
    };
  }

  readonly #tellers: Partial<Record<EventRecord['type'], Teller>> = {
    'incident-opened': ({ at, device, incident = '', message }) => {
      this.#incidents.add(incident);
      return { type: 'incident-opened', at, device, incident, message };
    },
    'incident-closed': ({ at, device, incident = '', message }) => ({
      type: 'incident-closed',
      at,
      device,
      incident,
      message,
    }),
    'heal-started': (event) => {
      this.#heals++;
      this.#refusedBy.delete(event.device);
      return this.#planned('would-heal', event);
    },
    'approval-asked': (event) => this.#planned('would-ask', event),
    'heal-finished': ({ at, device, heal = '', outcome }) => {
      const view = this.#store.heal(heal);
      if (!view || (outcome !== 'healed' && outcome !== 'failed')) return null;
      const recovered = outcome === 'healed';
      if (recovered) this.#recovered++;
      else this.#notRecovered++;
      return { type: 'verification', at, device, incident: view.incident, attempt: view.attempt, recovered };
    },
    'heal-refused': ({ at, device, gate = 'unknown', level, message }) => {
      // The wait between two attempts is part of the ladder: nothing was stopped.
      if (level === 'info') return null;
      this.#refuse(device, gate);
      return { type: 'would-refuse', at, device, gate, reason: reasonOf(message, gate) };
    },
    'needs-human': ({ at, device, gate = null, message }) => {
      this.#needsHuman++;
      if (gate !== null && this.#refusedBy.get(device) !== gate) this.#refuse(device, gate);
      return { type: 'needs-human', at, device, gate, reason: message.replace(/^.*? needs a person: /, '') };
    },
  };

  #planned(type: 'would-heal' | 'would-ask', event: EventRecord & { device: string }): ReplayLine | null {
    const view = this.#store.heal(event.heal ?? '');
    if (!view) return null;
    const { incident, attempt, maxAttempts, strategy, plan } = view;
    const { risk, steps } = plan;
    const { at, device } = event;
    return { type, at, device, incident, attempt, maxAttempts, strategy, risk, steps };
  }

  #refuse(device: string, gate: string): void {
    this.#refused[gate] = (this.#refused[gate] ?? 0) + 1;
    this.#refusedBy.set(device, gate);
  }
}

/** `Web server: not healed now (downtime): in downtime: backup`: what stands behind the gate. */
function reasonOf(message: string, gate: string): string {
  const mark = `(${gate}): `;
  const at = message.indexOf(mark);
  return at < 0 ? message.replace(/^.*?: heal refused: /, '') : message.slice(at + mark.length);
}
