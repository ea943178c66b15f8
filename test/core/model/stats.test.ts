import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeviceStats, type Standing, standing } from '../../../src/core/model/stats.ts';

const HOUR = 3_600_000;

describe('uptime', () => {
  test('is unknown until something counts, and the first verdict until time has passed', () => {
    const stats = new DeviceStats(1000, 50);
    expect(stats.summary(HOUR)).toMatchObject({ since: 1000, uptimePercent: null, unreachablePercent: null });
    stats.stand('up', HOUR);
    expect(stats.summary(HOUR).uptimePercent).toBe(100);
    stats.stand('down', HOUR);
    expect(stats.summary(HOUR).uptimePercent).toBe(0);
  });

  test('is the share of time and not of checks', () => {
    const stats = new DeviceStats(0, 0);
    stats.stand('up', 0);
    stats.stand('down', 9 * HOUR);
    for (let i = 0; i < 100; i++) stats.countCheck(false, null);
    expect(stats.summary(10 * HOUR).uptimePercent).toBeCloseTo(90, 9);
  });

  test('leaves out the time before the first check and downtimes', () => {
    const stats = new DeviceStats(0, 0);
    stats.stand('up', 5 * HOUR);
    stats.stand('excluded', 6 * HOUR);
    stats.stand('down', 100 * HOUR);
    expect(stats.summary(101 * HOUR).uptimePercent).toBeCloseTo(50, 9);
  });

  test('leaves out time in which the monitor was not running', () => {
    const stats = new DeviceStats(0, 0);
    stats.stand('down', 0);
    stats.stand('up', HOUR);
    stats.leaveOut(50 * HOUR);
    expect(stats.summary(51 * HOUR).uptimePercent).toBeCloseTo(50, 9);
  });

  test('reports unreachable time apart: it is not up time', () => {
    const stats = new DeviceStats(0, 0);
    stats.stand('up', 0);
    stats.stand('unreachable', 3 * HOUR);
    const { uptimePercent, unreachablePercent } = stats.summary(4 * HOUR);
    expect([uptimePercent, unreachablePercent]).toEqual([75, 25]);
  });

  test('is the same however often the account is brought up to date', () => {
    const stretch = fc.record({
      as: fc.constantFrom<Standing>('up', 'down', 'unreachable', 'excluded'),
      ms: fc.nat(100_000),
      updates: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 30 }), (stretches) => {
        const stats = new DeviceStats(0, 0);
        const spentMs = { up: 0, down: 0, unreachable: 0, excluded: 0 };
        let now = 0;
        for (const { as, ms, updates } of stretches) {
          for (let i = 0; i <= updates; i++) stats.stand(as, now + Math.floor((ms * i) / (updates + 1)));
          now += ms;
          spentMs[as] += ms;
        }
        const counted = spentMs.up + spentMs.down + spentMs.unreachable;
        if (counted > 0) {
          expect(stats.summary(now).uptimePercent).toBeCloseTo((spentMs.up / counted) * 100, 6);
        }
      }),
    );
  });
});

describe('checks', () => {
  test('are counted with their RTTs, of which a lost one has none', () => {
    const stats = new DeviceStats(0, 0);
    stats.countCheck(true, 10);
    stats.countCheck(false, null);
    stats.countCheck(true, 20);
    expect(stats.summary(0)).toMatchObject({ totalChecks: 3, onlineChecks: 2, averageRttMs: 15 });
  });

  test('have no average before the first answer', () => {
    const stats = new DeviceStats(0, 0);
    stats.countCheck(false, null);
    expect(stats.summary(0).averageRttMs).toBeNull();
  });
});

test('degraded counts as up, unknown not at all, and an excluded time never', () => {
  expect(standing('up', false)).toBe('up');
  expect(standing('degraded', false)).toBe('up');
  expect(standing('down', false)).toBe('down');
  expect(standing('unreachable', false)).toBe('unreachable');
  expect(standing('unknown', false)).toBe('excluded');
  expect(standing('down', true)).toBe('excluded');
});
