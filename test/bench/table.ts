/** One measured figure: what it is, how much, what it is held against. */
export type Row = Readonly<{ figure: string; value: string; peer?: string; ratio?: string; aim?: string }>;

const COLUMNS = ['figure', 'value', 'peer', 'ratio', 'aim'] as const;

/** A table as Markdown, so that docs/performance.md can hold what the run printed. */
export function printTable(title: string, rows: readonly Row[]): void {
  const used = COLUMNS.filter((column) => rows.some((row) => row[column] !== undefined));
  const width = (column: (typeof COLUMNS)[number]) =>
    Math.max(column.length, ...rows.map((row) => (row[column] ?? '').length));
  const line = (cell: (column: (typeof COLUMNS)[number]) => string) =>
    `| ${used.map((column) => cell(column).padEnd(width(column))).join(' | ')} |`;
  console.log(`\n### ${title}\n`);
  console.log(line((column) => column));
  console.log(`|${used.map((column) => '-'.repeat(width(column) + 2)).join('|')}|`);
  for (const row of rows) console.log(line((column) => row[column] ?? ''));
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
