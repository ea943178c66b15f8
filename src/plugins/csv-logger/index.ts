import { resolve } from 'node:path';
import { type CheckRecord, definePlugin, type SinkRecord, z } from 'netheal/plugin';
import { RowFile } from './row-file.ts';
import { formatRows, HEADER, judgeLastLine } from './rows.ts';

/** Writes one line a check to a CSV file that spreadsheets and scripts can read. */
export default definePlugin({
  name: 'csv-logger',
  apiVersion: 1,
  options: z.strictObject({
    path: z.string().min(1).default('logs/uptime.csv').describe('The file; relative to the config file.'),
    timestamps: z
      .enum(['local', 'iso'])
      .default('local')
      .describe('`2025-10-14 10:30:00` in local time, or ISO 8601 in UTC.'),
  }),
  apply(api, options) {
    const file = new RowFile(resolve(api.configDir, options.path), HEADER, judgeLastLine);
    api.sink({
      name: 'csv-logger',
      accepts: ['check'],
      write: (batch) => {
        const rows = formatRows(checksOf(batch), options.timestamps);
        if (rows !== '') file.append(rows);
      },
      reopen: () => file.close(),
      close: () => file.close(),
    });
  },
});

function checksOf(batch: readonly SinkRecord[]): CheckRecord[] {
  const checks: CheckRecord[] = [];
  for (const item of batch) if (item.type === 'check') checks.push(item.record);
  return checks;
}
