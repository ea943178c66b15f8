import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type World, world } from './world.ts';

const MINUTE = 60_000;

/** The journal of a world as it stood after each of its entries: what a crash at that moment leaves behind. */
function momentsOf(w: World): string[] {
  const lines = readFileSync(join(w.dir, 'journal'), 'utf8').trimEnd().split('\n');
  return lines.map((_, index) => `${lines.slice(0, index + 1).join('\n')}\n`);
}

describe('a crash between any two entries of the journal', () => {
  it('forgets no attempt whose commands were run, and gives no device more of them than its limit', async () => {
    const w = await world([{ id: 'a' }]).start();
    w.heal = () => ({ ok: true });
    w.down.add('a');
    await w.clock.advance(10 * MINUTE);
    expect(w.healed).toEqual(['a', 'a']);

    for (const journal of momentsOf(w)) {
      const begun = journal.split('"type":"attempt",').length - 1;
      const next = w.crash();
      writeFileSync(join(w.dir, 'journal'), journal);
      await next.start();
      next.heal = () => ({ ok: true });
      await next.clock.advance(10 * MINUTE);
      expect(begun + next.healed.length, `after ${journal}`).toBe(2);
      expect(next.device('a').healing).toMatchObject({ phase: 'needs-human', attempts: 2 });
    }
  });

  it('runs nothing on a device that is well when netheal is back', async () => {
    const w = await world([{ id: 'a' }]).start();
    w.down.add('a');
    await w.clock.advance(2 * MINUTE);
    expect(w.healed).toEqual(['a']);

    for (const journal of momentsOf(w)) {
      const next = w.crash();
      writeFileSync(join(w.dir, 'journal'), journal);
      next.down.clear();
      await next.start();
      await next.clock.advance(5 * MINUTE);
      expect(next.healed, `after ${journal}`).toEqual([]);
      expect(Object.values(next.journal.state.incidents).filter(({ closedAt }) => closedAt === null)).toEqual(
        [],
      );
    }
  });
});

it('an incident of a device that was taken out of the config meanwhile is over', async () => {
  const w = await world([{ id: 'a' }, { id: 'b' }]).start();
  w.down.add('a');
  await w.clock.advance(MINUTE);
  expect(Object.values(w.journal.state.incidents)).toMatchObject([{ device: 'a' }]);
  w.crash();
  const next = await world([{ id: 'b' }], {}, w.dir).start();
  expect(next.journal.state.incidents).toEqual({});
  expect(next.journal.state.lastIncident).toBe(1);
});
