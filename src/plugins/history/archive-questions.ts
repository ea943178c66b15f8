import type { HealPlan, TranscriptLine } from 'netheal/plugin';

/** `[at, checks, lossPercent, minMs, avgMs, maxMs]`; null where there were no checks, or no answers. */
export type SeriesPoint = readonly [
  at: number,
  checks: number,
  lossPercent: number | null,
  minMs: number | null,
  avgMs: number | null,
  maxMs: number | null,
];

export type DayRow = Readonly<{
  /** `2026-11-23`, local time. */
  day: string;
  /** Of the time that counts; null where none does. */
  uptimePercent: number | null;
  downMs: number;
  outages: number;
  checks: number;
}>;

export type IncidentRow = Readonly<{
  id: string;
  device: string;
  openedAt: number;
  recoveredAt: number | null;
  closedAt: number | null;
  failure: unknown;
  attempts: number;
  needsHuman: string | null;
  acknowledged: unknown;
}>;

/** What a list of heals has of one; `outcome` is null while it runs. */
export type HealRow = Readonly<{
  id: string;
  device: string;
  incident: string | null;
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

/** A gate that held a heal of the same incident before this one ran. */
export type GateRow = Readonly<{ at: number; gate: string; message: string }>;

export type HealDetail = HealRow &
  Readonly<{ plan: HealPlan | null; gates: readonly GateRow[]; transcript: readonly TranscriptLine[] }>;

export type EventRow = Readonly<{
  /** Where it lies in the history: what a list goes on from. */
  row: number;
  at: number;
  seq: number;
  type: string;
  level: string;
  device: string | null;
  message: string;
  detail: unknown;
}>;

export type ReportedRow = Readonly<{
  device: string;
  checks: number;
  uptimePercent: number | null;
  unreachablePercent: number | null;
  downMs: number;
  outages: number;
  averageRttMs: number | null;
  healsDone: number;
  healsFailed: number;
  healsRefused: number;
}>;

type Page = Readonly<{ limit: number; offset: number }>;

/** What may be asked of a history, and what it answers. */
export type Questions = {
  series: {
    ask: Readonly<{ device: string; from: number; to: number; points: number }>;
    answer: Readonly<{
      device: string;
      from: number;
      to: number;
      stepMs: number;
      points: readonly SeriesPoint[];
    }>;
  };
  days: {
    ask: Readonly<{ device: string; days: number; now: number }>;
    answer: Readonly<{ device: string; days: readonly DayRow[] }>;
  };
  incidents: {
    ask: Page & Readonly<{ device?: string; from?: number; to?: number }>;
    answer: Readonly<{ total: number; incidents: readonly IncidentRow[] }>;
  };
  heals: {
    ask: Page & Readonly<{ device?: string }>;
    answer: Readonly<{ total: number; heals: readonly HealRow[] }>;
  };
  heal: { ask: Readonly<{ id: string }>; answer: HealDetail | null };
  events: {
    ask: Readonly<{ device?: string; before?: number; limit: number }>;
    answer: Readonly<{ events: readonly EventRow[] }>;
  };
  report: {
    ask: Readonly<{ from: number; to: number }>;
    answer: Readonly<{ from: number; to: number; devices: readonly ReportedRow[] }>;
  };
};
export type QuestionName = keyof Questions;
export type Ask<N extends QuestionName> = Questions[N]['ask'];
export type Answer<N extends QuestionName> = Questions[N]['answer'];
