import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckRecord } from '../../../src/core/plugin.ts';
import { formatRows, judgeLastLine } from '../../../src/plugins/csv-logger/rows.ts';

const AT = new Date(2025, 9, 14, 10, 30, 0).getTime();

const check = (given: Partial<CheckRecord> & { label?: string; address?: string } = {}): CheckRecord => ({
  at: AT,
  device: {
    id: 'router',
    address: given.address ?? '192.168.1.1',
    label: given.label ?? 'Router',
    group: 'default',
    tags: {},
    parents: [],
  },
  ok: true,
  rttMs: 15.2345,
  lossPercent: 0,
  failure: null,
  reachability: 'up',
  excluded: false,
  ...given,
});
const labelCell = (label: string) =>
  formatRows([check({ label })], 'local')
    .split(',')
    .slice(2, -2)
    .join(',');

describe('rows', () => {
  it('are those of the log that scripts know', () => {
    const offline = check({ at: AT + 30_000, ok: false, rttMs: null, reachability: 'down' });
    expect(formatRows([check(), offline], 'local')).toBe(
      '2025-10-14 10:30:00,192.168.1.1,Router,online,15.23\n' +
        '2025-10-14 10:30:30,192.168.1.1,Router,offline,\n',
    );
  });

  it('leave the time empty when the device answered wrongly, or when no time was measured', () => {
    expect(formatRows([check({ ok: false, rttMs: 12 })], 'local')).toMatch(/,offline,\n$/);
    expect(formatRows([check({ rttMs: null })], 'local')).toMatch(/,online,\n$/);
  });

  it('say only online and offline, whatever the reachability', () => {
    expect(formatRows([check({ reachability: 'degraded' })], 'local')).toMatch(/,online,15\.23\n$/);
    expect(formatRows([check({ ok: false, reachability: 'unreachable' })], 'local')).toMatch(/,offline,\n$/);
  });

  it('are not written for a check that was the fault of the monitor', () => {
    expect(formatRows([check({ ok: null, rttMs: null })], 'local')).toBe('');
  });
});

describe('labels', () => {
  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1', "'+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1+1', "'=1+1"],
    ['a;=1+1', "a;'=1+1"],
    ['a; =1+1', "a; '=1+1"],
    ['\n=1+1', "'=1+1"],
    ['\t=1+1', "'=1+1"],
    ['\uff1d1+1', "'\uff1d1+1"],
  ])('that a spreadsheet would run are made text: %j', (label, cell) => {
    expect(labelCell(label)).toBe(cell);
  });

  it.each([
    ['Router', 'Router'],
    ['Switch, 2nd floor', '"Switch, 2nd floor"'],
    ['the "big" one', '"the ""big"" one"'],
    ['two\nlines', 'two lines'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['e-mail relay = mx', 'e-mail relay = mx'],
    ['Küche', 'Küche'],
  ])('stay readable and on one line: %j', (label, cell) => {
    expect(labelCell(label)).toBe(cell);
  });
});

describe('a last line without a newline', () => {
  const row = '2025-10-14 10:30:00,192.168.1.1,Router,online,15.23';
  it('is torn wherever a crash cut it, but for the places where it still says something whole', () => {
    const whole = [...row].map((_, end) => row.slice(0, end)).filter((line) => line !== '');
    expect(whole.filter((line) => judgeLastLine(line) === 'whole')).toEqual([
      '2025-10-14 10:30:00,192.168.1.1,Router,online,',
    ]);
  });
  it('is whole when nothing of it is missing', () => {
    expect(judgeLastLine(row)).toBe('whole');
    expect(judgeLastLine('2025-10-14 10:30:00,192.168.1.1,Router,offline,')).toBe('whole');
    expect(judgeLastLine('timestamp,ip,label,status,response_time_ms')).toBe('whole');
  });
  it('is torn inside the header too, and is left alone when it is not ours', () => {
    expect(judgeLastLine('timestamp,ip,lab')).toBe('torn');
    expect(judgeLastLine('# a note by the operator')).toBe('whole');
  });
});

it('a row has its five cells whatever the names say, and is the same the second time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string(), (label, address) => {
      const given = check({ label, address });
      const cells = parse(formatRows([given], 'local'));
      expect(cells).toHaveLength(5);
      expect(cells.slice(3)).toEqual(['online', '15.23']);
      // The second row takes its name from the first.
      expect(formatRows([given, given], 'iso')).toBe(formatRows([given], 'iso').repeat(2));
    }),
  );
});

it('the second of a row is its own, whatever the order', () => {
  const at = [0, 999, 1_000, 61_000, 0].map((ms) => AT + ms);
  const rows = formatRows(
    at.map((ms) => check({ at: ms })),
    'local',
  );
  expect(rows.match(/10:3\d:\d\d/g)).toEqual(['10:30:00', '10:30:00', '10:30:01', '10:31:01', '10:30:00']);
});

/** The cells of one row. */
function parse(row: string): string[] {
  return [...row.slice(0, -1).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
