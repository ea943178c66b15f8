import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeviceStats, standing } from '../../../src/core/model/stats.ts';
import { Confirmation, DeviceAccount, type ReportedCheck } from '../../../src/core/report/device-account.ts';

const T0 = Date.UTC(2026, 10, 1);
const INTERVAL_MS = 30_000;
const at = (index: number) => T0 + index * INTERVAL_MS;

/**
 * A story, a letter a check: `u`p, `f`ailing softly, `d`own, `r`ecovering (it answers and is still down), `x` unreachable,
 * `?` no verdict, in capitals while it does not count. A space is a check that is missing.
 */
const LETTERS: Readonly<Record<string, Pick<ReportedCheck, 'ok' | 'reachability'>>> = {
  u: { ok: true, reachability: 'up' },
  f: { ok: false, reachability: 'up' },
  d: { ok: false, reachability: 'down' },
  r: { ok: true, reachability: 'down' },
  x: { ok: false, reachability: 'unreachable' },
  '?': { ok: null, reachability: 'up' },
};

function told(story: string): DeviceAccount {
  const account = new DeviceAccount(INTERVAL_MS);
  for (const [index, letter] of [...story].entries()) {
    if (letter === ' ') continue;
    const check = LETTERS[letter.toLowerCase()]!;
    const excluded = letter !== letter.toLowerCase();
    account.add({ at: at(index), ...check, rttMs: check.ok ? 1 : null, excluded });
  }
  return account;
}
const inIntervals = ({ spentMs }: DeviceAccount) =>
  Object.fromEntries(Object.entries(spentMs).map(([what, ms]) => [what, ms / INTERVAL_MS]));
const outages = (story: string) =>
  told(story)
    .outages()
    .map(({ from, lengthMs, detectionMs, isOver }) => ({
      from: (from - T0) / INTERVAL_MS,
      length: lengthMs / INTERVAL_MS,
      detection: detectionMs === null ? null : detectionMs / INTERVAL_MS,
      isOver,
    }));

describe('the time of a report', () => {
  test.each([
    ['uuuuu', { up: 4, down: 0, unreachable: 0, excluded: 0 }],
    ['uuffdddrruuu', { up: 6, down: 5, unreachable: 0, excluded: 0 }],
    ['uuxxxu', { up: 2, down: 0, unreachable: 3, excluded: 0 }],
    ['uuDDDu', { up: 2, down: 0, unreachable: 0, excluded: 3 }],
    ['u', { up: 0, down: 0, unreachable: 0, excluded: 0 }],
  ])('of %s', (story, expected) => {
    expect(inIntervals(told(story))).toEqual(expected);
  });

  test('leaves out the time in which netheal was not running', () => {
    const off = ' '.repeat(20);
    expect(inIntervals(told(`uuu${off}uuu`))).toEqual({ up: 4, down: 0, unreachable: 0, excluded: 0 });
    // A check that is missing now and then is none.
    expect(inIntervals(told('uuu  uuu')).up).toBe(7);
  });

  test('is that of the live account, whatever happens', () => {
    const check = fc.record({
      afterMs: fc.integer({ min: 0, max: 300_000 }),
      ok: fc.constantFrom(true, false, null),
      reachability: fc.constantFrom('unknown', 'up', 'degraded', 'down', 'unreachable'),
      excluded: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(check, { minLength: 1 }), (checks) => {
        const account = new DeviceAccount(INTERVAL_MS);
        const stats = new DeviceStats(T0, T0);
        let now = T0;
        for (const { afterMs, ok, reachability, excluded } of checks) {
          now += afterMs;
          account.add({ at: now, ok, rttMs: null, reachability, excluded });
          stats.stand(standing(reachability, excluded), now);
        }
        const { up, down, unreachable } = account.spentMs;
        const counted = up + down + unreachable;
        if (counted === 0) return;
        const live = stats.summary(now);
        expect((100 * up) / counted).toBeCloseTo(live.uptimePercent!, 6);
        expect((100 * unreachable) / counted).toBeCloseTo(live.unreachablePercent!, 6);
      }),
    );
  });
});

describe('the outages of a report', () => {
  test('begin with the first failed check and end with the first good one', () => {
    expect(outages('uuffdddrruuu')).toEqual([{ from: 2, length: 5, detection: 2, isOver: true }]);
  });

  test('are none where a failure was never sure', () => {
    expect(outages('uuffuuufuuu')).toEqual([]);
  });

  test('last while nothing else is known', () => {
    expect(outages('uuffdddd')).toEqual([{ from: 2, length: 5, detection: 2, isOver: false }]);
    expect(outages('uuffddrdd')).toEqual([{ from: 2, length: 6, detection: 2, isOver: false }]);
  });

  test('that were there before the report have no time of detection', () => {
    expect(outages('dddruu')).toEqual([{ from: 0, length: 3, detection: null, isOver: true }]);
  });

  test('that were planned are none, and what goes on behind a downtime is one from then on', () => {
    expect(outages('uuDDDRuuu')).toEqual([]);
    expect(outages('uuFFDDddruu')).toEqual([{ from: 2, length: 2, detection: null, isOver: true }]);
  });

  test('leave out the time behind a dead parent', () => {
    expect(outages('uffddxxxddruu')).toEqual([{ from: 1, length: 6, detection: 2, isOver: true }]);
  });
});

test('without states a log is confirmed as netheal confirms: so many in a row', () => {
  const confirmation = new Confirmation({ failureThreshold: 3, successThreshold: 2 });
  const states = [...'uufffuffuuf'].map((letter) => confirmation.after(letter === 'u'));
  expect(states.join(' ')).toBe('up up up up down down down down down up up');
});

test('RTTs come to their average and to percentiles within one percent', () => {
  const account = new DeviceAccount(INTERVAL_MS);
  const rtts = Array.from({ length: 1_000 }, (_, index) => 0.5 + index / 10);
  for (const [index, rttMs] of rtts.entries())
    account.add({ at: at(index), ok: true, rttMs, reachability: 'up', excluded: false });
  expect(account.rtts.averageMs).toBeCloseTo(50.45, 6);
  for (const share of [0.01, 0.5, 0.95, 1]) {
    const exact = rtts[Math.ceil(share * rtts.length) - 1]!;
    expect(Math.abs(account.rtts.quantileMs(share)! / exact - 1)).toBeLessThan(0.0101);
  }
});
