import { describe, expect, it } from 'vitest';
import type { HealView } from '../../../src/core/api/types.ts';
import { Approvals } from '../../../src/core/engine/approvals.ts';
import type { JournalEntry } from '../../../src/core/engine/journal-state.ts';
import type { Monitored } from '../../../src/core/engine/monitored.ts';
import type { Planned } from '../../../src/core/engine/plan.ts';
import type { NewEvent } from '../../../src/core/store.ts';
import { VirtualClock } from './virtual-clock.ts';

const EXPIRES_MS = 600_000;

function setUp(risk: 'medium' | 'high' = 'medium') {
  const clock = new VirtualClock();
  const journalled: JournalEntry[] = [];
  const events: NewEvent[] = [];
  const heals = new Map<string, HealView>();
  const phases: unknown[] = [];
  const store = {
    putHeal: (heal: HealView) => heals.set(heal.id, heal),
    heal: (id: string) => heals.get(id),
    addEvent: (event: NewEvent) => events.push(event),
  };
  const device = {
    id: 'a',
    device: { label: 'Core router' },
    setHealing: (_store: unknown, { phase }: { phase: unknown }) => phases.push(phase),
  } as unknown as Monitored;
  const planned = { plan: { hash: 'abc', risk }, strategy: {}, targets: ['a'] } as unknown as Planned;
  const { plan } = planned;
  const heal = { id: '7', device: 'a', strategy: 'reboot', plan, by: 'auto' } as HealView;
  const journal = { append: (entry: JournalEntry) => journalled.push(entry) };
  const approvals = new Approvals({
    clock,
    store: store as never,
    journal: journal as never,
    expiresMs: EXPIRES_MS,
  });
  const withdrawal = new AbortController();
  const answer = approvals.ask(heal, { configured: planned, planned }, device, withdrawal.signal);
  return { clock, approvals, answer, withdrawal, journalled, events, phases, shown: () => heals.get('7')! };
}

describe('a heal that waits for approval', () => {
  it('is shown as waiting, with the moment at which it expires', () => {
    const { clock, shown, phases, events } = setUp();
    expect(shown()).toMatchObject({ phase: 'waiting-approval', expiresAt: clock.now() + EXPIRES_MS });
    expect(phases).toEqual(['waiting-approval']);
    expect(events).toMatchObject([{ type: 'approval-asked', message: expect.stringContaining('plan abc') }]);
  });

  it('runs for the person who approved the plan that was shown, and that is journalled', async () => {
    const { approvals, answer, journalled, shown } = setUp();
    expect(approvals.approve('7', 'abc', 'ada', undefined)).toMatchObject({ ok: true, heal: '7' });
    expect(await answer).toMatchObject({ given: 'approved', by: 'ada', planned: { plan: { hash: 'abc' } } });
    expect(journalled).toMatchObject([
      { type: 'approval-asked', heal: '7', hash: 'abc' },
      { type: 'approval', heal: '7', hash: 'abc', by: 'ada', approved: true },
    ]);
    expect(shown()).toMatchObject({ phase: 'running', by: 'ada', expiresAt: null });
  });

  it.each(['', 'abd', 'ABC'])('goes on waiting for an approval of another plan (%j)', async (hash) => {
    const { approvals, journalled, shown } = setUp();
    expect(approvals.approve('7', hash, 'ada', undefined)).toMatchObject({ ok: false, gate: 'approval' });
    expect(journalled.map(({ type }) => type)).toEqual(['approval-asked']);
    expect(shown().phase).toBe('waiting-approval');
  });

  it.each([undefined, '', 'core router', 'Core router '])(
    'of high risk wants the label of its device, to the letter (not %j)',
    async (typed) => {
      const { approvals, answer, shown } = setUp('high');
      expect(approvals.approve('7', 'abc', 'ada', typed)).toMatchObject({ ok: false });
      expect(shown().phase).toBe('waiting-approval');
      expect(approvals.approve('7', 'abc', 'ada', 'Core router')).toMatchObject({ ok: true });
      expect(await answer).toMatchObject({ given: 'approved' });
    },
  );

  it('is decided once: who comes second is told so', async () => {
    const { approvals, answer, journalled } = setUp();
    approvals.approve('7', 'abc', 'ada', undefined);
    expect(approvals.approve('7', 'abc', 'bob', undefined)).toMatchObject({ ok: false });
    expect(approvals.reject('7', 'bob')).toMatchObject({ ok: false });
    expect(await answer).toMatchObject({ by: 'ada' });
    expect(journalled.map(({ type }) => type)).toEqual(['approval-asked', 'approval']);
  });

  it('is refused where a person rejects it', async () => {
    const { approvals, answer, shown, events, phases } = setUp();
    expect(approvals.reject('7', 'ada')).toMatchObject({ ok: true });
    expect(await answer).toEqual({ given: 'rejected', reason: 'rejected by ada' });
    expect(shown()).toMatchObject({ phase: 'done', outcome: 'refused', reason: 'rejected by ada' });
    expect(events.map(({ type }) => type)).toEqual(['approval-asked', 'approval-rejected', 'heal-refused']);
    expect(phases.at(-1)).toBe('idle');
  });

  it('is refused when nobody has answered in time, and cannot be approved afterwards', async () => {
    const { clock, approvals, answer, shown } = setUp();
    await clock.advance(EXPIRES_MS - 1);
    expect(shown().phase).toBe('waiting-approval');
    await clock.advance(1);
    expect(await answer).toMatchObject({ given: 'rejected', reason: expect.stringContaining('600 s') });
    expect(approvals.approve('7', 'abc', 'ada', undefined)).toMatchObject({ ok: false });
  });

  it('is withdrawn when it is no longer needed, with the reason', async () => {
    const { approvals, answer, withdrawal } = setUp();
    withdrawal.abort('the device came back by itself');
    expect(await answer).toEqual({ given: 'withdrawn', reason: 'the device came back by itself' });
    expect(approvals.approve('7', 'abc', 'ada', undefined)).toMatchObject({ ok: false });
  });

  it('is unknown by any other number', () => {
    expect(setUp().approvals.approve('8', 'abc', 'ada', undefined)).toMatchObject({
      ok: false,
      message: expect.stringContaining('heal 8'),
    });
  });
});
