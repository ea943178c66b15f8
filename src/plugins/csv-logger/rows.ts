import { stringify } from 'csv-stringify/sync';
import { type CheckRecord, cleanLine, type Device } from 'netheal/plugin';
import type { LastLine } from './row-file.ts';
import { type TimestampStyle, timestamp } from './timestamp.ts';

/** The columns of the log, in the words that scripts have relied on from the beginning. */
export const HEADER = 'timestamp,ip,label,status,response_time_ms';

// A spreadsheet takes a cell for a formula that begins so, also behind blanks, and behind a semicolon where that is
// what its language separates cells with. csv-stringify's own guard looks at the first character alone.
const FORMULA = /(^|;\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** One row a check; a check without a verdict (the monitor's own fault) gives none. Ends in a newline, or is empty. */
export function formatRows(records: readonly CheckRecord[], style: TimestampStyle): string {
  const timeOf = timesIn(style);
  let rows = '';
  for (const { at, device, ok, rttMs } of records) {
    if (ok === null) continue;
    // What is not made of digits and words of ours comes from the CSV library; nothing of this needs quotes.
    const rtt = ok && rttMs !== null ? rttMs.toFixed(2) : '';
    rows += `${timeOf(at)},${nameOf(device)},${ok ? 'online' : 'offline'},${rtt}\n`;
  }
  return rows;
}

/** A batch is of a second or two: the wall clock is asked once for each, not for each row. */
function timesIn(style: TimestampStyle): (atMs: number) => string {
  if (style === 'iso') return (atMs) => timestamp(atMs, style);
  let second = Number.NaN;
  let text = '';
  return (atMs) => {
    const wanted = Math.floor(atMs / 1_000);
    if (wanted !== second) text = timestamp(atMs, style);
    second = wanted;
    return text;
  };
}

const names = new WeakMap<Device, string>();

/** Address and label as CSV. They are the same in every row of a device, and most of what a row would cost. */
function nameOf(device: Device): string {
  let name = names.get(device);
  if (name === undefined) {
    name = stringify([[safe(device.address), safe(device.label)]], { escape_formulas: true, eof: false });
    names.set(device, name);
  }
  return name;
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
