import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Monitored } from '../../../src/core/engine/monitored.ts';
import type { PreparedStep } from '../../../src/core/engine/plan.ts';
import { runSteps } from '../../../src/core/engine/run-steps.ts';
import { LiveTranscript } from '../../../src/core/engine/transcript.ts';
import type { Healer, SshAccess } from '../../../src/core/plugin.ts';
import { Secret } from '../../../src/core/secret.ts';
import { VirtualClock } from './virtual-clock.ts';

const DEVICE = { id: 'a', address: '192.0.2.1', label: 'A', group: 'g', tags: {}, parents: [] };
const SSH = { name: 'a', host: '192.0.2.1', password: new Secret('hunter2') } as unknown as SshAccess;
const TIMEOUT_MS = 10_000;
const OK = { ok: true } as const;

/** Runs steps of one healer each on a virtual clock; `stop` is what SIGTERM after its grace period does. */
function setUp(
  ...runs: (Healer['run'] | Partial<PreparedStep & { run: Healer['run']; needsSsh: boolean }>)[]
) {
  const clock = new VirtualClock();
  const stopper = new AbortController();
  const transcript = new LiveTranscript(clock.now, () => undefined);
  const steps = runs.map((given): PreparedStep => {
    const {
      run = async () => OK,
      needsSsh = false,
      ...step
    } = typeof given === 'function' ? { run: given } : given;
    const healer: Healer = { kind: 'fake', spec: z.unknown(), needsSsh, describe: () => [], run };
    return { healer, spec: {}, target: DEVICE, ssh: undefined, timeoutMs: TIMEOUT_MS, ...step };
  });
  const shared = { name: 's', when: {}, settleMs: 0, declaredRisk: null } as const;
  const strategy = { ...shared, steps, risk: 'low', approval: 'auto' } as const;
  const device = { id: 'a', device: DEVICE } as unknown as Monitored;
  const result = runSteps({ clock, hardStop: stopper.signal }, device, strategy, transcript);
  return { clock, transcript, result, stop: () => stopper.abort() };
}

describe('the steps of a strategy', () => {
  it('run one after the other', async () => {
    const seen: number[] = [];
    const { result } = setUp(
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(1);
        return OK;
      },
      async () => {
        seen.push(2);
        return OK;
      },
    );
    expect(await result).toEqual({ acted: true, failure: null });
    expect(seen).toEqual([1, 2]);
  });

  it.each([
    ['nothing was run yet', [], false],
    ['one before it only waited', [async () => ({ ok: true, acted: false }) as const], false],
    ['one before it was run', [async () => OK], true],
  ])('stop at the first that fails; where %s, acted says so', async (_what, before, acted) => {
    let later = false;
    const { result } = setUp(
      ...before,
      async () => ({ ok: false, acted: false, message: 'no way in' }),
      async () => {
        later = true;
        return OK;
      },
    );
    expect(await result).toEqual({ acted, failure: 'no way in' });
    expect(later).toBe(false);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('oh');
      },
      'healer fake failed: oh',
    ],
    ['rejects', () => Promise.reject(new Error('oh')), 'healer fake failed: oh'],
    ['answers nothing', async () => undefined, 'healer fake answered something that is no result'],
    [
      'answers half a result',
      async () => ({ ok: false }),
      'healer fake answered something that is no result',
    ],
  ])('count as run where a healer %s: it may have done anything', async (_what, run, failure) => {
    const { result } = setUp(run as Healer['run']);
    expect(await result).toEqual({ acted: true, failure });
  });

  it('are told to end at their deadline, and left behind where they do not', async () => {
    let aborted = false;
    const { clock, result } = setUp(({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => undefined);
    });
    await clock.advance(TIMEOUT_MS);
    expect(aborted).toBe(true);
    await clock.advance(5_000);
    expect(await result).toEqual({ acted: true, failure: 'healer fake hangs' });
  });

  it('end when netheal is stopped, and no further one begins', async () => {
    let later = false;
    const { clock, result, stop } = setUp(
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(OK));
        }),
      async () => {
        later = true;
        return OK;
      },
    );
    await clock.advance(100);
    stop();
    expect(await result).toEqual({ acted: true, failure: 'netheal was stopped' });
    expect(later).toBe(false);
  });

  it('that need a login are not begun where the config gives none', async () => {
    const { result } = setUp({ needsSsh: true });
    expect(await result).toEqual({ acted: false, failure: 'the config has no ssh access to a' });
  });

  it('say so where they run on another device', async () => {
    const { transcript, result } = setUp({ target: { ...DEVICE, id: 'sw', label: 'Switch' } });
    await result;
    expect(transcript.lines[0]).toMatchObject({ text: 'on Switch (192.0.2.1)' });
  });

  it('tell no secret of the login, neither in the transcript nor in the reason', async () => {
    const { transcript, result } = setUp({
      ssh: SSH,
      run: async (request) => {
        request.transcript.write('output', 'su: hunter2');
        return { ok: false, acted: true, message: 'exit 1: hunter2' };
      },
    });
    expect(await result).toEqual({ acted: true, failure: 'exit 1: <secret>' });
    expect(transcript.lines[0]).toMatchObject({ text: 'su: <secret>' });
  });
});
