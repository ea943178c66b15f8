/** One line of a table: its cells by column. `figure` says what was measured, `aim` what it should be. */
export type Row = Readonly<{ figure: string; [column: string]: string | undefined }>;

/** A table as Markdown, so that docs/performance.md can hold what the run printed. Columns in order of appearance. */
export function printTable(title: string, rows: readonly Row[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  // The aim is what the line ends with, whichever row is the first to have one.
  columns.sort((a, b) => Number(a === 'aim') - Number(b === 'aim'));
  const used = columns.filter((column) => rows.some((row) => row[column] !== undefined));
  const width = (column: string) => Math.max(column.length, ...rows.map((row) => (row[column] ?? '').length));
  const line = (cell: (column: string) => string) =>
    `| ${used.map((column) => cell(column).padEnd(width(column))).join(' | ')} |`;
  console.log(`\n### ${title}\n`);
  console.log(line((column) => column));
  console.log(`|${used.map((column) => '-'.repeat(width(column) + 2)).join('|')}|`);
  for (const row of rows) console.log(line((column) => row[column] ?? ''));
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value that this share of the values does not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

/** Three significant digits are what a measurement on a shared machine is good for. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
