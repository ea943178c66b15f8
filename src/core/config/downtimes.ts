import { Cron } from 'croner';
import { parseTime } from '../local-time.ts';
import { nearest } from '../nearest.ts';
import { unknownDevice } from './name-devices.ts';
import type { Problems } from './problems.ts';
import type { ParsedConfig } from './schema.ts';
import type { ConfigPath, DeviceConfig, DowntimeConfig } from './types.ts';

type ParsedDowntime = NonNullable<ParsedConfig['downtimes']>[number];

/** Planned outages of known devices and groups: from-to, a cron start with a length, or a length within from-to. */
export function resolveDowntimes(
  downtimes: readonly ParsedDowntime[],
  devices: readonly DeviceConfig[],
  problems: Problems,
): DowntimeConfig[] {
  const ids = new Set(devices.map(({ id }) => id));
  const groups = [...new Set(devices.map(({ group }) => group))];
  return downtimes.map((downtime, index) => {
    const path = ['downtimes', index];
    for (const [at, id] of (downtime.devices ?? []).entries()) {
      if (!ids.has(id)) problems.add([...path, 'devices', at], unknownDevice(id, ids));
    }
    for (const [at, group] of (downtime.groups ?? []).entries()) {
      if (groups.includes(group)) continue;
      const near = nearest(group, groups);
      problems.add(
        [...path, 'groups', at],
        `there is no group "${group}"${near ? `, did you mean "${near}"?` : ''}`,
      );
    }
    if (!downtime.devices?.length && !downtime.groups?.length)
      problems.add(path, 'names no devices and no groups: give one of them');
    return {
      devices: downtime.devices ?? [],
      groups: downtime.groups ?? [],
      reason: downtime.reason ?? 'planned',
      ...(downtime.cron === undefined ? fixed(downtime, path, problems) : repeated(downtime, path, problems)),
    };
  });
}

type Window = Pick<DowntimeConfig, 'from' | 'to' | 'durationMs' | 'flexible'>;

function fixed(downtime: ParsedDowntime, path: ConfigPath, problems: Problems): Window {
  const { from, to, duration, flexible = false } = downtime;
  if (flexible) return withinWindow(downtime, path, problems);
  if (from === undefined) {
    problems.add(path, 'needs a time: from and to, or cron and duration');
    return {};
  }
  const start = timeAt(from, [...path, 'from'], problems);
  const end = to === undefined ? start + (duration ?? Number.NaN) : timeAt(to, [...path, 'to'], problems);
  if (to === undefined && duration === undefined) problems.add(path, 'needs an end: to, or duration');
  else if (to !== undefined && duration !== undefined)
    problems.add(
      [...path, 'duration'],
      'to and duration say the same: give one of them (or flexible: true, for an outage of that length in between)',
    );
  else if (end <= start) problems.add([...path, 'to'], `the end (${to}) must come after the start (${from})`);
  return { from: start, to: end };
}

/** As Nagios has it: the technician comes between ten and four, and the router is off for half an hour. */
function withinWindow({ from, to, duration }: ParsedDowntime, path: ConfigPath, problems: Problems): Window {
  if (from === undefined || to === undefined || duration === undefined) {
    problems.add(path, 'a flexible downtime needs from and to (when it may begin) and duration (its length)');
    return {};
  }
  const { from: start, to: end } = fixed({ from, to }, path, problems);
  return { from: start!, to: end!, durationMs: duration, flexible: true };
}

function repeated(
  { cron, duration, from, to, flexible }: ParsedDowntime,
  path: ConfigPath,
  problems: Problems,
): Pick<DowntimeConfig, 'cron' | 'durationMs'> {
  try {
    // croner also takes a time, which comes once and never again: that is what from and to are for.
    if (/^\d{4}-/.test(cron!)) throw new Error('for a time of its own write from and to');
    new Cron(cron!);
  } catch (thrown) {
    problems.add(
      [...path, 'cron'],
      `"${cron}" is no cron expression: ${(thrown as Error).message.replace(/^CronPattern: /, '')}`,
    );
  }
  if (duration === undefined) problems.add(path, 'a cron downtime needs its length: duration');
  if (flexible) problems.add([...path, 'flexible'], 'a cron downtime begins by its cron: leave this out');
  for (const [key, value] of Object.entries({ from, to })) {
    if (value !== undefined) problems.add([...path, key], 'cron says when it begins: leave this out');
  }
  return { cron: cron!, durationMs: duration ?? 0 };
}

function timeAt(text: string, path: ConfigPath, problems: Problems): number {
  const time = parseTime(text);
  if (Number.isNaN(time)) problems.add(path, `"${text}" is no time; write it like 2026-12-01T22:00`);
  return time;
}
