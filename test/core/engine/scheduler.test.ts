import { expect, it } from 'vitest';
import { Scheduler } from '../../../src/core/engine/scheduler.ts';
import { VirtualClock } from './virtual-clock.ts';

function scheduler(options: { takesMs?: number; everyMs?: number; random?: () => number } = {}) {
  const { takesMs = 10, everyMs = 1_000, random = () => 0.5 } = options;
  const clock = new VirtualClock();
  const begun: { id: string; at: number }[] = [];
  let inFlight = 0;
  let peak = 0;
  const subject = new Scheduler({
    clock,
    random,
    run: (id) => {
      begun.push({ id, at: clock.monoMs() });
      peak = Math.max(peak, ++inFlight);
      return new Promise((resolve) => {
        clock.setTimer(() => {
          inFlight--;
          resolve({ delayMs: everyMs, jitter: true });
        }, takesMs);
      });
    },
  });
  return { clock, begun, subject, peak: () => peak };
}

it('a thousand devices are spread over their interval, and each is checked once in it', async () => {
  const { clock, begun, subject } = scheduler({ everyMs: 10_000 });
  for (let i = 0; i < 1_000; i++) subject.add(`d${i}`, 10_000);
  subject.start();
  await clock.advance(9_990);
  expect(begun).toHaveLength(1_000);
  const perSecond = new Map<number, number>();
  for (const { at } of begun)
    perSecond.set(Math.floor(at / 1_000), (perSecond.get(Math.floor(at / 1_000)) ?? 0) + 1);
  expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(201);
});

it('the next check is overdue only while time passes and nothing runs', async () => {
  const { clock, subject } = scheduler({ everyMs: 1_000 });
  subject.add('a', 1_000);
  expect(subject.overdueMs()).toBe(0);
  subject.start();
  await clock.advance(60_500);
  expect(subject.overdueMs()).toBe(0);
  clock.stall(5_000);
  expect(subject.overdueMs()).toBeGreaterThan(3_900);
  await clock.advance(2_000);
  expect(subject.overdueMs()).toBe(0);
});

it('a small fleet has its first picture at once', async () => {
  const { clock, begun, subject } = scheduler({ everyMs: 30_000 });
  for (let i = 0; i < 10; i++) subject.add(`d${i}`, 30_000);
  subject.start();
  await clock.advance(100);
  expect(begun).toHaveLength(10);
});

it('a device is never checked twice at the same time, however slow its check is', async () => {
  const { clock, begun, subject, peak } = scheduler({ takesMs: 3_500, everyMs: 1_000 });
  subject.add('slow', 1_000);
  subject.start();
  await clock.advance(20_000);
  expect(peak()).toBe(1);
  expect(begun.length).toBeGreaterThanOrEqual(5);
});

it('checks that were missed while the process stood still are made up for once', async () => {
  const { clock, begun, subject } = scheduler({ everyMs: 1_000 });
  subject.add('a', 1_000);
  subject.start();
  await clock.advance(2_500);
  const before = begun.length;
  clock.stall(60_000);
  await clock.advance(500);
  expect(begun.length - before).toBe(1);
});

it('the period does not drift by the time that checks take', async () => {
  const { clock, begun, subject } = scheduler({ takesMs: 300, everyMs: 1_000 });
  subject.add('a', 1_000);
  subject.start();
  await clock.advance(30_000);
  expect(begun.at(-1)!.at - begun[0]!.at).toBe((begun.length - 1) * 1_000);
});

it('a check that is asked for now joins the one that runs, and is the turn of the next', async () => {
  const { clock, begun, subject } = scheduler({ takesMs: 500, everyMs: 10_000 });
  subject.add('a', 10_000);
  subject.start();
  await clock.advance(100);
  const joined = [subject.checkNow('a'), subject.checkNow('a')];
  await clock.advance(1_000);
  await Promise.all(joined);
  expect(begun).toHaveLength(1);
  const now = subject.checkNow('a');
  await clock.advance(1_000);
  await now;
  expect(begun).toHaveLength(2);
  await clock.advance(8_000);
  expect(begun).toHaveLength(2);
});

it('stopping starts no further check and waits for those that run', async () => {
  const { clock, begun, subject } = scheduler({ takesMs: 500, everyMs: 1_000 });
  subject.add('a', 1_000);
  subject.start();
  await clock.advance(100);
  let stopped = false;
  const done = subject.stop().then(() => {
    stopped = true;
  });
  await clock.advance(100);
  expect(stopped).toBe(false);
  await clock.advance(400);
  await done;
  await clock.advance(10_000);
  expect(begun).toHaveLength(1);
});

it('a device that is removed is not checked again', async () => {
  const { clock, begun, subject } = scheduler();
  subject.add('a', 1_000);
  subject.start();
  await clock.advance(1_500);
  subject.remove('a');
  const before = begun.length;
  await clock.advance(10_000);
  expect(begun).toHaveLength(before);
});

it('a hundred thousand devices are spread evenly over the interval, first round included', async () => {
  const { clock, begun, subject } = scheduler({ takesMs: 0, everyMs: 30_000, random: Math.random });
  for (let i = 0; i < 100_000; i++) subject.add(`host-${i}`, 30_000);
  // Only the first due times: what a virtual clock needs for a hundred thousand promises is not of interest here.
  subject.start();
  await clock.advance(3_000);
  const perSecond = [0, 1, 2].map(
    (second) => begun.filter(({ at }) => Math.floor(at / 1_000) === second + 1).length,
  );
  for (const count of perSecond) {
    expect(count).toBeGreaterThan(2_900);
    expect(count).toBeLessThan(3_800);
  }
});

it('how late checks begin is known', async () => {
  const { clock, subject } = scheduler({ everyMs: 1_000 });
  subject.add('a', 1_000);
  subject.start();
  await clock.advance(900);
  clock.stall(2_000);
  await clock.advance(100);
  expect(subject.lateness().longestMs).toBeGreaterThanOrEqual(1_800);
});
