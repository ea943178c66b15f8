import { describe, expect, test } from 'vitest';
import { KernelClock } from '../../../../src/plugins/pinger/icmp/kernel-clock.ts';
import type { Libc } from '../../../../src/plugins/pinger/icmp/libc.ts';

const BASE = 1_800_000_000;

/** A wall clock that a test sets, and the monotonic clock beside it. */
function clocks() {
  const memory = new Map<number, ArrayBuffer>();
  const state = { monoMs: 5_000, wallMs: 700 };
  const libc = {
    addressOf: (buffer: ArrayBuffer) => {
      memory.set(memory.size + 1, buffer);
      return memory.size;
    },
    clock_gettime: (_clock: number, address: number) => {
      const view = new DataView(memory.get(address) as ArrayBuffer);
      view.setBigUint64(0, BigInt(BASE + Math.floor(state.wallMs / 1_000)), true);
      view.setBigUint64(8, BigInt(Math.round((state.wallMs % 1_000) * 1e6)), true);
      return 0;
    },
  } as unknown as Libc;
  const pass = (ms: number) => {
    state.monoMs += ms;
    state.wallMs += ms;
  };
  return { state, pass, clock: new KernelClock(libc, BASE, () => state.monoMs) };
}

describe('the clock of receive timestamps', () => {
  test('a stamp is brought to the monotonic clock', () => {
    const { state, pass, clock } = clocks();
    const sentMs = state.monoMs;
    pass(3);
    const stampMs = state.wallMs;
    pass(40);
    clock.look();
    expect(clock.toMonoMs(stampMs, sentMs, state.monoMs)).toBeCloseTo(5_003, 5);
  });

  test.each([-3_600_000, -60_000, 60_000, 3_600_000])(
    'a wall clock that is set by %i ms after the reply came changes no RTT',
    (stepMs) => {
      const { state, pass, clock } = clocks();
      state.wallMs += 100_000_000;
      clock.look();
      const sentMs = state.monoMs;
      pass(3);
      const stampMs = state.wallMs;
      state.wallMs += stepMs;
      pass(5);
      clock.look();
      expect(clock.toMonoMs(stampMs, sentMs, state.monoMs)).toBeCloseTo(5_003, 5);
    },
  );

  test('nor one that is set before the reply came', () => {
    const { state, pass, clock } = clocks();
    const sentMs = state.monoMs;
    state.wallMs += 60_000;
    pass(3);
    const stampMs = state.wallMs;
    pass(5);
    clock.look();
    expect(clock.toMonoMs(stampMs, sentMs, state.monoMs)).toBeCloseTo(5_003, 5);
  });

  test('a stamp that makes no sense, or none, counts as now: an RTT is never negative', () => {
    const { state, pass, clock } = clocks();
    const sentMs = state.monoMs;
    pass(8);
    clock.look();
    for (const stampMs of [Number.NaN, -1e9, 1e9]) {
      expect(clock.toMonoMs(stampMs, sentMs, state.monoMs)).toBe(state.monoMs);
    }
  });
});
