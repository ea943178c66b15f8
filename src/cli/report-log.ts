import { existsSync } from 'node:fs';
import type { DeviceConfig, ResolvedConfig } from '../core/config/types.ts';
import { messageOf, NethealError } from '../core/errors.ts';
import { readCsvRecording } from '../core/replay/csv-recording.ts';
import type { Span } from '../core/replay/track.ts';
import { csvDevices } from '../core/report/csv-accounts.ts';
import { DeviceAccount } from '../core/report/device-account.ts';
import type { HealCounts, ReportedDevice } from '../core/report/report-rows.ts';
import { recordedOutcomes, visitChecks } from '../plugins/history/recorded.ts';
import { csvLogOf, historyOf, isHistory } from './log-files.ts';

/** Without a config nobody knows how often a device of a history was checked. */
const USUAL_INTERVAL_MS = 30_000;

/** A log as a report needs it. */
export type ReportLog = Readonly<{ path: string; devices: readonly ReportedDevice[]; badRows: number }>;

/**
 * The log that a config has netheal write: the history, else the CSV log.
 *
 * @throws NethealError NH_ARGUMENT_INVALID where there is neither
 */
export function ownLog(config: ResolvedConfig): string {
  const places = [historyOf(config), csvLogOf(config)];
  const found = places.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new NethealError('NH_ARGUMENT_INVALID', `there is no log yet: neither ${places.join(' nor ')}`, {
    mend: 'start netheal with `netheal run`, or name a log: netheal report uptime.csv',
  });
}

/**
 * Reads an `uptime.csv` or a `history.db` and takes the account of every device in it; those that the config does not know
 * come last.
 *
 * @throws NethealError NH_ARGUMENT_INVALID where it cannot be read
 */
export function readReportLog(path: string, devices: readonly DeviceConfig[], span: Span): ReportLog {
  try {
    if (isHistory(path)) return { path, devices: historyDevices(path, devices, span), badRows: 0 };
    const recording = readCsvRecording(path, span);
    return { path, devices: csvDevices(devices, recording), badRows: recording.badRows };
  } catch (thrown) {
    throw new NethealError('NH_ARGUMENT_INVALID', `${path} cannot be read: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function historyDevices(path: string, devices: readonly DeviceConfig[], span: Span): ReportedDevice[] {
  const configs = new Map(devices.map((device) => [device.id, device]));
  const accounts = new Map<string, DeviceAccount>();
  visitChecks(path, span, ({ device, ...check }) => {
    let account = accounts.get(device);
    if (!account) {
      account = new DeviceAccount(configs.get(device)?.check.intervalMs ?? USUAL_INTERVAL_MS);
      accounts.set(device, account);
    }
    account.add(check);
  });
  const heals = healCounts(path, span);
  // In the order of the config.
  const names = new Set([...configs.keys(), ...accounts.keys()]);
  return [...names].flatMap((name) => {
    const account = accounts.get(name);
    if (!account) return [];
    const group = configs.get(name)?.group ?? null;
    return [{ name, group, account, heals: heals.get(name) ?? { done: 0, failed: 0, refused: 0 } }];
  });
}

const COUNTED_AS = { healed: 'done', failed: 'failed', interrupted: 'failed', refused: 'refused' } as const;

function healCounts(path: string, span: Span): Map<string, HealCounts> {
  const counts = new Map<string, HealCounts>();
  for (const { device, outcome } of recordedOutcomes(path, span)) {
    const before = counts.get(device) ?? { done: 0, failed: 0, refused: 0 };
    const what = COUNTED_AS[outcome];
    counts.set(device, { ...before, [what]: before[what] + 1 });
  }
  return counts;
}
