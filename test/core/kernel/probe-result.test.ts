import { describe, expect, it } from 'vitest';
import { cameBack, isProbeResult } from '../../../src/core/kernel/probe-result.ts';
import type { ProbeResult } from '../../../src/core/plugin.ts';

const failed = (more: object) => ({ ok: false, reason: 'failed', message: '', ...more }) as ProbeResult;

describe('whether packets came back', () => {
  it.each<[string, ProbeResult, boolean | null]>([
    ['an answer', { ok: true, rttMs: 1 }, true],
    ['a wrong answer', failed({ rttMs: 1 }), true],
    ['a refusal', failed({ reason: 'refused' }), true],
    ['a reset, a bad certificate', failed({ answered: true }), true],
    ['a server that is silent once connected', failed({ reason: 'timeout', answered: true }), true],
    ['silence', failed({ reason: 'timeout' }), false],
    ['a router that knows no way', failed({ reason: 'unreachable' }), false],
    ['a name that is not found', failed({ reason: 'dns' }), false],
    ['a command that failed: the time is its own', failed({ rttMs: 90, exitCode: 2 }), false],
    ['nothing at all, by our own fault', { ok: 'unknown', reason: 'local-error', message: '' }, null],
  ])('%s', (_, result, came) => {
    expect(isProbeResult(result)).toBe(true);
    expect(cameBack(result)).toBe(came);
  });
});
