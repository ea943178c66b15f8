import { describe, expect, it } from 'vitest';
import { complaints, resolve } from './resolving.ts';

const FLEET = {
  devices: [
    { id: 'sw-01', ip: '10.0.0.1', group: 'berlin' },
    { id: 'sw-02', ip: '10.0.0.2' },
  ],
};
const downtime = async (says: object) =>
  (await resolve({ ...FLEET, downtimes: [{ devices: ['sw-01'], ...says }] })).downtimes[0]!;
const complain = (says: object) => complaints({ ...FLEET, downtimes: [says] });

describe('a fixed downtime', () => {
  it.each([
    ['2026-12-01T22:00', new Date(2026, 11, 1, 22)],
    ['2026-12-01 22:00', new Date(2026, 11, 1, 22)],
    ['2026-12-01T22:00:30', new Date(2026, 11, 1, 22, 0, 30)],
    // ISO 8601 in JavaScript takes a day alone for UTC; a person means the day as it is here.
    ['2026-12-01', new Date(2026, 11, 1)],
    ['2026-12-01T22:00Z', new Date(Date.UTC(2026, 11, 1, 22))],
    ['2026-12-01T22:00+05:30', new Date(Date.UTC(2026, 11, 1, 16, 30))],
    ['2026-12-01T22:00+0530', new Date(Date.UTC(2026, 11, 1, 16, 30))],
  ])('from %s begins then, in local time unless it names a zone', async (from, expected) => {
    expect(await downtime({ from, duration: '1h' })).toEqual({
      devices: ['sw-01'],
      groups: [],
      reason: 'planned',
      from: expected.getTime(),
      to: expected.getTime() + 3_600_000,
    });
  });

  it.each([
    '2026-02-31T00:00',
    '2026-13-01',
    '2026-12-01T25:00',
    '2026-12-01 (soon) 10:00',
    'tomorrow',
    '1796079600',
  ])('takes no %j for a time', async (from) => {
    expect(await complain({ devices: ['sw-01'], from, duration: '1h' })).toEqual([
      `downtimes.0.from: "${from}" is no time; write it like 2026-12-01T22:00`,
    ]);
  });

  it('must end after its start, and says its end once', async () => {
    const from = '2026-12-01T22:00';
    const devices = ['sw-01'];
    expect(await complain({ devices, from, to: from })).toEqual([
      `downtimes.0.to: the end (${from}) must come after the start (${from})`,
    ]);
    expect(await complain({ devices, from })).toEqual(['downtimes.0: needs an end: to, or duration']);
    expect(await complain({ devices, from, to: '2026-12-02', duration: '1h' })).toEqual([
      'downtimes.0.duration: to and duration say the same: give one of them (or flexible: true, for an outage of that length in between)',
    ]);
  });
});

describe('a flexible downtime', () => {
  const window = { from: '2026-12-01T10:00', to: '2026-12-01T16:00', flexible: true };

  it('has a window in which it may begin, and its length', async () => {
    expect(await downtime({ ...window, duration: '30m' })).toEqual({
      devices: ['sw-01'],
      groups: [],
      reason: 'planned',
      from: new Date(2026, 11, 1, 10).getTime(),
      to: new Date(2026, 11, 1, 16).getTime(),
      durationMs: 1_800_000,
      flexible: true,
    });
  });

  it('needs both, and has no cron', async () => {
    const devices = ['sw-01'];
    expect(await complain({ devices, ...window })).toEqual([
      'downtimes.0: a flexible downtime needs from and to (when it may begin) and duration (its length)',
    ]);
    expect(await complain({ devices, ...window, to: '2026-12-01T09:00', duration: '1h' })).toEqual([
      'downtimes.0.to: the end (2026-12-01T09:00) must come after the start (2026-12-01T10:00)',
    ]);
    expect(await complain({ devices, cron: '0 3 * * *', duration: '1h', flexible: true })).toEqual([
      'downtimes.0.flexible: a cron downtime begins by its cron: leave this out',
    ]);
  });
});

describe('a repeated downtime', () => {
  it('has its cron expression and its length', async () => {
    expect(await downtime({ cron: '0 3 * * SUN', duration: '1h', reason: 'backup' })).toEqual({
      devices: ['sw-01'],
      groups: [],
      reason: 'backup',
      cron: '0 3 * * SUN',
      durationMs: 3_600_000,
    });
  });

  it.each(['0 25 * * *', '* * *', 'every sunday', '2026-12-01T00:00:00'])(
    'takes no %j for cron',
    async (cron) => {
      const [said, ...more] = await complain({ devices: ['sw-01'], cron, duration: '1h' });
      expect(said).toContain(`downtimes.0.cron: "${cron}" is no cron expression: `);
      expect(more).toEqual([]);
    },
  );

  it('needs a length and no from', async () => {
    expect(await complain({ groups: ['berlin'], cron: '0 3 * * *', from: '2026-12-01' })).toEqual([
      'downtimes.0: a cron downtime needs its length: duration',
      'downtimes.0.from: cron says when it begins: leave this out',
    ]);
  });
});

it('a downtime is for known devices and groups, of which it names at least one', async () => {
  const when = { cron: '0 3 * * *', duration: '1h' };
  expect(await complain({ devices: ['sw-1'], ...when })).toEqual([
    'downtimes.0.devices.0: there is no device "sw-1", did you mean "sw-01"?',
  ]);
  expect(await complain({ groups: ['belrin'], ...when })).toEqual([
    'downtimes.0.groups.0: there is no group "belrin", did you mean "berlin"?',
  ]);
  expect(await complain(when)).toEqual(['downtimes.0: names no devices and no groups: give one of them']);
  expect(await complain({ groups: ['default'], ...when })).toEqual([]);
});
