import { describe, expect, test, vi } from 'vitest';
import type { ProbeResult } from '../../../src/core/plugin.ts';
import { newLanes } from './tools.ts';

const signal = new AbortController().signal;
const ok: ProbeResult = { ok: true, rttMs: 1 };
const timeout: ProbeResult = { ok: false, reason: 'timeout', message: 'no answer' };
const never = () => new Promise<ProbeResult>(() => undefined);

describe('the lanes of probes', () => {
  test('a look that finds no place in time is our fault, and a cancelled one was skipped', async () => {
    const lanes = newLanes({ quick: 1, handOverMs: undefined });
    void lanes.look('a', { timeoutMs: 10_000, signal }, never);
    const request = { timeoutMs: 40, signal };
    expect(await lanes.look('b', request, async () => ok)).toEqual({
      ok: 'unknown',
      reason: 'local-error',
      message: 'too many connects at once',
    });
    const aborter = new AbortController();
    const waiting = lanes.look('c', { timeoutMs: 10_000, signal: aborter.signal }, async () => ok);
    aborter.abort();
    expect(await waiting).toMatchObject({ ok: 'unknown', reason: 'skipped' });
  });

  test('a target that did not answer waits in a lane of its own, until it answers', async () => {
    const lanes = newLanes({ quick: 1, silent: 1, handOverMs: undefined });
    const request = { timeoutMs: 60_000, signal };
    await lanes.look('dead', request, async () => timeout);
    let revive: ((result: ProbeResult) => void) | undefined;
    const looked = lanes.look('dead', request, () => new Promise((resolve) => (revive = resolve)));
    // It holds the only silent place, and the only quick one is free.
    expect(await lanes.look('live', request, async () => ok)).toEqual(ok);
    await vi.waitFor(() => expect(revive).not.toBeUndefined());
    revive?.(ok);
    await looked;
    void lanes.look('other', request, async () => timeout);
    void lanes.look('dead', request, never);
    const blocked = lanes.look('live', { timeoutMs: 40, signal }, async () => ok);
    expect(await blocked).toMatchObject({ ok: 'unknown' });
  });

  test('an unknown result says nothing about the target', async () => {
    const lanes = newLanes({ quick: 1, silent: 1, handOverMs: undefined });
    const request = { timeoutMs: 40, signal };
    await lanes.look('dead', request, async () => timeout);
    await lanes.look('dead', request, async () => ({ ok: 'unknown', reason: 'local-error', message: '' }));
    void lanes.look('dead', { timeoutMs: 60_000, signal }, never);
    expect(await lanes.look('live', request, async () => ok)).toEqual(ok);
  });

  test('a hundred targets that fall silent at once hold a living one up for moments only', async () => {
    const lanes = newLanes({ quick: 4, handOverMs: 10 });
    const dead = Array.from({ length: 100 }, (_, n) =>
      lanes.look(`dead${n}`, { timeoutMs: 60_000, signal }, never),
    );
    const began = performance.now();
    expect(await lanes.look('live', { timeoutMs: 60_000, signal }, async () => ok)).toEqual(ok);
    // Twenty-five rounds of 10 ms, and far from the 60 s that each of the dead may take.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(dead).toHaveLength(100);
  });
});
