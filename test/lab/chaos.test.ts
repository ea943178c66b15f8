import { expect, test } from 'vitest';
import { runChaos } from './chaos/run-chaos.ts';
import { describeLab } from './requirements.ts';

/** One in which the switch, a port of it, our own uplink and netheal itself fail, and whose troubles overlap. */
const SEED = 3235;

describeLab('a minute of random faults on real hosts', () => {
  // `npm run chaos` goes on for longer, with other seeds; the story of whatever is found is printed.
  test('ends with nothing missed, nothing made up and nobody touched without need', {
    timeout: 240_000,
  }, async () => {
    const { findings, heals, outages } = await runChaos({ seed: SEED, minutes: 1.25, devices: 8 });
    expect(findings).toEqual([]);
    expect(outages.length).toBeGreaterThan(5);
    expect(heals.filter(({ outcome }) => outcome === 'healed').length).toBeGreaterThan(1);
  });
});
