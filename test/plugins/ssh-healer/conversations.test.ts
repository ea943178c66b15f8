import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Case, CORPUS } from './corpus.ts';
import { expectAsWritten } from './expected.ts';
import { type Chop, type Conversation, converse, randomly, whole } from './fake-session.ts';

/** How often each conversation is cut at other places; more of them with NETHEAL_SPLITS. */
const SPLITS = Number(process.env.NETHEAL_SPLITS ?? 20);

/** Compares with the data file; nothing may have been typed while the device still spoke. */
function check(one: Case, held: Conversation): void {
  expectAsWritten(one, held);
  expect(held.early).toEqual([]);
}

/** Holds the conversation in virtual time. */
async function hold(one: Case, chop: Chop): Promise<Conversation> {
  const held = converse(one, chop);
  let over = false;
  const settle = () => {
    over = true;
  };
  held.then(settle, settle);
  while (!over) await vi.advanceTimersByTimeAsync(200);
  return held;
}

describe('a conversation with a device comes out the same however its output is cut', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each(CORPUS.map((one) => [one.title, one] as const))('%s', async (_title, one) => {
    check(one, await hold(one, whole));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 0xffffffff }), async (seed) => {
        check(one, await hold(one, randomly(seed)));
      }),
      { numRuns: SPLITS },
    );
  });

  test('the data files hold every built-in dialect', () => {
    const spoken = new Set(CORPUS.map(({ dialect }) => dialect));
    expect([...spoken].sort()).toEqual(
      'arista-eos auto cisco-ios cisco-nxos edgeos juniper-junos linux mikrotik-routeros openwrt'.split(' '),
    );
  });
});
