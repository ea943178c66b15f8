import { z } from 'zod';
import { EMPTY_JOURNAL, type JournalEntry, type JournalState } from './journal-state.ts';

const text = z.string();
/** What a date can be. */
const at = z.number().min(-8.64e15).max(8.64e15);
const count = z.int().nonnegative();
const lines = z.array(text);

const incident = z.looseObject({
  id: text,
  device: text,
  openedAt: at,
  failure: z.looseObject({ kind: text, probe: text, message: text }),
  attempts: count,
  recoveredAt: at.nullable(),
  closedAt: at.nullable(),
  needsHuman: text.nullable(),
  acknowledged: z.looseObject({ by: text, reason: text, at, until: at.nullable() }).nullable(),
});
const plan = z.looseObject({
  device: text,
  strategy: text,
  attempt: count,
  maxAttempts: count,
  steps: z.array(z.looseObject({ kind: text, target: text, lines })),
  risk: z.enum(['low', 'medium', 'high']),
  approval: z.enum(['auto', 'ask', 'never']),
  settleMs: count,
  hash: text,
});
const end = z.looseObject({
  outcome: z.enum(['healed', 'failed', 'refused', 'interrupted']),
  reason: text,
  at,
  spent: z.boolean(),
});
const attempt = z.looseObject({
  id: text,
  incident: text,
  device: text,
  attempt: count,
  plan,
  by: text,
  at,
  end: end.nullable(),
});
const edit = z.looseObject({ incident: text, of: text, steps: z.array(lines), by: text });
const downtime = z.looseObject({ device: text, by: text, reason: text, until: at, windowEnd: at.optional() });
const history = z.array(z.boolean());
const paused = z.looseObject({ by: text, at });

const ENTRIES: { readonly [T in Exclude<JournalEntry['type'], 'state'>]: z.ZodType } = {
  incident: z.looseObject({ incident }),
  attempt: z.looseObject({ attempt }),
  'attempt-end': z.looseObject({ id: text, end }),
  cooldown: z.looseObject({ device: text, until: at }),
  'approval-asked': z.looseObject({ heal: text }),
  approval: z.looseObject({ heal: text }),
  'plan-edited': z.looseObject({ edit }),
  downtime: z.looseObject({ downtime }),
  'downtime-ended': z.looseObject({ device: text, at, until: at }),
  flapping: z.looseObject({ device: text, history: history.nullable() }),
  paused: z.looseObject({ device: text.nullable(), by: text, at }),
  resumed: z.looseObject({ device: text.nullable() }),
  'healing-stopped': z.looseObject({ reason: text }),
};

type Part = Readonly<{ all: z.ZodType; each?: z.ZodType }>;
const record = (each: z.ZodType): Part => ({ all: z.record(text, z.unknown()), each });
const list = (each: z.ZodType): Part => ({ all: z.array(z.unknown()), each });

const STATE: { readonly [K in keyof JournalState]: Part } = {
  incidents: record(incident),
  attempts: record(attempt),
  edits: list(edit),
  cooldowns: record(at),
  downtimes: list(downtime),
  downtimesEnded: record(at),
  flapping: record(history),
  paused: { all: paused.nullable() },
  pausedDevices: list(text),
  healingStopped: { all: text.nullable() },
  lastIncident: { all: count },
  lastHeal: { all: count },
};

/**
 * A line of the journal, once it is read back: what is damaged must not be believed, and must not end netheal either. Of a
 * whole state everything is kept that is whole. `isWhole`: nothing was left out.
 *
 * @throws where nothing can be made of it
 */
export function readEntry(line: string): { entry: JournalEntry; isWhole: boolean } {
  const value = z.looseObject({ type: text }).parse(JSON.parse(line));
  if (value.type === 'state') return readState(z.record(text, z.unknown()).parse(value.state));
  const schema = Object.hasOwn(ENTRIES, value.type) && ENTRIES[value.type as keyof typeof ENTRIES];
  if (!schema) throw new TypeError(`a journal entry of type ${value.type} is not known`);
  schema.parse(value);
  return { entry: value as unknown as JournalEntry, isWhole: true };
}

function readState(given: Readonly<Record<string, unknown>>): { entry: JournalEntry; isWhole: boolean } {
  let isWhole = true;
  const state: Record<string, unknown> = { ...EMPTY_JOURNAL };
  for (const [key, { all, each }] of Object.entries(STATE)) {
    // A version before this one has not known all of them.
    if (given[key] === undefined) continue;
    const isGood = (value: unknown) => {
      const { success } = (each ?? all).safeParse(value);
      isWhole &&= success;
      return success;
    };
    const part = all.safeParse(given[key]);
    if (!part.success) isWhole = false;
    else if (!each) state[key] = part.data;
    else if (Array.isArray(part.data)) state[key] = part.data.filter(isGood);
    else
      state[key] = Object.fromEntries(
        Object.entries(part.data as object).filter(([, value]) => isGood(value)),
      );
  }
  return { entry: { type: 'state', state: state as unknown as JournalState }, isWhole };
}
