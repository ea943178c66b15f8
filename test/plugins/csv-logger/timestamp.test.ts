import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { timestamp } from '../../../src/plugins/csv-logger/timestamp.ts';

const SOURCE = fileURLToPath(new URL('../../../src/plugins/csv-logger/timestamp.ts', import.meta.url));

// The zone is fixed when a process starts, so each gets its own.
it.each([
  ['UTC', '2025-10-14 08:30:00'],
  ['Europe/Berlin', '2025-10-14 10:30:00'],
  ['America/St_Johns', '2025-10-14 06:00:00'],
])('local timestamps are what the wall clock in %s says', (zone, expected) => {
  const script = `import { timestamp } from ${JSON.stringify(SOURCE)};
    console.log(timestamp(Date.UTC(2025, 9, 14, 8, 30, 0, 999), 'local'));`;
  const said = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    env: { ...process.env, TZ: zone },
    encoding: 'utf8',
  });
  expect(said.trim()).toBe(expected);
});

it('iso timestamps are UTC with milliseconds', () => {
  expect(timestamp(Date.UTC(2025, 9, 14, 8, 30, 0, 7), 'iso')).toBe('2025-10-14T08:30:00.007Z');
});
