import { describe, expect, it } from 'vitest';
import { world } from './world.ts';

const MINUTE = 60_000;
const LADDER = [
  { name: 'restart', when: { attempt: 1 }, steps: [{ wait: '1s' }] },
  { name: 'reboot', when: { attempt: 2 }, steps: [{ wait: '1s' }], approval: 'ask' },
];

describe('observe mode', () => {
  const observing = async (device: object = {}, change = {}) => {
    const w = await world([{ id: 'a', heal: LADDER, ...device }], change).start('observe');
    w.down.add('a');
    return w;
  };
  const observed = (w: Awaited<ReturnType<typeof observing>>) =>
    w.told('heal-observed').map((message) => message.replace('a: observe mode: ', ''));

  it('tells every rung that would have run, each when the one before would have failed, and runs nothing', async () => {
    const w = await observing();
    await w.clock.advance(30_000);
    expect(observed(w)).toEqual(['would have run "restart" (attempt 1/2)']);
    // 5 s of settling, 30 s of verification and 10 s of waiting have to be over.
    await w.clock.advance(40_000);
    expect(observed(w)).toEqual([
      'would have run "restart" (attempt 1/2)',
      'would have run "reboot" (attempt 2/2), once somebody had approved it',
    ]);
    await w.clock.advance(5 * MINUTE);
    expect(observed(w).slice(2)).toEqual(['would have called a person: all 2 attempts are used up']);
    expect(w.healed).toEqual([]);
    expect(w.told('needs-human')).toEqual([]);
    expect([...w.store.incidents()]).toMatchObject([{ attempts: 0, needsHuman: null }]);
  });

  it('tells no further rung of a device that has come back', async () => {
    const w = await observing();
    await w.clock.advance(30_000);
    w.down.delete('a');
    await w.clock.advance(5 * MINUTE);
    expect(observed(w)).toHaveLength(1);
  });

  it('tells which gate would have held', async () => {
    const w = await world([{ id: 'a', heal: LADDER }]).start('observe');
    await w.act({ type: 'downtime', by: 'op', device: 'a', reason: 'works', durationMs: 2 * MINUTE });
    w.down.add('a');
    await w.clock.advance(MINUTE);
    expect(observed(w)).toEqual([]);
    expect(w.events.filter(({ type }) => type === 'heal-refused')).toMatchObject([{ gate: 'downtime' }]);
    await w.clock.advance(2 * MINUTE);
    expect(observed(w)[0]).toBe('would have run "restart" (attempt 1/2)');
  });

  it('tells that a person would have been called where healing never runs by itself', async () => {
    const w = await observing({ heal: [{ name: 'x', steps: [{ wait: '1s' }], approval: 'never' }] });
    await w.clock.advance(MINUTE);
    expect(observed(w)).toEqual(['would have called a person: its strategy says: approval never']);
  });
});
