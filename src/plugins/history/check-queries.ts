import type { DatabaseSync } from 'node:sqlite';
import type { Answer, Ask, DayRow, ReportedRow, SeriesPoint } from './archive-questions.ts';
import { firstRowSince } from './reader.ts';
import type { Retention } from './retention.ts';

/** What the queries on checks read. */
export type Archives = Readonly<{
  history: DatabaseSync;
  rollups: DatabaseSync;
  /** The number of a device among the roll-ups. */
  deviceNumber(name: string): number | null;
  retention: Retention;
  now(): number;
}>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** So many rows of all devices are read for a curve of one: a tenth of a second. Rows of checks have no index. */
const MOST_RAW_ROWS = 200_000;

type SlotRow = Readonly<{
  slot: number;
  checks: number;
  loss: number;
  rtts: number;
  rttUs: number;
  least: number | null;
  most: number | null;
}>;

/** A curve of one device, from the rows that are fine enough and still there. */
export function series(archives: Archives, { device, from, to, points }: Ask<'series'>): Answer<'series'> {
  const wantedMs = Math.max(1_000, Math.ceil((to - from) / points));
  const { stepMs, rows } =
    rawSlots(archives, device, from, to, wantedMs) ?? rolledSlots(archives, device, from, to, wantedMs);
  const begin = Math.floor(from / stepMs) * stepMs;
  const count = Math.ceil((to - begin) / stepMs);
  const bySlot = new Map(rows.map((row) => [row.slot, row]));
  return {
    device,
    from,
    to,
    stepMs,
    points: Array.from({ length: count }, (_, slot) => pointOf(begin + slot * stepMs, bySlot.get(slot))),
  };
}

function pointOf(at: number, row: SlotRow | undefined): SeriesPoint {
  if (!row || row.checks === 0) return [at, 0, null, null, null, null];
  const ms = (us: number | null) => (us === null ? null : us / 1_000);
  const averageMs = row.rtts === 0 ? null : row.rttUs / row.rtts / 1_000;
  return [at, row.checks, row.loss / row.checks, ms(row.least), averageMs, ms(row.most)];
}

type Slots = Readonly<{ stepMs: number; rows: readonly SlotRow[] }>;

/** From the checks themselves; null where a roll-up is as fine, where they are gone, or where they are too many. */
function rawSlots(
  { history, retention, now }: Archives,
  device: string,
  from: number,
  to: number,
  stepMs: number,
): Slots | null {
  if (stepMs >= MINUTE_MS || from < now() - retention.rawMs) return null;
  const first = firstRowSince(history, from) ?? 0;
  const past = firstRowSince(history, to + HOUR_MS) ?? 0;
  if (past - first > MOST_RAW_ROWS) return null;
  const begin = Math.floor(from / stepMs) * stepMs;
  const rows = history
    .prepare(`
      SELECT CAST((at - ?) / ? AS INTEGER) AS slot, count(*) AS checks, sum(loss_percent) AS loss,
        count(rtt_ms) FILTER (WHERE ok = 1) AS rtts, coalesce(sum(rtt_ms * 1000) FILTER (WHERE ok = 1), 0) AS rttUs,
        min(rtt_ms * 1000) FILTER (WHERE ok = 1) AS least, max(rtt_ms * 1000) FILTER (WHERE ok = 1) AS most
      FROM checks
      WHERE rowid >= ? AND at >= ? AND at < ? AND ok IS NOT NULL AND device = (SELECT id FROM devices WHERE name = ?)
      GROUP BY slot`)
    .all(begin, stepMs, first, from, to, device);
  return { stepMs, rows: rows as unknown as SlotRow[] };
}

function rolledSlots(
  { rollups, deviceNumber, retention, now }: Archives,
  device: string,
  from: number,
  to: number,
  wantedMs: number,
): Slots {
  const areMinutes = wantedMs < HOUR_MS && from >= now() - retention.minutesMs;
  const grainMs = areMinutes ? MINUTE_MS : HOUR_MS;
  const stepMs = Math.ceil(wantedMs / grainMs) * grainMs;
  const begin = Math.floor(from / stepMs) * stepMs;
  const rows = rollups
    .prepare(`
      SELECT CAST((at - ?) / ? AS INTEGER) AS slot, sum(checks) AS checks, sum(loss) AS loss, sum(rtts) AS rtts, sum(rtt_us) AS rttUs,
        min(rtt_min_us) AS least, max(rtt_max_us) AS most
      FROM ${areMinutes ? 'minutes' : 'hours'} WHERE device = ? AND at >= ? AND at < ? GROUP BY slot`)
    .all(begin, stepMs, deviceNumber(device), begin, to);
  return { stepMs, rows: rows as unknown as SlotRow[] };
}

type HourRow = Readonly<{
  at: number;
  up: number;
  down: number;
  unreachable: number;
  outages: number;
  checks: number;
}>;

/** The newest day last; today is the last of them. */
export function days(
  { rollups, deviceNumber }: Archives,
  { device, days, now }: Ask<'days'>,
): Answer<'days'> {
  const today = new Date(now);
  // At noon no change of the clocks moves a day to the one before.
  const names = Array.from({ length: days }, (_, i) =>
    dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() - (days - 1 - i), 12)),
  );
  const first = new Date(today.getFullYear(), today.getMonth(), today.getDate() - (days - 1)).getTime();
  const hours = rollups
    .prepare(`
      SELECT at, up_ms AS up, down_ms AS down, unreachable_ms AS unreachable, outages, checks FROM hours
      WHERE device = ? AND at >= ? ORDER BY at`)
    .all(deviceNumber(device), first) as unknown as HourRow[];
  const byDay = Map.groupBy(hours, ({ at }) => dayOf(new Date(at)));
  return { device, days: names.map((day) => dayRow(day, byDay.get(day) ?? [])) };
}

function dayRow(day: string, hours: readonly HourRow[]): DayRow {
  const sum = (what: Exclude<keyof HourRow, 'at'>) => hours.reduce((total, hour) => total + hour[what], 0);
  const countedMs = sum('up') + sum('down') + sum('unreachable');
  return {
    day,
    uptimePercent: countedMs === 0 ? null : (100 * sum('up')) / countedMs,
    downMs: sum('down'),
    outages: sum('outages'),
    checks: sum('checks'),
  };
}

/** `2026-11-23`, local. */
function dayOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** All devices, from roll-ups: by the minute where the time is short and they are still there. */
export function report(
  { history, rollups, retention, now }: Archives,
  { from, to }: Ask<'report'>,
): Answer<'report'> {
  const areMinutes = to - from <= 2 * DAY_MS && from >= now() - retention.minutesMs;
  const sums = rollups
    .prepare(`
      SELECT name, sum(checks) AS checks, sum(up_ms) AS up, sum(down_ms) AS down, sum(unreachable_ms) AS unreachable,
        sum(outages) AS outages, sum(rtts) AS rtts, sum(rtt_us) AS rttUs
      FROM devices JOIN ${areMinutes ? 'minutes' : 'hours'} ON device = devices.id
      WHERE at >= ? AND at < ? GROUP BY devices.id ORDER BY name`)
    .all(from, to) as unknown as DeviceSums[];
  const heals = healCounts(history, from, to);
  return { from, to, devices: sums.map((row) => reportedRow(row, heals.get(row.name) ?? {})) };
}

type DeviceSums = Readonly<{
  name: string;
  checks: number;
  up: number;
  down: number;
  unreachable: number;
  outages: number;
  rtts: number;
  rttUs: number;
}>;

function reportedRow(sums: DeviceSums, heals: Readonly<Record<string, number>>): ReportedRow {
  const countedMs = sums.up + sums.down + sums.unreachable;
  const percent = (ms: number) => (countedMs === 0 ? null : (100 * ms) / countedMs);
  return {
    device: sums.name,
    checks: sums.checks,
    uptimePercent: percent(sums.up),
    unreachablePercent: percent(sums.unreachable),
    downMs: sums.down,
    outages: sums.outages,
    averageRttMs: sums.rtts === 0 ? null : sums.rttUs / sums.rtts / 1_000,
    healsDone: heals.healed ?? 0,
    healsFailed: (heals.failed ?? 0) + (heals.interrupted ?? 0),
    healsRefused: heals.refused ?? 0,
  };
}

/** By device and outcome, as `netheal report` counts them. */
function healCounts(history: DatabaseSync, from: number, to: number): Map<string, Record<string, number>> {
  const counts = new Map<string, Record<string, number>>();
  const rows = history
    .prepare(`
      SELECT device, coalesce(json_extract(detail, '$.outcome'), 'refused') AS outcome, count(*) AS times FROM events
      WHERE type IN ('heal-finished', 'heal-refused') AND device IS NOT NULL AND at >= ? AND at < ?
      GROUP BY device, outcome`)
    .all(from, to) as { device: string; outcome: string; times: number }[];
  for (const { device, outcome, times } of rows)
    counts.set(device, { ...counts.get(device), [outcome]: times });
  return counts;
}
