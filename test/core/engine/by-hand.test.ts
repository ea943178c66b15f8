import { describe, expect, it } from 'vitest';
import { world } from './world.ts';

const MINUTE = 60_000;
const WORKS = { devices: ['a'], from: '2026-11-01', to: '2026-12-01', reason: 'works' };

describe('a person who edits a heal that waits for approval', () => {
  const waiting = async (...more: object[]) => {
    const steps = [{ wait: '1s' }, ...more];
    const w = await world([{ id: 'a', heal: [{ name: 'mend', steps, approval: 'ask' }] }]).start();
    w.down.add('a');
    await w.clock.advance(30_000);
    const shown = () => [...w.store.heals()][0]!;
    expect(shown().phase).toBe('waiting-approval');
    const { id, plan } = shown();
    const edit = (hash: string, ...commands: string[]) =>
      w.act({ type: 'edit', heal: id, hash, by: 'op', steps: commands.map((line) => [line]) });
    const approve = (hash: string) => w.act({ type: 'approve', heal: id, hash, by: 'boss' });
    return { w, shown, plan, edit, approve };
  };

  it('sees it wait on with another plan, and what was edited runs, not what was planned', async () => {
    const { w, shown, plan, edit, approve } = await waiting();
    const ran: unknown[] = [];
    w.heal = ({ spec, target }, { down }) => {
      ran.push(spec);
      down.delete(target.id);
      return { ok: true };
    };
    const answer = await edit(plan.hash, '{"wait":"7s"}');
    expect(answer).toMatchObject({ ok: true, plan: { steps: [{ lines: ['{"wait":"7s"}'] }] } });
    const { expiresAt } = shown();
    expect(shown()).toMatchObject({ phase: 'waiting-approval', editedBy: 'op', by: 'auto' });
    expect(shown().plan.hash).not.toBe(plan.hash);
    expect(w.told('approval-edited')).toMatchObject([expect.stringMatching(/by op: .*7s/)]);

    expect(await approve(plan.hash)).toMatchObject({ ok: false, gate: 'approval' });
    expect(ran).toEqual([]);
    expect(expiresAt).toBe(shown().expiresAt);
    expect(await approve(shown().plan.hash)).toMatchObject({ ok: true });
    await w.clock.advance(MINUTE);
    expect(ran).toEqual([{ wait: '7s' }]);
    expect(shown()).toMatchObject({ outcome: 'healed', by: 'boss', editedBy: 'op' });
    expect(Object.values(w.journal.state.attempts)[0]!.plan).toEqual(shown().plan);
  });

  it('who has not seen the newest plan is told to look again', async () => {
    const { w, shown, plan, edit } = await waiting();
    await edit(plan.hash, '{"wait":"7s"}');
    const newest = shown();
    expect(await edit(plan.hash, '{"wait":"8s"}')).toMatchObject({ ok: false, gate: 'approval' });
    expect(shown()).toEqual(newest);
    expect(w.healed).toEqual([]);
  });

  it('that is over, or never was, edits nothing', async () => {
    const { w, plan, edit } = await waiting();
    await w.act({ type: 'reject', heal: '1', by: 'op' });
    expect(await edit(plan.hash, '{"wait":"7s"}')).toMatchObject({
      ok: false,
      message: expect.stringContaining('does not wait'),
    });
  });
});

describe('a person who ends a downtime', () => {
  it.each([
    ['that was planned', { more: { downtimes: [WORKS] } }, async () => undefined],
    [
      'begun by hand',
      {},
      (w: ReturnType<typeof world>) =>
        w.act({ type: 'downtime', by: 'op', device: 'a', reason: 'works', durationMs: 99 * MINUTE }),
    ],
  ])('%s has the device healed from then on, after a restart as well', async (_, config, begin) => {
    const w = await world([{ id: 'a' }], config).start();
    await begin(w);
    w.down.add('a');
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual([]);
    expect(await w.act({ type: 'end-downtime', by: 'op', device: 'a' })).toMatchObject({ ok: true });
    expect(w.device('a').flags.downtime).toBeNull();
    expect(w.told('downtime').join()).toContain('ended by op');
    const next = await w.crash().start();
    await next.clock.advance(MINUTE);
    expect(next.device('a').flags.downtime).toBeNull();
    expect(next.healed).toEqual(['a']);
  });

  it('of a device that is in none is told so', async () => {
    const w = await world([{ id: 'a' }]).start();
    expect(await w.act({ type: 'end-downtime', by: 'op', device: 'a' })).toMatchObject({ ok: false });
  });
});

describe('a note', () => {
  it('stands among the events, with its author', async () => {
    const w = await world([{ id: 'a', label: 'Attic' }]).start();
    await w.act({ type: 'note', by: 'op', device: 'a', text: 'a new fan' });
    expect(w.events.at(-1)).toMatchObject({
      type: 'note',
      device: 'a',
      message: 'Attic: note by op: a new fan',
    });
  });
});

describe('a person who heals what the machine thinks is well', () => {
  const ASKS = [{ id: 'a', heal: [{ name: 'mend', steps: [{ wait: '1s' }], approval: 'ask' }] }];

  it('opens no incident where no strategy is for it: that would be an outage that never was', async () => {
    const w = await world([{ id: 'a', heal: [] }]).start();
    await w.clock.advance(MINUTE);
    expect(await w.act({ type: 'heal', device: 'a', by: 'op', force: ['healthy'] })).toMatchObject({
      ok: false,
      gate: 'strategy',
    });
    expect([...w.store.incidents()]).toEqual([]);
  });

  it('is asked, and has the healthy period at least to answer', async () => {
    const w = await world(ASKS, { healing: { minHealthyPeriod: '5m' } }).start();
    await w.clock.advance(20 * MINUTE);
    void w.act({ type: 'heal', device: 'a', by: 'op', force: ['healthy'] });
    await w.clock.advance(4 * MINUTE);
    const waiting = [...w.store.heals()].find(({ phase }) => phase === 'waiting-approval')!;
    expect(waiting).toBeDefined();
    await w.act({ type: 'approve', heal: waiting.id, hash: waiting.plan.hash, by: 'boss' });
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual(['a']);
    expect(w.outcomes).toMatchObject([{ outcome: 'healed' }]);
    await w.clock.advance(6 * MINUTE);
    expect(w.device('a')).toMatchObject({ incident: null, healing: { phase: 'idle' } });
  });
});
