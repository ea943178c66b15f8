import { stringify } from 'csv-stringify/sync';
import { type CheckRecord, cleanLine } from 'netheal/plugin';
import type { LastLine } from './row-file.ts';
import { type TimestampStyle, timestamp } from './timestamp.ts';

/** The columns of the log, in the words that scripts have relied on from the beginning. */
export const HEADER = 'timestamp,ip,label,status,response_time_ms';

// A spreadsheet takes a cell for a formula that begins so, also behind blanks, and behind a semicolon where that is
// what its language separates cells with. csv-stringify's own guard looks at the first character alone.
const FORMULA = /(^|;\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** One row a check; a check without a verdict (the monitor's own fault) gives none. Ends in a newline, or is empty. */
export function formatRows(records: readonly CheckRecord[], style: TimestampStyle): string {
  const rows = records.filter((record) => record.ok !== null).map((record) => cells(record, style));
  return stringify(rows, { escape_formulas: true });
}

function cells({ at, device, ok, rttMs }: CheckRecord, style: TimestampStyle): string[] {
  return [
    timestamp(at, style),
    safe(device.address),
    safe(device.label),
    ok ? 'online' : 'offline',
    ok && rttMs !== null ? rttMs.toFixed(2) : '',
  ];
}

function safe(text: string): string {
  return cleanLine(text).trim().replace(FORMULA, "$1'");
}

/** A last line that begins like one of ours and does not end like one was torn by a crash. */
export function judgeLastLine(line: string): LastLine {
  const begunByUs = HEADER.startsWith(line) || /^\d{1,4}(-|$)/.test(line);
  const complete = line === HEADER || /,(online,(\d+\.\d\d)?|offline,)$/.test(line);
  return begunByUs && !complete ? 'torn' : 'whole';
}
