import { describe, expect, test } from 'vitest';
import { chooseStrategy, type HealSituation, waitBeforeNext } from '../../../src/core/model/heal-policy.ts';
import type { Failure, StrategyCondition } from '../../../src/core/model/types.ts';

const failure: Failure = { kind: 'failed', probe: 'exec:load', message: 'CRITICAL - Load 9.1', exitCode: 2 };
const situation: HealSituation = {
  attempt: 1,
  failure,
  tags: { role: 'router', site: 'berlin' },
  dialect: 'cisco-ios',
};

function holds(when: StrategyCondition, changes: Partial<HealSituation> = {}): boolean {
  return chooseStrategy([{ when }], { ...situation, ...changes }) !== null;
}

describe('a strategy', () => {
  test.each<{ when: StrategyCondition; fits: boolean }>([
    { when: {}, fits: true },
    { when: { failure: ['failed'] }, fits: true },
    { when: { failure: ['timeout', 'failed'] }, fits: true },
    { when: { failure: ['timeout'] }, fits: false },
    { when: { failure: [] }, fits: false },
    { when: { failure: ['probe:exec:load'] }, fits: true },
    { when: { failure: ['probe:exec'] }, fits: false },
    { when: { failure: ['exit:2'] }, fits: true },
    { when: { failure: ['exit:1'] }, fits: false },
    { when: { attempt: [1] }, fits: true },
    { when: { attempt: [2, 3] }, fits: false },
    { when: { text: 'critical' }, fits: true },
    { when: { text: 'LOAD 9' }, fits: true },
    { when: { text: 'disk' }, fits: false },
    { when: { tags: { role: 'router' } }, fits: true },
    { when: { tags: { role: 'router', site: 'berlin' } }, fits: true },
    { when: { tags: { role: 'router', site: 'rome' } }, fits: false },
    { when: { tags: { rack: 'a1' } }, fits: false },
    { when: { dialect: ['cisco-ios'] }, fits: true },
    { when: { dialect: ['linux', 'cisco-ios'] }, fits: true },
    { when: { dialect: ['linux'] }, fits: false },
    { when: { attempt: [1], failure: ['exit:2'], tags: { role: 'router' }, text: 'load' }, fits: true },
    { when: { attempt: [1], failure: ['exit:2'], tags: { role: 'switch' }, text: 'load' }, fits: false },
  ])('that applies when $when fits: $fits', ({ when, fits }) => {
    expect(holds(when)).toBe(fits);
  });

  test('on an exit code does not fit a failure without one', () => {
    const silent: Failure = { kind: 'timeout', probe: 'icmp', message: 'no answer' };
    expect(holds({ failure: ['exit:2'] }, { failure: silent })).toBe(false);
    expect(holds({ failure: ['exit:0'] }, { failure: silent })).toBe(false);
  });

  test('on a dialect does not fit a device without ssh access', () => {
    expect(holds({ dialect: ['auto', 'cisco-ios'] }, { dialect: null })).toBe(false);
  });

  test('is the first that applies', () => {
    const ladder = [
      { name: 'restart the service', when: { attempt: [1] } },
      { name: 'reboot', when: { attempt: [2] } },
      { name: 'anything', when: {} },
    ];
    const name = (attempt: number) => chooseStrategy(ladder, { ...situation, attempt })?.name;
    expect([1, 2, 3].map(name)).toEqual(['restart the service', 'reboot', 'anything']);
  });

  test('is none where nothing applies', () => {
    expect(chooseStrategy([], situation)).toBeNull();
    expect(chooseStrategy([{ when: { attempt: [2] } }], situation)).toBeNull();
  });
});

describe('the wait before the next attempt', () => {
  test('doubles from the second on', () => {
    expect([0, 1, 2, 3, 4].map((done) => waitBeforeNext(10_000, done))).toEqual([
      0, 10_000, 20_000, 40_000, 80_000,
    ]);
  });

  test('never grows beyond a day, unless it was longer from the start', () => {
    const day = 86_400_000;
    expect(waitBeforeNext(10_000, 5000)).toBe(day);
    expect(waitBeforeNext(3 * day, 4)).toBe(3 * day);
    expect(waitBeforeNext(0, 5000)).toBe(0);
  });
});
