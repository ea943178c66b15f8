import type { CsvRow, Event } from '../netheal.ts';
import { timing } from './fleet.ts';
import type { DeviceTruth, Recorded, Stretch } from './truth.ts';

/** What netheal said, and the log it wrote. */
export type Said = Readonly<{
  events: readonly Event[];
  csv: readonly CsvRow[];
  addresses: ReadonlyMap<string, string>;
}>;

export type Rule =
  | 'missed outage'
  | 'false alarm'
  | 'false recovery'
  | 'wrong root cause'
  | 'not one incident'
  | 'false heal'
  | 'left alone'
  | 'command doubled'
  | 'verification disagrees'
  | 'too many at once'
  | 'log contradicts kernel'
  | 'not well at the end';

/** Something that must not be. */
export type Finding = Readonly<{ rule: Rule; device: string; at: number; text: string }>;

/** An outage that was told, or lasted long enough for it. */
export type Outage = Readonly<{
  device: string;
  kind: string;
  stretch: Stretch;
  /** How long it took to be told; null where netheal could not see it at first, or still called the device down. */
  detectedMs: number | null;
}>;

/** An attempt as netheal's events tell it. */
export type Heal = Readonly<{ id: string; device: string; from: number; to: number; outcome: string }>;

export type Judgement = Readonly<{
  findings: readonly Finding[];
  outages: readonly Outage[];
  heals: readonly Heal[];
  /** Own outages that were too short to be confirmed by anybody. */
  tooShort: number;
  rootCauses: number;
  incidents: number;
  checks: number;
}>;

/** Room for the moments between what happens and what is seen of it. */
export const SLACK_MS = 500;
/** How old a look may be on which a heal is begun: the last check, its timeout, and the way to the device's log. */
export const LAST_LOOK_MS = timing.retryIntervalMs + timing.timeoutMs + 1_000;
/** Everything a rule looks at. */
export type Case = Readonly<{
  recorded: Recorded;
  said: Said;
  truths: ReadonlyMap<string, DeviceTruth>;
  heals: readonly Heal[];
  /** Times in which netheal could see nothing: its uplink was gone, it did not run, it stood still. */
  blind: readonly Stretch[];
  uplinkGone: readonly Stretch[];
  /** The machine had no time for us, or for netheal, or for a device that should have answered. */
  standstill: readonly Stretch[];
}>;

/** When an event was told. */
export const timeOf = (event: Event) => Date.parse(event.at);
export const isDownWord = (word: string | undefined) => word === 'down' || word === 'unreachable';
