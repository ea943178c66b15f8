import { writeSync } from 'node:fs';
import type { SinkRecord } from '../../../src/core/plugin.ts';
import { HistoryWriter } from '../../../src/plugins/history/writer.ts';

/** Writes batches of 100 checks for ever, saying each on stdout once it is acknowledged: for the test that kills it. */
const writer = new HistoryWriter(
  process.argv[2] ?? '',
  { rawMs: 86_400_000, retainMs: 86_400_000 },
  Date.now,
);
const device = { id: 'a', address: '192.0.2.1', label: 'A', group: 'default', tags: {}, parents: [] };
const record = {
  device,
  ok: true,
  rttMs: 1,
  lossPercent: 0,
  failure: null,
  reachability: 'up',
  excluded: false,
} as const;
for (;;) {
  const batch = Array.from(
    { length: 100 },
    (): SinkRecord => ({ type: 'check', record: { ...record, at: Date.now() } }),
  );
  writer.write(batch);
  writeSync(1, '.\n');
}
