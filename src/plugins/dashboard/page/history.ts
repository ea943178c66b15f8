/** What the page asks of the history plugin, which may be turned off: then every answer is null. */
import type { HealPlan, TranscriptLine } from 'netheal/plugin';
import { answerOf } from './answers.ts';
import type { Incident } from './wire.ts';

/** `[at, checks, lossPercent, minMs, avgMs, maxMs]`; null where there were no checks, or no answers. */
export type SeriesPoint = readonly [
  at: number,
  checks: number,
  lossPercent: number | null,
  minMs: number | null,
  avgMs: number | null,
  maxMs: number | null,
];
export type Series = Readonly<{
  from: number;
  to: number;
  stepMs: number;
  points: readonly SeriesPoint[];
}>;

/** A day of a device, local time; `uptimePercent` is null where nothing of it counts. */
export type Day = Readonly<{
  day: string;
  uptimePercent: number | null;
  downMs: number;
  outages: number;
  checks: number;
}>;

export type PastEvent = Readonly<{
  at: number;
  device: string | null;
  type: string;
  level: 'info' | 'good' | 'warn' | 'bad';
  message: string;
  detail: Readonly<{ from?: string; to?: string }> | null;
}>;

export type PastHeal = Readonly<{
  id: string;
  device: string;
  startedAt: number;
  finishedAt: number | null;
  outcome: string | null;
  reason: string;
  attempt: number | null;
  maxAttempts: number | null;
  strategy: string | null;
  phase: string | null;
  by: string | null;
  editedBy: string | null;
}>;

/** With what was to be run, what held it before, and what was said. */
export type PastHealDetail = PastHeal &
  Readonly<{
    plan: HealPlan | null;
    gates: readonly Readonly<{ at: number; gate: string; message: string }>[];
    transcript: readonly TranscriptLine[];
  }>;

const named = (device: string | null): Readonly<Record<string, string>> =>
  device === null ? {} : { device };

const ask = <T>(question: string, query: Readonly<Record<string, string | number>>) =>
  answerOf<T>(
    `/api/plugins/history/${question}?${new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]))}`,
  );

/** RTT and loss of a device, epoch milliseconds. */
export const seriesOf = (device: string, from: number, to: number, points: number) =>
  ask<Series>('series', { device, from, to, points });

/** The last days of a device, the oldest first. */
export const daysOf = (device: string, days: number) =>
  ask<{ days: readonly Day[] }>('days', { device, days });

/** The last events of a device or of all, the newest first. */
export const eventsOf = (device: string | null, limit: number) =>
  ask<{ events: readonly PastEvent[] }>('events', { ...named(device), limit });

/** The last heals of a device or of all, the newest first. */
export const healsOf = (device: string | null, limit: number) =>
  ask<{ total: number; heals: readonly PastHeal[] }>('heals', { ...named(device), limit });

/** The last incidents, the newest first; those that are open are among them. */
export const incidentsOf = (limit: number) =>
  ask<{ total: number; incidents: readonly Incident[] }>('incidents', { limit });

/** A heal in full. */
export const healOf = (id: string) => ask<PastHealDetail>('heal', { id });
