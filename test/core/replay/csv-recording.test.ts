import { describe, expect, test } from 'vitest';
import { LOST, type Recording, UNTIMED } from '../../../src/core/replay/track.ts';
import { logText, readText, rowsOf, START } from './play.ts';

// The night of 25 October 2026: at three o'clock it is two o'clock again.
process.env.TZ = 'Europe/Berlin';

/** Of each track: name, and its checks as [ISO time, value]. */
function checksOf({ tracks }: Recording) {
  return Object.fromEntries(
    tracks.map((track) => [
      track.name,
      Array.from({ length: track.length }, (_, index) => [
        new Date(track.at(index)).toISOString(),
        track.value(index),
      ]),
    ]),
  );
}

describe('a log', () => {
  test('of the seed is read as its README shows it: local time, an empty last field where it is offline', () => {
    const seed = [
      'timestamp,ip,label,status,response_time_ms',
      '2025-10-14 10:30:00,192.168.1.1,Router,online,15.23',
      '2025-10-14 10:30:30,192.168.1.1,Router,offline,',
    ].join('\n');
    const recording = readText(seed);
    expect(checksOf(recording)).toEqual({
      Router: [
        ['2025-10-14T08:30:00.000Z', Math.fround(15.23)],
        ['2025-10-14T08:30:30.000Z', LOST],
      ],
    });
    expect(recording).toMatchObject({ kind: 'csv', badRows: 0 });
    expect(recording.tracks[0]).toMatchObject({ address: '192.168.1.1', spacingMs: 30_000 });
  });

  test.each([
    ['with CRLF', (rows: string[]) => logText(rows, '\r\n')],
    ['without a header', (rows: string[]) => rows.join('\n')],
    ['with a BOM', (rows: string[]) => `\ufeff${logText(rows)}`],
    [
      'with headers in the middle and empty lines',
      (rows: string[]) => [logText(rows.slice(0, 3)), '', logText(rows.slice(3))].join('\n'),
    ],
    ['out of order', (rows: string[]) => logText(rows.toReversed())],
    [
      'with quotes around everything',
      (rows: string[]) => logText(rows.map((row) => row.replace(/[^,]+|(?<=,)$/g, '"$&"'))),
    ],
  ])('%s says the same', (_how, write) => {
    const rows = rowsOf([
      { ip: '10.0.0.1', label: 'Web', checks: '++-+' },
      { ip: '10.0.0.2', label: 'Mail', checks: '+--+' },
    ]);
    const recording = readText(write(rows));
    expect(checksOf(recording)).toEqual(checksOf(readText(logText(rows))));
    expect(recording.badRows).toBe(0);
  });

  test('counts and names the rows that make no sense, and reads the others', () => {
    const recording = readText(
      [
        'timestamp,ip,label,status,response_time_ms',
        '2026-02-31 10:00:00,10.0.0.1,Web,online,1.00',
        '2026-03-01 10:00:00,10.0.0.1,Web,onlin,1.00',
        '2026-03-01 10:00:30,10.0.0.1,Web,online,2.00',
        'nonsense',
        '2026-03-01 25:00:00,10.0.0.1,Web,online,1.00',
        '2026-03-01 10:01:00,10.0.0.1,Web,online,1.00,more',
        '2026-03-01 10:01:30,10.0.0.1,Web,onl',
      ].join('\n'),
    );
    expect(recording).toMatchObject({ badRows: 6, badLines: [2, 3, 5] });
    expect(checksOf(recording)).toEqual({ Web: [['2026-03-01T09:00:30.000Z', 2]] });
  });

  test('may have ISO times, labels with commas and quotes, letters of all kinds, and answers without a time', () => {
    const recording = readText(
      [
        '2026-03-01T09:00:00.250Z,10.0.0.1,"Rack 1, ""left""",online,1.50',
        '2026-03-01 10:00:30,10.0.0.1,"Rack 1, ""left""",online,',
        '2026-03-01 10:00:00,10.0.0.2,Büro,online,7',
      ].join('\n'),
    );
    expect(checksOf(recording)).toEqual({
      'Rack 1, "left"': [
        ['2026-03-01T09:00:00.250Z', 1.5],
        ['2026-03-01T09:00:30.000Z', UNTIMED],
      ],
      Büro: [['2026-03-01T09:00:00.000Z', 7]],
    });
  });

  test('is read from a time up to another', () => {
    const text = logText(rowsOf([{ ip: '10.0.0.1', checks: '+-+-+' }]));
    const span = { from: START + 30_000, to: START + 90_000 };
    expect(readText(text, span).tracks[0]).toMatchObject({ length: 2 });
    expect(readText(text, { from: 0, to: 1 }).tracks).toEqual([]);
  });

  test('larger than what is read at once loses no row', () => {
    const checks = '+'.repeat(60_000);
    const recording = readText(
      logText(rowsOf([{ ip: '10.0.0.1', label: 'A long label, quoted'.replace(',', ''), checks }])),
    );
    const [track] = recording.tracks;
    expect([track!.length, recording.badRows]).toEqual([60_000, 0]);
    expect(track!.at(59_999)).toBe(START + 59_999 * 30_000);
  });
});

describe('the night in which the clock is set back', () => {
  test('has its hour twice, in the order of the rows of each device', () => {
    expect(new Date(2026, 9, 25, 12).getTimezoneOffset()).toBe(-60);
    const first = new Date(2026, 9, 25, 1, 59).getTime();
    const rows = rowsOf(
      [
        { ip: '10.0.0.1', checks: '+'.repeat(300) },
        { ip: '10.0.0.2', checks: '+'.repeat(300), delayMs: 12_000 },
      ],
      first,
    );
    expect(rows.filter((row) => row.startsWith('2026-10-25 02:30:00,10.0.0.1'))).toHaveLength(2);
    for (const track of readText(logText(rows)).tracks) {
      const distances = new Set(
        Array.from({ length: track.length - 1 }, (_, index) => track.at(index + 1) - track.at(index)),
      );
      expect([...distances]).toEqual([30_000]);
    }
  });

  test('and the night in which it is set forward has no hole', () => {
    const rows = rowsOf([{ ip: '10.0.0.1', checks: '+'.repeat(300) }], new Date(2026, 2, 29, 1).getTime());
    const { tracks, badRows } = readText(logText(rows));
    expect([tracks[0]!.at(299) - tracks[0]!.at(0), badRows]).toEqual([299 * 30_000, 0]);
  });
});
