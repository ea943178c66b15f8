import type { ResolvedConfig } from '../core/config/types.ts';
import { NethealError } from '../core/errors.ts';
import { reportRows } from '../core/report/report-rows.ts';
import { EXIT, find, type GlobalOptions, load, print } from './context.ts';
import { ownLog, readReportLog } from './report-log.ts';
import { csvReport, jsonReport, tableReport } from './report-text.ts';
import { spanOf, timeArgument } from './time-arguments.ts';

export type ReportFormat = 'table' | 'csv' | 'json';
export type ReportOptions = GlobalOptions &
  Readonly<{ from?: string; to?: string; group?: string; format: ReportFormat }>;

const FORMATS = { table: tableReport, csv: csvReport, json: jsonReport };

/** `netheal report [LOG]`: uptime, outages and heals of each device, each group and all. */
export async function report(path: string | undefined, options: ReportOptions): Promise<number> {
  const span = spanOf(
    timeArgument('--from', options.from, Number.NEGATIVE_INFINITY),
    timeArgument('--to', options.to, Number.POSITIVE_INFINITY),
  );
  const config = await configFor(path, options);
  const log = readReportLog(path ?? ownLog(config!), config?.devices ?? [], span);
  if (log.badRows > 0)
    process.stderr.write(`! ${log.badRows} row(s) of ${log.path} make no sense and are left out\n`);
  const { group } = options;
  const devices = log.devices.filter((device) => group === undefined || device.group === group);
  if (devices.length === 0) {
    const of = group === undefined ? '' : ` of group "${group}"`;
    throw new NethealError('NH_ARGUMENT_INVALID', `${log.path} holds no checks${of} in that time`);
  }
  const rows = reportRows(devices);
  for (const line of FORMATS[options.json ? 'json' : options.format](rows)) print(line);
  return EXIT.ok;
}

/** A log can be read without a config, which then adds groups and thresholds. */
async function configFor(path: string | undefined, options: GlobalOptions): Promise<ResolvedConfig | null> {
  return path !== undefined && (await find(options)) === null ? null : load(options);
}
