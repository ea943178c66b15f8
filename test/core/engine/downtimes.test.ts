import { describe, expect, it } from 'vitest';
import type { DowntimeConfig } from '../../../src/core/config/types.ts';
import { Downtimes } from '../../../src/core/engine/downtimes.ts';

const DEVICE = { id: 'a', group: 'berlin' };
const HOUR = 3_600_000;
/** Local time, as cron expressions are. */
const at = (time: string) => new Date(`2026-11-23T${time}`).getTime();
const active = (downtimes: Downtimes, device: typeof DEVICE, now: number) =>
  downtimes.at(now)?.of(device) ?? null;
const planned = (config: Partial<DowntimeConfig>) =>
  new Downtimes([{ devices: [], groups: [], reason: 'works', ...config }], []);

describe('a fixed downtime', () => {
  const works = planned({ devices: ['a'], from: at('10:00:00'), to: at('12:00:00') });

  it.each([
    ['09:59:59.999', null],
    ['10:00:00', at('12:00:00')],
    ['11:59:59.999', at('12:00:00')],
    ['12:00:00', null],
  ])('at %s', (time, until) => {
    expect(active(works, DEVICE, at(time))).toEqual(until === null ? null : { reason: 'works', until });
  });

  it('holds for its devices and groups and for nobody else', () => {
    const now = at('11:00:00');
    expect(active(works, { id: 'b', group: 'berlin' }, now)).toBeNull();
    const group = planned({ groups: ['berlin'], from: at('10:00:00'), to: at('12:00:00') });
    expect(active(group, { id: 'b', group: 'berlin' }, now)).not.toBeNull();
    expect(active(group, { id: 'a', group: 'paris' }, now)).toBeNull();
  });
});

describe('a downtime by cron', () => {
  const backup = planned({ devices: ['a'], cron: '30 2 * * *', durationMs: HOUR });

  it('is asked for one moment after the other, and again when the wall clock is set back', () => {
    const asked = planned({ devices: ['a'], cron: '30 2 * * *', durationMs: HOUR });
    const untils = ['02:00:00', '02:45:00', '03:29:59', '03:30:00', '02:45:00', '01:00:00', '02:30:00'].map(
      (time) => active(asked, DEVICE, at(time))?.until ?? null,
    );
    const end = at('03:30:00');
    expect(untils).toEqual([null, end, end, null, end, null, end]);
  });

  it.each([
    ['02:29:59', null],
    ['02:30:00', at('03:30:00')],
    ['03:29:59.999', at('03:30:00')],
    ['03:30:00', null],
    ['14:00:00', null],
  ])('at %s', (time, until) => {
    expect(active(backup, DEVICE, at(time))?.until ?? null).toBe(until);
  });

  it('that is longer than its period never ends', () => {
    const always = planned({ devices: ['a'], cron: '0 * * * *', durationMs: 2 * HOUR });
    for (let minute = 0; minute < 180; minute++) {
      expect(active(always, DEVICE, at('05:00:00') + minute * 60_000)).not.toBeNull();
    }
  });

  it('on some days of the week leaves the others alone', () => {
    const mondays = planned({ devices: ['a'], cron: '0 4 * * 1', durationMs: HOUR });
    expect(active(mondays, DEVICE, at('04:30:00'))).not.toBeNull();
    expect(active(mondays, DEVICE, at('04:30:00') + 24 * HOUR)).toBeNull();
  });
});

describe('a downtime that a person set', () => {
  it('holds for its device until it is over, and is told before a planned one', () => {
    const adHoc = [{ device: 'a', by: 'ada', reason: 'new roof', until: at('11:00:00') }];
    const both = new Downtimes(
      [{ devices: ['a'], groups: [], reason: 'works', from: at('10:00:00'), to: at('12:00:00') }],
      adHoc,
    );
    expect(active(both, DEVICE, at('10:30:00'))?.reason).toBe('new roof');
    expect(active(both, DEVICE, at('11:00:00'))?.reason).toBe('works');
    expect(active(both, { id: 'b', group: 'berlin' }, at('10:30:00'))).toBeNull();
  });
});

describe('a planned downtime that a person has ended', () => {
  const config: DowntimeConfig[] = [
    { devices: ['a'], groups: [], reason: 'works', from: at('10:00:00'), to: at('12:00:00') },
    { devices: [], groups: ['berlin'], reason: 'wiring', from: at('10:30:00'), to: at('13:00:00') },
    { devices: ['a'], groups: [], reason: 'later', from: at('12:30:00'), to: at('14:00:00') },
  ];
  const now = at('11:00:00');
  const until = new Downtimes(config, []).plannedUntil(DEVICE, now)!;
  const after = new Downtimes(config, [], { a: until });

  it('is over for its device, whatever else was planned for that moment, and for nobody else', () => {
    expect(until).toBe(at('13:00:00'));
    expect(active(after, DEVICE, now)).toBeNull();
    expect(active(after, DEVICE, at('12:15:00'))).toBeNull();
    expect(active(after, { id: 'b', group: 'berlin' }, now)?.reason).toBe('wiring');
  });

  it('says nothing of those that begin later, nor of one by hand', () => {
    expect(active(after, DEVICE, at('12:30:00'))?.reason).toBe('later');
    const again = { device: 'a', by: 'ada', reason: 'once more', until: at('11:30:00') };
    expect(active(new Downtimes(config, [again], { a: until }), DEVICE, now)?.reason).toBe('once more');
  });

  it('is not known of a device for which nothing is planned', () => {
    expect(new Downtimes(config, []).plannedUntil({ id: 'c', group: 'paris' }, now)).toBeNull();
  });
});

describe('a flexible downtime', () => {
  const plan: DowntimeConfig = {
    devices: ['a'],
    groups: [],
    reason: 'new card',
    from: at('10:00:00'),
    to: at('16:00:00'),
    durationMs: HOUR / 2,
    flexible: true,
  };
  const visit = new Downtimes([plan], []);

  it('begins when its device goes down within the window, for its length, even beyond the window', () => {
    expect(active(visit, DEVICE, at('11:00:00'))).toBeNull();
    expect(visit.begunBy(DEVICE, at('09:59:59'))).toBeNull();
    expect(visit.begunBy(DEVICE, at('15:50:00'))).toEqual({
      device: 'a',
      by: 'config',
      reason: 'new card',
      until: at('16:20:00'),
      windowEnd: at('16:00:00'),
    });
    expect(visit.begunBy(DEVICE, at('16:00:00'))).toBeNull();
    expect(visit.begunBy({ id: 'b', group: 'berlin' }, at('11:00:00'))).toBeNull();
  });

  it('begins once for a device', () => {
    const begun = visit.begunBy(DEVICE, at('11:00:00'))!;
    const after = new Downtimes([plan], [begun]);
    expect(active(after, DEVICE, at('11:29:59'))?.reason).toBe('new card');
    expect(active(after, DEVICE, at('11:30:00'))).toBeNull();
    expect(after.begunBy(DEVICE, at('12:00:00'))).toBeNull();
  });
});
