import { describe, expect, it } from 'vitest';
import { Account } from '../../../src/core/kernel/accounts.ts';
import { type Fault, type GuardContext, guarded, guardedSync } from '../../../src/core/kernel/guard.ts';

const anything = () => true;

/** A guard around one tap, with a clock that the tap itself moves. */
function setUp() {
  const account = new Account('p');
  const faults: Fault[] = [];
  const clock = { monoMs: 0 };
  const context: GuardContext = {
    account,
    hook: 'onSample',
    timeoutMs: 1_000,
    monoMs: () => clock.monoMs,
    onFault: (fault) => faults.push(fault),
  };
  const takes = (ms: number) => () => {
    clock.monoMs += ms;
  };
  return { account, faults, context, takes };
}

describe('a tap that holds up the event loop', () => {
  it.each([
    ['asynchronous', (context: GuardContext, run: () => void) => guarded(context, run, anything)],
    ['synchronous', (context: GuardContext, run: () => void) => guardedSync(context, run)],
  ])('is told of, with how long, on a hook that is %s', async (_kind, call) => {
    const { account, faults, context, takes } = setUp();
    await call(context, takes(249));
    expect(faults).toEqual([]);
    await call(context, takes(1_250));
    expect(faults).toMatchObject([
      { plugin: 'p', what: 'plugin p blocked everything for 1250 ms in onSample' },
    ]);
    expect(account.view()).toMatchObject({ errors: 1, calls: 2 });
  });
});

describe('what a plugin throws', () => {
  it('is told on one line, without controls, and not for ever', async () => {
    const { faults, context } = setUp();
    guardedSync(context, () => {
      throw new Error(`\x1b[31mbad\nnews ${'x'.repeat(5_000)}`);
    });
    expect(faults[0]!.what).toMatch(/^plugin p failed in onSample: bad news x+…$/);
    expect(faults[0]!.what.length).toBeLessThan(400);
  });

  it.each([
    [undefined],
    [null],
    ['words'],
    [{ some: 'object' }],
    [Symbol('s')],
    [Object.create(null)],
    [Object.assign(new Error('x'), { message: 42 })],
  ])('may be anything (%#)', async (thrown) => {
    const { faults, context } = setUp();
    const answer = await guarded(
      context,
      () => {
        throw thrown;
      },
      anything,
    );
    expect(answer.ok).toBe(false);
    expect(faults).toHaveLength(1);
  });
});

describe('the account of a plugin', () => {
  it('counts calls, faults and time', async () => {
    const { account, context, takes } = setUp();
    for (let ms = 1; ms <= 100; ms++) guardedSync(context, takes(ms));
    expect(account.view()).toMatchObject({
      name: 'p',
      state: 'ok',
      calls: 100,
      errors: 0,
      timeouts: 0,
      p95Ms: 95,
    });
  });

  it('looks at the last calls only: what was slow long ago is over', async () => {
    const { account, context, takes } = setUp();
    for (let i = 0; i < 50; i++) guardedSync(context, takes(200));
    for (let i = 0; i < 128; i++) guardedSync(context, takes(1));
    expect(account.view().p95Ms).toBe(1);
  });

  it('is faulty after a fault, until something succeeds', async () => {
    const { account, context, takes } = setUp();
    guardedSync(context, () => {
      throw new Error('oh');
    });
    expect(account.view()).toMatchObject({ state: 'faulty', lastError: expect.stringContaining('oh') });
    guardedSync(context, takes(1));
    expect(account.view().state).toBe('ok');
  });
});
