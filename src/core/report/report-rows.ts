import type { DeviceAccount } from './device-account.ts';
import { RttHistogram } from './rtt-histogram.ts';

/** What became of the attempts to heal. */
export type HealCounts = Readonly<{ done: number; failed: number; refused: number }>;

/** All that is known of one device in the time of a report. */
export type ReportedDevice = Readonly<{
  name: string;
  /** Null: the config does not know it. */
  group: string | null;
  account: DeviceAccount;
  /** Null: the log holds no heals. */
  heals: HealCounts | null;
}>;

/** One row of a report. Percent 0..100, milliseconds; null where nothing is known. */
export type ReportRow = Readonly<{
  kind: 'device' | 'group' | 'all';
  name: string;
  group: string | null;
  checks: number;
  /** Time that counts: netheal ran and knew the device, which was in no downtime, and its own uplink was up. */
  countedMs: number;
  uptimePercent: number | null;
  /** Share of the time that counts in which its parents were down. */
  unreachablePercent: number | null;
  outages: number;
  /** Of these: those that last. */
  openOutages: number;
  longestOutageMs: number | null;
  /** Mean time from the first failed check to the one that made it sure. */
  mttdMs: number | null;
  /** Mean length of the outages that were seen from their first check to their end. */
  mttrMs: number | null;
  healsDone: number | null;
  healsFailed: number | null;
  healsRefused: number | null;
  averageRttMs: number | null;
  p95RttMs: number | null;
}>;

/** The rows of a report: each device, each group, and all of them where there are several. */
export function reportRows(devices: readonly ReportedDevice[]): ReportRow[] {
  const groups = Map.groupBy(devices, ({ group }) => group);
  const named = [...groups].flatMap(([group, members]) => (group === null ? [] : [{ group, members }]));
  return [
    ...devices.map((device) => rowOf('device', device.name, device.group, [device])),
    ...named
      .sort((a, b) => a.group.localeCompare(b.group))
      .map(({ group, members }) => rowOf('group', group, group, members)),
    ...(devices.length > 1 ? [rowOf('all', 'all', null, devices)] : []),
  ];
}

function rowOf(
  kind: ReportRow['kind'],
  name: string,
  group: string | null,
  devices: readonly ReportedDevice[],
): ReportRow {
  const accounts = devices.map(({ account }) => account);
  const spent = (what: 'up' | 'down' | 'unreachable') => sum(accounts.map(({ spentMs }) => spentMs[what]));
  const countedMs = spent('up') + spent('down') + spent('unreachable');
  const percent = (ms: number) => (countedMs === 0 ? null : (100 * ms) / countedMs);
  const outages = accounts.flatMap((account) => account.outages());
  const detections = outages.flatMap(({ detectionMs }) => detectionMs ?? []);
  const repairs = outages.filter(({ isOver, detectionMs }) => isOver && detectionMs !== null);
  const heals = (what: keyof HealCounts) => {
    const counts = devices.map((device) => device.heals?.[what] ?? null);
    return counts.includes(null) ? null : sum(counts as number[]);
  };
  const rtts = new RttHistogram();
  for (const account of accounts) rtts.addAll(account.rtts);
  return {
    kind,
    name,
    group,
    checks: sum(accounts.map(({ checks }) => checks)),
    countedMs,
    uptimePercent: percent(spent('up')),
    unreachablePercent: percent(spent('unreachable')),
    outages: outages.length,
    openOutages: outages.filter(({ isOver }) => !isOver).length,
    longestOutageMs:
      outages.length === 0 ? null : outages.reduce((most, { lengthMs }) => Math.max(most, lengthMs), 0),
    mttdMs: mean(detections),
    mttrMs: mean(repairs.map(({ lengthMs }) => lengthMs)),
    healsDone: heals('done'),
    healsFailed: heals('failed'),
    healsRefused: heals('refused'),
    averageRttMs: rtts.averageMs,
    p95RttMs: rtts.quantileMs(0.95),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}
