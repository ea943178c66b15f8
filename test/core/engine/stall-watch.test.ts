import { describe, expect, it, onTestFinished } from 'vitest';
import { StallWatch } from '../../../src/core/engine/stall-watch.ts';
import { VirtualClock } from './virtual-clock.ts';

function setUp() {
  const clock = new VirtualClock();
  const told: number[] = [];
  const watch = new StallWatch(clock, (gapMs) => told.push(gapMs));
  watch.start();
  onTestFinished(() => watch.stop());
  return { clock, told, watch };
}

describe('the watch over our own stalls', () => {
  it('sees nothing while all goes well', async () => {
    const { clock, told, watch } = setUp();
    const since = clock.monoMs();
    await clock.advance(60_000);
    expect(told).toEqual([]);
    expect(watch.longestSince(since)).toBe(0);
  });

  it('sees that the process stood still, already before its own timer could run', async () => {
    const { clock, told, watch } = setUp();
    await clock.advance(1_000);
    const since = clock.monoMs();
    clock.stall(3_000);
    expect(watch.longestSince(since)).toBeGreaterThan(2_800);
    await clock.advance(100);
    expect(told).toHaveLength(1);
    expect(watch.longestSince(since)).toBeGreaterThan(2_800);
  });

  it('does not blame a stall on what began after it', async () => {
    const { clock, watch } = setUp();
    clock.stall(3_000);
    await clock.advance(500);
    expect(watch.longestSince(clock.monoMs())).toBe(0);
  });

  it('lets short hiccups pass', async () => {
    const { clock, told } = setUp();
    for (let i = 0; i < 20; i++) {
      clock.stall(100);
      await clock.advance(100);
    }
    expect(told).toEqual([]);
  });

  it('sees a machine that slept: the monotonic clock stood still, the wall clock did not', async () => {
    const { clock, told, watch } = setUp();
    const since = clock.monoMs();
    clock.stepWall(3_600_000);
    expect(watch.longestSince(since)).toBe(3_600_000);
    await clock.advance(100);
    expect(told).toEqual([3_600_000]);
  });

  it('takes a wall clock that is set back for the same, which costs no more than a check', async () => {
    const { clock, told } = setUp();
    clock.stepWall(-3_600_000);
    await clock.advance(200);
    expect(told).toEqual([3_600_000]);
  });

  it('follows a wall clock that is only slewed', async () => {
    const { clock, told } = setUp();
    for (let i = 0; i < 600; i++) {
      clock.stepWall(0.05);
      await clock.advance(100);
    }
    expect(told).toEqual([]);
  });

  it('is silent when stopped', async () => {
    const { clock, told, watch } = setUp();
    watch.stop();
    clock.stall(10_000);
    await clock.advance(1_000);
    expect(told).toEqual([]);
    expect(watch.longestSince(0)).toBe(0);
  });
});
