import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Account } from '../../../src/core/kernel/accounts.ts';
import type { Fault } from '../../../src/core/kernel/guard.ts';
import { createHooks, gateNames, tappableHooks } from '../../../src/core/kernel/hooks.ts';
import type { HealAttempt, ProbeRequest, ProbeResult, StatusChange, Veto } from '../../../src/core/plugin.ts';

const REQUEST = {} as ProbeRequest;
const RESULT: ProbeResult = { ok: true, rttMs: 1 };
const CHANGE = {} as StatusChange;
const attempt = (force: readonly string[] = []): HealAttempt => ({ force }) as unknown as HealAttempt;

function world() {
  const hooks = createHooks();
  const faults: Fault[] = [];
  const plugin = (name: string) => {
    const account = new Account(name);
    const taps = tappableHooks(hooks, {
      account,
      monoMs: () => performance.now(),
      onFault: (fault) => faults.push(fault),
      onStartFailed: () => undefined,
    });
    return { account, taps };
  };
  return { hooks, faults, plugin };
}

function circle(): object {
  const ring: { self?: object } = {};
  ring.self = ring;
  return ring;
}

describe('a tap that misbehaves', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
    [
      'throws nothing at all',
      () => {
        throw undefined;
      },
    ],
  ])('and %s is named and counted, and the others still run', async (_what, misbehave) => {
    const { hooks, faults, plugin } = world();
    const bad = plugin('bad');
    const seen: string[] = [];
    bad.taps.onStatusChange.tap(misbehave as never);
    plugin('good').taps.onStatusChange.tap(async () => void seen.push('good'));
    bad.taps.onStatusChange.tap(() => void seen.push('again'));
    await hooks.onStatusChange.promise(CHANGE);
    expect(seen.sort()).toEqual(['again', 'good']);
    expect(faults).toMatchObject([{ plugin: 'bad', hook: 'onStatusChange' }]);
    expect(bad.account.view()).toMatchObject({ errors: 1, calls: 2 });
  });

  it('has no opinion before a ping, and the next tap decides', async () => {
    const { hooks, plugin } = world();
    plugin('bad').taps.beforePing.tap(() => {
      throw new Error('boom');
    });
    plugin('good').taps.beforePing.tap(() => ({ skip: 'not now' }));
    expect(await hooks.beforePing.promise(REQUEST)).toEqual({ skip: 'not now' });
  });

  it('after a ping leaves the value as it was, and so does an answer that means nothing', async () => {
    const { hooks, faults, plugin } = world();
    plugin('bad').taps.afterPing.tap(() => {
      throw new Error('boom');
    });
    plugin('odd').taps.afterPing.tap(() => 'up' as never);
    plugin('shy').taps.afterPing.tap(() => undefined);
    expect(await hooks.afterPing.promise(RESULT, REQUEST)).toEqual(RESULT);
    expect(faults.map(({ plugin }) => plugin)).toEqual(['bad', 'odd']);
  });

  it.each([
    ['a circle', circle()],
    ['a BigInt', 1n],
    [
      'an object that throws when it is looked at',
      {
        get ok() {
          throw new Error('look away');
        },
      },
    ],
    ['a result whose numbers are none', { ok: true, rttMs: 'fast' }],
    ['a failure without a reason', { ok: false, message: 'broken' }],
    ['a failure without words', { ok: false, reason: 'timeout' }],
  ])('and answers %s is at fault, and the value stays', async (_what, nonsense) => {
    const { hooks, faults, plugin } = world();
    plugin('odd').taps.afterPing.tap(() => nonsense as never);
    expect(await hooks.afterPing.promise(RESULT, REQUEST)).toEqual(RESULT);
    expect(faults).toMatchObject([{ plugin: 'odd', hook: 'afterPing' }]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('asleep');
      },
    ],
    ['answers nonsense', () => true],
    ['answers null', () => null],
  ])('as a guard and %s counts as a veto', async (_what, misbehave) => {
    const { hooks, plugin } = world();
    plugin('guard').taps.beforeHeal.tap(misbehave as never);
    expect(await hooks.beforeHeal.promise(attempt())).toMatchObject({ gate: 'guard' });
  });

  it('is disabled after twenty faults in a row, and as a guard still vetoes', async () => {
    const { hooks, faults, plugin } = world();
    const bad = plugin('bad');
    const calls = vi.fn(() => {
      throw new Error('boom');
    });
    bad.taps.beforeHeal.tap(calls as never);
    for (let i = 0; i < 25; i++)
      expect(await hooks.beforeHeal.promise(attempt())).toMatchObject({ gate: 'bad' });
    expect(calls).toHaveBeenCalledTimes(20);
    expect(bad.account.view().state).toBe('disabled');
    expect(faults.at(-1)!.what).toContain('disabled');
  });

  it('is not disabled while it succeeds in between', async () => {
    const { hooks, plugin } = world();
    const moody = plugin('moody');
    let turn = 0;
    moody.taps.onStatusChange.tap(() => {
      if (turn++ % 2 === 0) throw new Error('boom');
    });
    for (let i = 0; i < 60; i++) await hooks.onStatusChange.promise(CHANGE);
    expect(moody.account.view().state).not.toBe('disabled');
  });

  it('that is asynchronous on the synchronous hook is told so, and its rejection is caught', async () => {
    const { hooks, faults, plugin } = world();
    plugin('bad').taps.onSample.tap((async () => {
      throw new Error('late');
    }) as never);
    hooks.onSample.call({} as never);
    await vi.waitFor(() => expect(faults.map(({ what }) => what).join()).toContain('late'));
    expect(faults[0]!.what).toContain('asynchronous');
  });
});

describe('a tap that hangs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is given up after its time, named, and the hook settles', async () => {
    const { hooks, faults, plugin } = world();
    const bad = plugin('bad');
    bad.taps.onStatusChange.tap(() => new Promise(() => undefined), { timeoutMs: 700 });
    const done = hooks.onStatusChange.promise(CHANGE);
    await vi.advanceTimersByTimeAsync(700);
    await done;
    expect(faults).toMatchObject([{ plugin: 'bad', timedOut: true }]);
    expect(bad.account.view()).toMatchObject({ timeouts: 1, errors: 0 });
  });

  it('as a guard counts as a veto when its time is over', async () => {
    const { hooks, plugin } = world();
    plugin('guard').taps.beforeHeal.tap(() => new Promise<Veto>(() => undefined));
    const answer = hooks.beforeHeal.promise(attempt());
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await answer).toMatchObject({ gate: 'guard', veto: expect.stringContaining('5000 ms') });
  });
});

describe('hooks', () => {
  it('are frozen, and a plugin can only tap', () => {
    const { hooks, plugin } = world();
    expect(Object.isFrozen(hooks)).toBe(true);
    const { taps } = plugin('p');
    expect(Object.isFrozen(taps)).toBe(true);
    expect(Object.keys(taps.onStatusChange)).toEqual(['tap', 'tapPromise']);
  });

  it("understand tapable's own spelling", async () => {
    const { hooks, plugin } = world();
    const { taps } = plugin('p');
    const seen: string[] = [];
    taps.onStatusChange.tap('any name', () => void seen.push('tap'));
    taps.onStatusChange.tapPromise('any name', async () => void seen.push('tapPromise'));
    await hooks.onStatusChange.promise(CHANGE);
    expect(seen.sort()).toEqual(['tap', 'tapPromise']);
  });

  it('run taps by stage, and before a plugin that is named', async () => {
    const { hooks, plugin } = world();
    plugin('late').taps.beforeHeal.tap(() => ({ gate: 'late', veto: 'x' }), { stage: 10 });
    plugin('middle').taps.beforeHeal.tap(() => ({ gate: 'middle', veto: 'x' }));
    plugin('first').taps.beforeHeal.tap(() => ({ gate: 'first', veto: 'x' }), { before: 'middle' });
    expect(await hooks.beforeHeal.promise(attempt())).toMatchObject({ gate: 'first' });
  });

  it('refuse a tap without a function', () => {
    const { plugin } = world();
    expect(() => plugin('p').taps.ready.tap('name' as never)).toThrow(/p tapped ready without a function/);
  });

  it('drop the veto of a gate that a person overrides by name, and of no other', async () => {
    const { hooks, plugin } = world();
    const { taps } = plugin('guardrails');
    taps.beforeHeal.tap(() => ({ gate: 'downtime', veto: 'planned' }), { gate: 'downtime' });
    taps.beforeHeal.tap(() => ({ gate: 'flapping', veto: 'flaps' }), { gate: 'flapping' });
    expect(await hooks.beforeHeal.promise(attempt(['downtime']))).toMatchObject({ gate: 'flapping' });
    expect(await hooks.beforeHeal.promise(attempt(['downtime', 'flapping']))).toBeUndefined();
    expect(gateNames(hooks)).toEqual(['downtime', 'flapping']);
  });

  it('cost nothing where nobody taps: the engine can see that', () => {
    const { hooks, plugin } = world();
    expect(hooks.onSample.isUsed()).toBe(false);
    plugin('p').taps.onSample.tap(() => undefined);
    expect(hooks.onSample.isUsed()).toBe(true);
  });
});
