import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/engine/judge.ts';
import type { ProbeResult } from '../../../src/core/plugin.ts';

const OK: ProbeResult = { ok: true, rttMs: 4, lossPercent: 25 };
const REFUSED: ProbeResult = { ok: false, reason: 'refused', message: 'port 22 is\nclosed' };
const SILENT: ProbeResult = { ok: false, reason: 'timeout', message: 'no answer' };
const OURS: ProbeResult = { ok: 'unknown', reason: 'local-error', message: 'no socket' };
const judged = (...results: ProbeResult[]) =>
  judge(
    results.map((_, index) => ({ name: `p${index}` })),
    results,
    5,
    6,
  );

describe('the probes of a device, as one verdict', () => {
  it('are good when all are, with the time of the first and the worst loss', () => {
    expect(judged(OK, { ok: true, rttMs: 90, lossPercent: 50 })).toEqual({
      verdict: 'ok',
      at: 5,
      monoMs: 6,
      rttMs: 4,
      lossPercent: 50,
      probe: 'p0',
    });
  });

  it('fail with any that fails; the first of them in the order of the config gives the reason', () => {
    expect(judged(OK, REFUSED, SILENT)).toMatchObject({
      verdict: 'failed',
      failure: { kind: 'refused', probe: 'p1', message: 'port 22 is closed' },
      failing: ['p1', 'p2'],
      rttMs: 4,
      lossPercent: 100,
    });
  });

  it('keep the exit code of a check that is a program', () => {
    expect(judged({ ok: false, reason: 'failed', message: 'WARN', exitCode: 1 })).toMatchObject({
      failure: { kind: 'failed', exitCode: 1 },
    });
  });

  it.each([
    ['timeout', 'timeout'],
    ['unreachable', 'host-unreachable'],
    ['refused', 'refused'],
    ['dns', 'dns'],
    ['failed', 'failed'],
  ] as const)('%s is called %s', (reason, kind) => {
    expect(judged({ ok: false, reason, message: 'x' })).toMatchObject({ failure: { kind } });
  });

  it('that could not be run on our side say nothing; the others decide', () => {
    expect(judged(OURS, OK)).toMatchObject({ verdict: 'ok', rttMs: null });
    expect(judged(OURS, SILENT)).toMatchObject({ verdict: 'failed', failing: ['p1'] });
  });

  it('say nothing where none could be run, or where there are none', () => {
    expect(judged(OURS)).toEqual({ verdict: 'unknown', at: 5, monoMs: 6, reason: 'p0: no socket' });
    expect(judged()).toMatchObject({ verdict: 'unknown', reason: 'it has no probes' });
  });

  it('that answered, only wrongly, still give their time', () => {
    expect(judged({ ok: false, reason: 'failed', message: 'status 500', rttMs: 12 })).toMatchObject({
      verdict: 'failed',
      rttMs: 12,
    });
  });
});
