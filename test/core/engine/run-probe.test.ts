import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runProbe } from '../../../src/core/engine/run-probe.ts';
import { Account } from '../../../src/core/kernel/accounts.ts';
import { createHooks, tappableHooks } from '../../../src/core/kernel/hooks.ts';
import type { Probe, ProbeResult } from '../../../src/core/plugin.ts';
import { VirtualClock } from './virtual-clock.ts';

const DEVICE = { id: 'a', address: '192.0.2.1', label: 'A', group: 'g', tags: {}, parents: [] };
const TIMEOUT_MS = 1_000;
const UP: ProbeResult = { ok: true, rttMs: 3 };

function setUp(run: Probe['run']) {
  const clock = new VirtualClock();
  const hooks = createHooks();
  const hung: string[] = [];
  const taps = tappableHooks(hooks, {
    account: new Account('p'),
    monoMs: clock.monoMs,
    onFault: () => undefined,
    onStartFailed: () => undefined,
  });
  const probe: Probe = { type: 'fake', options: z.object({}), run };
  const prepared = { name: 'fake:1', probe, options: {}, timeoutMs: TIMEOUT_MS };
  const result = runProbe({ clock, hooks, onHang: (name) => hung.push(name) }, prepared, DEVICE, 1);
  return {
    clock,
    taps,
    hung,
    result,
    again: () => runProbe({ clock, hooks, onHang: () => {} }, prepared, DEVICE, 1),
  };
}

describe('a probe', () => {
  it('is told whom to ask, for how long and with how many packets', async () => {
    const { result } = setUp(async ({ device, probe, timeoutMs, packets }) => {
      expect([device.id, probe, timeoutMs, packets]).toEqual(['a', 'fake:1', TIMEOUT_MS, 1]);
      return UP;
    });
    expect(await result).toEqual(UP);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no socket');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no socket'))],
  ])('that %s is a fault of our own side and not of the device', async (_what, run) => {
    const { result } = setUp(run as Probe['run']);
    expect(await result).toMatchObject({
      ok: 'unknown',
      reason: 'local-error',
      message: expect.stringContaining('no socket'),
    });
  });

  it.each([
    ['nothing', undefined],
    ['a boolean', true],
    ['a time that is none', { ok: true, rttMs: Number.NaN }],
    ['a failure of an unknown kind', { ok: false, reason: 'tired', message: 'zzz' }],
  ])('that answers %s says nothing about the device', async (_what, nonsense) => {
    const { result } = setUp(async () => nonsense as never);
    expect(await result).toMatchObject({ ok: 'unknown', reason: 'local-error' });
  });

  it('that returns no promise says nothing about the device', async () => {
    const { result } = setUp(() => UP as never);
    expect(await result).toMatchObject({ ok: 'unknown', reason: 'local-error' });
  });

  it('that only listens to its signal has timed out when that aborts', async () => {
    const { clock, hung, result } = setUp(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    await clock.advance(2 * TIMEOUT_MS);
    expect(await result).toEqual({ ok: false, reason: 'timeout', message: 'no answer within 1000 ms' });
    expect(hung).toEqual([]);
  });

  it('that hangs is given up and named, and is no failure of the device', async () => {
    const { clock, hung, result } = setUp(() => new Promise(() => undefined));
    await clock.advance(TIMEOUT_MS + 1_000);
    expect(hung).toEqual([]);
    await clock.advance(1_000);
    expect(hung).toEqual(['fake:1']);
    expect(await result).toMatchObject({ ok: 'unknown', message: 'probe fake:1 hangs' });
  });
});

describe('taps around a probe', () => {
  it('may skip it: then it is not run and there is no verdict', async () => {
    let runs = 0;
    const { taps, result, again } = setUp(async () => {
      runs++;
      return UP;
    });
    await result;
    taps.beforePing.tap(() => ({ skip: 'line is\nbusy' }));
    expect(await again()).toEqual({ ok: 'unknown', reason: 'skipped', message: 'line is busy' });
    expect(runs).toBe(1);
  });

  it('may answer in its place, and may change what it said', async () => {
    const { taps, result, again } = setUp(() => Promise.reject(new Error('not asked')));
    await result;
    taps.beforePing.tap(() => UP);
    taps.afterPing.tap((said) => ({ ...said, detail: 'from a tap' }) as ProbeResult);
    expect(await again()).toEqual({ ...UP, detail: 'from a tap' });
  });
});
