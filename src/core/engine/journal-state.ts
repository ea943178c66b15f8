import type { HealPlan, HealResult, Incident } from '../model/types.ts';
import type { AdHocDowntime } from './downtimes.ts';

/** An attempt as the journal keeps it: written before its first command, completed when it ends. */
export type JournalAttempt = Readonly<{
  id: string;
  incident: string;
  device: string;
  attempt: number;
  plan: HealPlan;
  by: string;
  at: number;
  end: Readonly<{ outcome: HealResult; reason: string; at: number; spent: boolean }> | null;
}>;

/** Commands that a person has put in the place of those of a plan; good for the incident, and each time asked about anew. */
export type PlanEdit = Readonly<{
  incident: string;
  /** Hash of the plan as the config has it. */
  of: string;
  /** The lines of each of its steps. */
  steps: readonly (readonly string[])[];
  by: string;
}>;

/** What must survive kill -9. */
export type JournalState = Readonly<{
  /** Those that are open. */
  incidents: Readonly<Record<string, Incident>>;
  attempts: Readonly<Record<string, JournalAttempt>>;
  /** Of open incidents; the newest of each plan. */
  edits: readonly PlanEdit[];
  /** Wall time before which a device must not be healed again. */
  cooldowns: Readonly<Record<string, number>>;
  downtimes: readonly AdHocDowntime[];
  /** Devices whose planned downtimes a person has ended: those that would last until this moment at most. */
  downtimesEnded: Readonly<Record<string, number>>;
  /** Devices that flap, with the results that showed it. */
  flapping: Readonly<Record<string, readonly boolean[]>>;
  paused: Readonly<{ by: string; at: number }> | null;
  pausedDevices: readonly string[];
  /** Why the blast radius stopped all healing, until a person resets it. */
  healingStopped: string | null;
  /** The highest numbers given out so far. */
  lastIncident: number;
  lastHeal: number;
}>;

export type JournalEntry =
  | Readonly<{ type: 'state'; state: JournalState }>
  | Readonly<{ type: 'incident'; incident: Incident }>
  | Readonly<{ type: 'attempt'; attempt: JournalAttempt }>
  | Readonly<{ type: 'attempt-end'; id: string; end: NonNullable<JournalAttempt['end']> }>
  | Readonly<{ type: 'cooldown'; device: string; until: number }>
  | Readonly<{ type: 'approval-asked'; heal: string; hash: string; at: number }>
  | Readonly<{ type: 'approval'; heal: string; hash: string; by: string; at: number; approved: boolean }>
  | Readonly<{ type: 'plan-edited'; heal: string; at: number; edit: PlanEdit }>
  | Readonly<{ type: 'downtime'; downtime: AdHocDowntime }>
  | Readonly<{ type: 'downtime-ended'; device: string; by: string; at: number; until: number }>
  /** `history: null`: it no longer does. */
  | Readonly<{ type: 'flapping'; device: string; history: readonly boolean[] | null }>
  | Readonly<{ type: 'paused'; device: string | null; by: string; at: number }>
  | Readonly<{ type: 'resumed'; device: string | null; by: string; at: number }>
  | Readonly<{ type: 'healing-stopped'; reason: string; at: number }>;

export const EMPTY_JOURNAL: JournalState = {
  incidents: {},
  attempts: {},
  edits: [],
  cooldowns: {},
  downtimes: [],
  downtimesEnded: {},
  flapping: {},
  paused: null,
  pausedDevices: [],
  healingStopped: null,
  lastIncident: 0,
  lastHeal: 0,
};

/** The state after one more entry. Pure. @throws TypeError for what is no entry */
export function reduceJournal(state: JournalState, entry: JournalEntry): JournalState {
  switch (entry.type) {
    case 'state':
      return { ...EMPTY_JOURNAL, ...entry.state };
    case 'incident': {
      const { incident } = entry;
      const lastIncident = Math.max(state.lastIncident, Number(incident.id) || 0);
      const { [incident.id]: _, ...others } = state.incidents;
      // What is closed is over: nothing that comes after a restart depends on it.
      if (incident.closedAt === null)
        return { ...state, lastIncident, incidents: { ...others, [incident.id]: incident } };
      const edits = state.edits.filter((edit) => edit.incident !== incident.id);
      return { ...state, lastIncident, incidents: others, edits };
    }
    case 'attempt': {
      const { attempt } = entry;
      const lastHeal = Math.max(state.lastHeal, Number(attempt.id) || 0);
      return { ...state, lastHeal, attempts: { ...state.attempts, [attempt.id]: attempt } };
    }
    case 'attempt-end': {
      const attempt = state.attempts[entry.id];
      if (!attempt) return state;
      return { ...state, attempts: { ...state.attempts, [entry.id]: { ...attempt, end: entry.end } } };
    }
    case 'cooldown':
      return { ...state, cooldowns: { ...state.cooldowns, [entry.device]: entry.until } };
    case 'approval-asked':
    case 'approval':
      // Only for the record: an approval is worth nothing after a restart, the person is asked again.
      return { ...state, lastHeal: Math.max(state.lastHeal, Number(entry.heal) || 0) };
    case 'plan-edited': {
      const { edit } = entry;
      const others = state.edits.filter(({ incident, of }) => incident !== edit.incident || of !== edit.of);
      return { ...state, edits: [...others, edit] };
    }
    case 'downtime':
      return { ...state, downtimes: [...state.downtimes, entry.downtime] };
    case 'downtime-ended': {
      const { device, at, until } = entry;
      // One that a device has begun keeps its place: in its window it must not begin again.
      const downtimes = state.downtimes.map((one) => (one.device === device ? { ...one, until: at } : one));
      return { ...state, downtimes, downtimesEnded: { ...state.downtimesEnded, [device]: until } };
    }
    case 'flapping': {
      const { [entry.device]: _, ...others } = state.flapping;
      const flapping = entry.history === null ? others : { ...others, [entry.device]: entry.history };
      return { ...state, flapping };
    }
    case 'paused':
      if (entry.device === null) return { ...state, paused: { by: entry.by, at: entry.at } };
      return { ...state, pausedDevices: [...new Set([...state.pausedDevices, entry.device])] };
    case 'resumed':
      if (entry.device === null) return { ...state, paused: null, healingStopped: null };
      return { ...state, pausedDevices: state.pausedDevices.filter((id) => id !== entry.device) };
    case 'healing-stopped':
      return { ...state, healingStopped: entry.reason };
    default:
      // Written by another version, or damaged: what is known so far must not be lost with it.
      throw new TypeError(`a journal entry of type ${(entry as { type?: unknown }).type} is not known`);
  }
}

const HOUR_MS = 3_600_000;

/** What is still worth keeping: open incidents with their attempts, and the attempts of the last hour. */
export function compactJournal(state: JournalState, now: number): JournalState {
  return {
    ...state,
    attempts: pick(state.attempts, ({ incident, at }) => incident in state.incidents || now - at < HOUR_MS),
    cooldowns: pick(state.cooldowns, (until) => until > now),
    downtimesEnded: pick(state.downtimesEnded, (until) => until > now),
    downtimes: state.downtimes.filter(({ until, windowEnd = 0 }) => Math.max(until, windowEnd) > now),
  };
}

function pick<T>(record: Readonly<Record<string, T>>, keep: (value: T) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => keep(value)));
}
