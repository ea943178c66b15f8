import { describe, expect, test, vi } from 'vitest';
import type { Probe, ProbeResult } from '../../../src/core/plugin.ts';
import { z } from '../../../src/core/plugin.ts';
import { allProbe, anyProbe } from '../../../src/plugins/probes/composite-probe.ts';
import { requestFor } from './request.ts';

const RESULTS: Readonly<Record<string, ProbeResult>> = {
  ok: { ok: true, rttMs: 5, detail: 'fine' },
  slow: { ok: true, rttMs: 50, lossPercent: 10 },
  refused: { ok: false, reason: 'refused', message: 'no', rttMs: 3 },
  critical: { ok: false, reason: 'failed', message: 'bad', exitCode: 2 },
  unknown: { ok: 'unknown', reason: 'local-error', message: 'no idea' },
};

const seen: { timeoutMs: number; probe: string; packets: number; signal: AbortSignal }[] = [];
/** Answers as its option says; "hang" never does, "wait" ends only with its signal, "throw" is a mistake in a plugin. */
const canned: Probe<{ say: string }> = {
  type: 'canned',
  options: z.strictObject({ say: z.string() }),
  name: ({ say }) => `canned:${say}`,
  run({ options: { say }, timeoutMs, probe, packets, signal }) {
    seen.push({ timeoutMs, probe, packets, signal });
    if (say === 'hang') return new Promise(() => undefined);
    if (say === 'wait')
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    if (say === 'throw') throw new Error('a mistake');
    return Promise.resolve(RESULTS[say] as ProbeResult);
  },
};

const shelf = new Map<string, Probe>();
const probes = {
  get(type: string): Probe {
    const probe = shelf.get(type);
    if (!probe) throw new Error(`no plugin provides the probe type "${type}"`);
    return probe;
  },
};
const all = allProbe(probes);
const any = anyProbe(probes);
for (const probe of [canned, all, any]) shelf.set(probe.type, probe as never);

const parts = (...says: string[]) => says.map((say) => ({ type: 'canned', say }));
const run = (probe: typeof all, of: object[], timeoutMs = 1_000, more: object = {}) =>
  probe.run(requestFor(probe, { of }, { timeoutMs, ...more }));

describe('the probe all', () => {
  test('is ok when all are, with the longest RTT, the worst loss and the words of each', async () => {
    expect(await run(all, parts('ok', 'slow'))).toEqual({
      ok: true,
      rttMs: 50,
      lossPercent: 10,
      detail: 'canned:ok: fine; canned:slow: ok',
    });
  });

  test('failed when one failed for sure, as the first of these did, naming each of them', async () => {
    expect(await run(all, parts('ok', 'critical', 'unknown', 'refused'))).toEqual({
      ok: false,
      reason: 'failed',
      exitCode: 2,
      message: 'canned:critical: bad; canned:refused: no',
    });
  });

  test('knows nothing when none failed and one knows nothing', async () => {
    expect(await run(all, parts('ok', 'unknown'))).toEqual({
      ok: 'unknown',
      reason: 'local-error',
      message: 'canned:unknown: no idea',
    });
  });
});

describe('the probe any', () => {
  test('is ok when one is, with its RTT and words', async () => {
    expect(await run(any, parts('refused', 'unknown', 'ok'))).toEqual({
      ok: true,
      rttMs: 5,
      detail: 'canned:ok: fine',
    });
  });

  test('does not wait for the others, and ends them', async () => {
    seen.length = 0;
    const result = run(any, parts('wait', 'ok'), 60_000);
    expect(await result).toMatchObject({ ok: true });
    expect(seen[0]?.signal.aborted).toBe(true);
  });

  test('failed only when all failed for sure, as the first did', async () => {
    expect(await run(any, parts('refused', 'critical'))).toEqual({
      ok: false,
      reason: 'refused',
      rttMs: 3,
      message: 'canned:refused: no; canned:critical: bad',
    });
    expect(await run(any, parts('refused', 'unknown'))).toEqual({
      ok: 'unknown',
      reason: 'local-error',
      message: 'canned:unknown: no idea',
    });
  });
});

describe('both', () => {
  test('give each part its own time, at most theirs, and the packets of the check', async () => {
    seen.length = 0;
    const of = [
      { type: 'canned', say: 'ok', timeout: '200ms' },
      { type: 'canned', say: 'ok', timeout: '1h' },
      { type: 'canned', say: 'ok' },
    ];
    await run(all, of, 1_000, { packets: 3 });
    expect(seen.map(({ timeoutMs }) => timeoutMs)).toEqual([
      200,
      expect.closeTo(950, -1),
      expect.closeTo(950, -1),
    ]);
    expect(seen.map(({ packets }) => packets)).toEqual([3, 3, 3]);
  });

  test('a part that ends only with its signal has timed out at its own time', async () => {
    const of = [{ type: 'canned', say: 'wait', timeout: '50ms' }];
    expect(await run(all, of, 60_000)).toEqual({
      ok: false,
      reason: 'timeout',
      message: 'canned:wait: no answer within 50 ms',
    });
  });

  test('a part that hangs, or is a mistake, knows nothing', async () => {
    const of = [{ type: 'canned', say: 'hang', timeout: '20ms' }, ...parts('ok')];
    expect(await run(all, of, 60_000)).toMatchObject({ ok: 'unknown', message: 'canned:hang: hangs' });
    expect(await run(any, [of[0]!, ...parts('refused')], 60_000)).toMatchObject({ ok: 'unknown' });
    expect(await run(all, parts('throw'))).toMatchObject({
      ok: 'unknown',
      message: 'canned:throw: a mistake',
    });
  });

  test('a check that is cancelled ends at once, with all of its parts', async () => {
    seen.length = 0;
    const aborter = new AbortController();
    const result = run(all, parts('wait', 'hang'), 60_000, { signal: aborter.signal });
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    aborter.abort();
    expect(await result).toMatchObject({ ok: 'unknown', reason: 'skipped' });
    expect(seen.every(({ signal }) => signal.aborted)).toBe(true);
  });

  test('may be made of each other, three deep', async () => {
    const nest = (depth: number): object =>
      depth === 0
        ? { type: 'canned', say: 'ok' }
        : { type: 'any', of: [nest(depth - 1), ...parts('refused')] };
    expect(await run(all, [nest(2)])).toMatchObject({ ok: true, rttMs: 5 });
    const { error } = all.options.safeParse({ of: [nest(3)] });
    expect(error?.issues[0]?.message).toBe('is nested more than 3 deep');
  });

  test('a config that runs in a circle is refused', () => {
    const circle: { type: string; of: object[] } = { type: 'all', of: [] };
    circle.of.push(circle);
    expect(all.options.safeParse({ of: [circle] }).success).toBe(false);
  });

  test('are named after their parts, or as they are told', () => {
    const options = all.options.parse({ of: [...parts('ok'), { type: 'any', of: parts('a', 'b') }] });
    expect(all.name!(options)).toBe('all(canned:ok,any(canned:a,canned:b))');
    expect(any.name!(any.options.parse({ name: 'web', of: parts('ok') }))).toBe('any:web');
  });

  test.each([
    [{}, []],
    [{ of: [] }, ['of']],
    [{ of: Array(17).fill({ type: 'canned', say: 'ok' }) }, ['of']],
    [{ of: [{ say: 'ok' }] }, ['of', 0, 'type']],
    [{ of: [{ type: 'cannned', say: 'ok' }] }, ['of', 0, 'type']],
    [{ of: [{ type: 'canned', say: 5 }] }, ['of', 0, 'say']],
    [{ of: [{ type: 'canned', say: 'ok', sya: 1 }] }, ['of', 0]],
    [{ of: [{ type: 'all', of: [{ type: 'canned' }] }] }, ['of', 0, 'of', 0, 'say']],
    [{ of: [{ type: 'canned', say: 'ok', timeout: 'soon' }] }, ['of', 0, 'timeout']],
    [{ of: [{ type: 'canned', say: 'ok' }], off: 1 }, []],
  ] as const)('the options %j are refused, at the place of the mistake', (options, place) => {
    const issue = all.options.safeParse(options).error?.issues[0];
    expect(issue?.path.slice(0, place.length)).toEqual(place);
  });
});
