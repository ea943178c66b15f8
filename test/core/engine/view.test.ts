import { expect, it } from 'vitest';
import { world } from './world.ts';

it('a device at a glance is what its view says, in every state', async () => {
  const w = await world([{ id: 'a', tags: { site: 'attic' } }, { id: 'b' }, { id: 'c' }]).start();
  await w.clock.advance(15_000);
  w.down.add('b');
  await w.act({ type: 'downtime', by: 'op', device: 'c', reason: 'a new fan', durationMs: 3_600_000 });
  while (w.device('b').reachability === 'up') await w.clock.advance(1_000);
  const glances = [...w.store.glances()];
  expect(glances.map(({ id, reachability }) => `${id} ${reachability}`)).toEqual(['a up', 'b down', 'c up']);
  for (const glance of glances)
    expect(w.device(glance.id)).toMatchObject({ ...glance, healing: {}, stats: {} });
  for (const { id, healing, stats } of glances) {
    expect(healing.phase).toBe(w.device(id).healing.phase);
    expect(stats.uptimePercent).toBe(w.device(id).stats.uptimePercent);
  }
});
