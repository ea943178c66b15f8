import { describe, expect, it } from 'vitest';
import { LastCheck, type Monitored } from '../../../src/core/engine/monitored.ts';
import { LiveTranscript } from '../../../src/core/engine/transcript.ts';
import { verify } from '../../../src/core/engine/verify.ts';
import type { CheckOutcome } from '../../../src/core/model/types.ts';
import { VirtualClock } from './virtual-clock.ts';

const WINDOW_MS = 30_000;
const RETRY_MS = 2_000;
type Look = 'ok' | 'failed' | 'unknown' | 'ignored';

/** A device that looks, check after check, as the list says; the last goes on. */
function setUp(looks: readonly Look[], successThreshold = 2, selfOffline = () => false) {
  const clock = new VirtualClock();
  const transcript = new LiveTranscript(clock.now, () => undefined);
  const stop = new AbortController();
  const device = {
    id: 'a',
    config: {
      healPolicy: { verifyWindowMs: WINDOW_MS },
      check: { retryIntervalMs: RETRY_MS, successThreshold },
    },
    last: new LastCheck(),
    policy: {},
    state: { consecutiveOverLimits: 0 },
  };
  let checks = 0;
  const checkNow = async () => {
    const look = looks[Math.min(checks++, looks.length - 1)]!;
    const when = { at: clock.now(), monoMs: clock.monoMs() };
    const outcomes: Record<Look, object> = {
      ok: { verdict: 'ok' },
      // An answer that the state did not take: our own uplink is down.
      ignored: { verdict: 'ok' },
      failed: { verdict: 'failed', failure: { message: 'no answer' } },
      unknown: { verdict: 'unknown', reason: 'no socket' },
    };
    const outcome = { ...when, ...outcomes[look] } as CheckOutcome;
    device.last.note(outcome, look === 'ok' || look === 'failed', outcome.monoMs);
  };
  const verdict = verify(
    { clock, checkNow, selfOffline },
    device as unknown as Monitored,
    transcript,
    stop.signal,
  );
  return {
    clock,
    verdict,
    stop,
    checks: () => checks,
    texts: () => transcript.lines.map(({ text }) => text),
  };
}

describe('the verification of a heal', () => {
  it.each<[string, readonly Look[], boolean, number]>([
    ['two good checks prove it', ['ok', 'ok'], true, 2],
    ['one good check before a bad one proves nothing', ['ok', 'failed', 'ok', 'ok'], true, 4],
    ['a check without a verdict is passed over', ['ok', 'unknown', 'ok'], true, 3],
    ['an answer while we are cut off is passed over', ['ignored', 'ignored', 'ok', 'ok'], true, 4],
  ])('%s', async (_what, looks, proven, checks) => {
    const run = setUp(looks);
    await run.clock.advance(WINDOW_MS);
    expect(await run.verdict).toBe(proven);
    expect(run.checks()).toBe(checks);
  });

  it.each<[string, readonly Look[]]>([
    ['it stays silent', ['failed']],
    ['it comes and goes', Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'ok' : 'failed'))],
    ['nothing can be said', ['unknown']],
  ])('fails when its window is over and %s', async (_what, looks) => {
    const run = setUp(looks);
    await run.clock.advance(WINDOW_MS + RETRY_MS);
    expect(await run.verdict).toBe(false);
  });

  it('asks as much of a device as its own recovery would', async () => {
    const run = setUp(['ok'], 4);
    await run.clock.advance(WINDOW_MS);
    expect(await run.verdict).toBe(true);
    expect(run.checks()).toBe(4);
  });

  it('ends when netheal is stopped', async () => {
    const run = setUp(['failed']);
    await run.clock.advance(5_000);
    run.stop.abort();
    expect(await run.verdict).toBe(false);
  });

  it('tells in the transcript how it went', async () => {
    const run = setUp(['failed', 'ok', 'ok']);
    await run.clock.advance(WINDOW_MS);
    expect(run.texts()).toEqual([
      'verify: still failing: no answer',
      'verify: good check 1 of 2',
      'verify: good check 2 of 2',
    ]);
  });

  it('does not run out of time while our own uplink is down', async () => {
    let cut = true;
    const offline = Array<Look>(46).fill('ignored');
    const run = setUp([...offline, 'ok'], 2, () => cut);
    await run.clock.advance(3 * WINDOW_MS);
    cut = false;
    await run.clock.advance(WINDOW_MS);
    expect(await run.verdict).toBe(true);
  });
});
