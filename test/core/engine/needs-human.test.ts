import { describe, expect, it } from 'vitest';
import { world } from './world.ts';

const MINUTE = 60_000;
const ASKING = [{ id: 'a', heal: [{ name: 'mend', steps: [{ wait: '1s' }], approval: 'ask' }] }];

describe('a heal that a person has refused', () => {
  const refused = async () => {
    const w = await world(ASKING).start();
    w.down.add('a');
    await w.clock.advance(30_000);
    await w.act({ type: 'reject', heal: '1', by: 'op' });
    await w.clock.advance(1_000);
    return w;
  };

  it('is not asked for again when the device relapses within the incident', async () => {
    const w = await refused();
    w.down.clear();
    await w.clock.advance(30_000);
    w.down.add('a');
    await w.clock.advance(2 * MINUTE);
    expect(w.told('approval-asked')).toHaveLength(1);
    expect(w.device('a').healing).toMatchObject({ phase: 'needs-human', reason: 'rejected by op' });
  });

  it('is not asked for again after a restart, and its number is not given to another', async () => {
    const next = await (await refused()).crash().start();
    await next.clock.advance(2 * MINUTE);
    expect(next.told('approval-asked')).toEqual([]);
    expect(next.device('a').healing.phase).toBe('needs-human');
    next.down.clear();
    await next.clock.advance(3 * MINUTE);
    expect(next.told('incident-closed')).toHaveLength(1);
    next.down.add('a');
    await next.clock.advance(MINUTE);
    expect(next.told('approval-asked')).toMatchObject([expect.stringContaining('(heal 2, ')]);
  });

  it('is healed by the person who says so; from then on the ladder is open again', async () => {
    const w = await refused();
    const healing = w.act({ type: 'heal', device: 'a', by: 'op', force: ['approval'] });
    await w.clock.advance(MINUTE);
    expect(await healing).toMatchObject({ ok: true });
    expect([...w.store.incidents()]).toMatchObject([{ needsHuman: null, attempts: 1 }]);
    w.down.add('a');
    await w.clock.advance(MINUTE);
    expect(w.told('approval-asked')).toHaveLength(2);
  });
});

describe('in the audit trail', () => {
  const refusals = (w: ReturnType<typeof world>) =>
    w.events.filter(({ type }) => type === 'heal-refused').map(({ gate, level }) => `${gate} ${level}`);

  it('stands every gate that stopped an attempt by itself: the wait after one, and the end of the ladder', async () => {
    const w = await world([{ id: 'a' }]).start();
    w.heal = () => ({ ok: true });
    w.down.add('a');
    await w.clock.advance(10 * MINUTE);
    expect(refusals(w)).toEqual(['cooling-down info', 'attempts warn']);
    expect(w.told('needs-human')).toHaveLength(1);
  });

  it('stands who was refused a heal, by which gate and why', async () => {
    const w = await world([{ id: 'a', label: 'Attic' }]).start();
    await w.clock.advance(5_000);
    await w.act({ type: 'heal', device: 'a', by: 'op' });
    await w.act({ type: 'pause', by: 'op' });
    w.down.add('a');
    await w.clock.advance(MINUTE);
    await w.act({ type: 'heal', device: 'a', by: 'op' });
    expect(refusals(w)).toEqual(['healthy warn', 'paused warn', 'paused warn']);
    expect(w.told('heal-refused').at(-1)).toMatch(
      /^Attic: the heal that op asked for is refused \(paused\): /,
    );
  });
});
