import { stringify } from 'csv-stringify/sync';
import stringWidth from 'string-width';
import type { ReportRow } from '../core/report/report-rows.ts';
import { cleanLine } from '../core/text.ts';
import { durationText } from './duration-text.ts';

type Column = Readonly<{ title: string; text: (row: ReportRow) => string; isText?: boolean }>;

const NOTHING = '-';
const or = <T>(value: T | null, text: (value: T) => string) => (value === null ? NOTHING : text(value));
/** Never rounded up: 100 % is said of nothing that was down. */
const percent = (value: number) => (Math.floor(value * 1_000) / 1_000).toFixed(3);
const ms = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(1));

const COLUMNS: readonly Column[] = [
  { title: 'uptime %', text: ({ uptimePercent }) => or(uptimePercent, percent) },
  { title: 'unreach. %', text: ({ unreachablePercent }) => or(unreachablePercent, percent) },
  {
    title: 'outages',
    text: ({ outages, openOutages }) =>
      openOutages > 0 ? `${outages} (${openOutages} open)` : String(outages),
  },
  { title: 'longest', text: ({ longestOutageMs }) => or(longestOutageMs, durationText) },
  { title: 'MTTD', text: ({ mttdMs }) => or(mttdMs, durationText) },
  { title: 'MTTR', text: ({ mttrMs }) => or(mttrMs, durationText) },
  { title: 'healed', text: ({ healsDone }) => or(healsDone, String) },
  { title: 'failed', text: ({ healsFailed }) => or(healsFailed, String) },
  { title: 'refused', text: ({ healsRefused }) => or(healsRefused, String) },
  { title: 'RTT ms', text: ({ averageRttMs }) => or(averageRttMs, ms) },
  { title: 'p95 ms', text: ({ p95RttMs }) => or(p95RttMs, ms) },
  { title: 'checks', text: ({ checks }) => String(checks) },
  { title: 'time', text: ({ countedMs }) => durationText(countedMs) },
];

/** Lines for people: the devices, then the groups and all of them. */
export function* tableReport(rows: readonly ReportRow[]): Generator<string> {
  const sections = [...Map.groupBy(rows, ({ kind }) => (kind === 'device' ? 'device' : 'group'))];
  const cells = sections.map(([title, members]) => [
    [title, ...COLUMNS.map((column) => column.title)],
    ...members.map((row) => [nameOf(row), ...COLUMNS.map(({ text }) => text(row))]),
  ]);
  const widths = cells[0]![0]!.map((_, column) =>
    cells.flat().reduce((width, line) => Math.max(width, stringWidth(line[column]!)), 0),
  );
  for (const [index, section] of cells.entries()) {
    if (index > 0) yield '';
    for (const line of section) {
      yield line
        .map((cell, column) => {
          const gap = ' '.repeat(widths[column]! - stringWidth(cell));
          return column === 0 ? cell + gap : gap + cell;
        })
        .join('  ');
    }
  }
}

function nameOf({ kind, name, group }: ReportRow): string {
  return kind === 'device' && group !== null && group !== 'default' ? `${name} (${group})` : name;
}

/** A row each, with a header: the same keys as in JSON. */
export function* csvReport(rows: readonly ReportRow[]): Generator<string> {
  // A label of somebody else's log must not begin like a formula, behind blanks neither.
  const records = rows.map((row) => rounded({ ...row, name: cleanLine(row.name).trim() }));
  yield stringify(records, { header: true, escape_formulas: true }).trimEnd();
}

/** A JSON object a line. */
export function* jsonReport(rows: readonly ReportRow[]): Generator<string> {
  for (const row of rows) yield JSON.stringify(rounded(row));
}

/** Nobody needs the fifteenth digit. */
function rounded(row: ReportRow): object {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value,
    ]),
  );
}
