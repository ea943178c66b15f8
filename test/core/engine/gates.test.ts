import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gates, type Slot } from '../../../src/core/engine/gates.ts';
import { Account } from '../../../src/core/kernel/accounts.ts';
import { createHooks, tappableHooks } from '../../../src/core/kernel/hooks.ts';
import type { HealAttempt, TapFn, TapOptions } from '../../../src/core/plugin.ts';

type Guard = TapFn<'beforeHeal'>;

function attempt(device: string, change: Partial<HealAttempt> & { group?: string } = {}): HealAttempt {
  const { group = 'g', ...rest } = change;
  return { device: { id: device, group }, targets: [device], force: [], ...rest } as unknown as HealAttempt;
}

function setUp(...guards: readonly [Guard, TapOptions?][]) {
  const hooks = createHooks();
  const taps = tappableHooks(hooks, {
    account: new Account('guards'),
    monoMs: () => 0,
    onFault: () => undefined,
    onStartFailed: () => undefined,
  });
  const gates = new Gates(hooks);
  for (const [guard, options] of guards) taps.beforeHeal.tap(guard, options);
  return gates;
}

const says = (gate: string): [Guard, TapOptions] => [() => ({ gate, veto: `${gate} holds` }), { gate }];
const passes = (gate: string): [Guard, TapOptions] => [() => undefined, { gate }];

describe('the gate before an attempt', () => {
  it('is shut where no guard is loaded', async () => {
    expect(await setUp().ask(attempt('a'))).toMatchObject({ gate: 'guardrails' });
  });

  it('asks without taking: who only asks holds nobody up', async () => {
    const gates = setUp(passes('p'));
    expect(await gates.ask(attempt('a'))).toBeNull();
    expect(await gates.ask(attempt('a'))).toBeNull();
    expect(gates.running).toEqual([]);
  });

  it('never lets two attempts have one target, whoever of them it belongs to, until the first leaves', async () => {
    const gates = setUp(passes('p'));
    const first = (await gates.enter(attempt('a', { targets: ['a', 'switch'] }))) as { slot: Slot };
    const second = () => gates.enter(attempt('b', { targets: ['b', 'switch'] }));
    expect(await second()).toMatchObject({
      veto: { gate: 'target-busy', veto: expect.stringContaining('switch') },
    });
    expect(await gates.enter(attempt('switch'))).toMatchObject({ veto: { gate: 'target-busy' } });
    first.slot.leave();
    expect(await second()).toMatchObject({ slot: { device: 'b' } });
  });

  it('of a target that is busy is overridden by nobody', async () => {
    const gates = setUp(passes('p'));
    await gates.enter(attempt('a'));
    expect(await gates.enter(attempt('a', { force: ['target-busy'] }))).toMatchObject({
      veto: { gate: 'target-busy' },
    });
  });

  it('lets the next in after a guard has failed', async () => {
    let calls = 0;
    const gates = setUp([
      () => {
        if (++calls === 1) throw new Error('asleep');
      },
    ]);
    expect(await gates.enter(attempt('a'))).toMatchObject({ veto: { gate: 'guards' } });
    expect(await gates.enter(attempt('a'))).toMatchObject({ slot: { device: 'a' } });
  });

  it('tells the verdict of every guard, not only of the first that objects', async () => {
    const gates = setUp(says('downtime'), passes('flapping'), says('cooling-down'));
    await gates.enter(attempt('a', { force: ['downtime', 'cooling-down'] }));
    expect(await gates.verdicts(attempt('a'))).toEqual([
      { gate: 'downtime', ok: false, reason: 'downtime holds' },
      { gate: 'flapping', ok: true, reason: null },
      { gate: 'cooling-down', ok: false, reason: 'cooling-down holds' },
      { gate: 'target-busy', ok: false, reason: 'a is already being healed' },
    ]);
  });

  it('never gives the last place to two, in whatever order guards answer and attempts come and go', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 8 }),
        async (scheduler, limit, targets) => {
          let most = 0;
          const gates = setUp([
            async () => {
              // What a guard sees when it begins to think ...
              const free = gates.running.length < limit;
              await scheduler.schedule(Promise.resolve(), 'a guard thinks');
              // ... must still hold when it answers.
              return free ? undefined : { gate: 'concurrency', veto: 'full' };
            },
          ]);
          const attempts = targets.map(async (target, index) => {
            await scheduler.schedule(Promise.resolve(), 'an attempt comes');
            const entered = await gates.enter(attempt(`d${index}`, { targets: [`t${target}`] }));
            const taken = gates.running.flatMap((slot) => slot.targets);
            expect(new Set(taken).size).toBe(taken.length);
            most = Math.max(most, gates.running.length);
            if ('veto' in entered) return;
            await scheduler.schedule(Promise.resolve(), 'it heals');
            entered.slot.leave();
          });
          await scheduler.waitFor(Promise.all(attempts));
          expect(most).toBeLessThanOrEqual(limit);
          expect(most).toBeGreaterThan(0);
          expect(gates.running).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
