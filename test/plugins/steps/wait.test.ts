import { expect, it } from 'vitest';
import { device, healerOf, runStep } from './harness.ts';

const wait = await healerOf('wait');

it('waits for its time', async () => {
  const before = performance.now();
  expect((await runStep(wait, { wait: '40ms' })).result).toEqual({ ok: true, acted: false });
  expect(performance.now() - before).toBeGreaterThanOrEqual(39);
});

it('ends at once when it is cancelled, and spends no attempt', async () => {
  const cancel = new AbortController();
  const running = runStep(wait, { wait: '1h' }, { signal: cancel.signal });
  cancel.abort();
  expect((await running).result).toEqual({ ok: false, acted: false, message: 'the wait was cut short' });
  expect((await runStep(wait, { wait: '1h' }, { signal: cancel.signal })).result.ok).toBe(false);
});

it('is harmless, says how long, and has a time limit beyond its own length', () => {
  const spec = wait.spec.parse({ wait: '10m' });
  expect(wait.describe(spec, device)).toEqual(['wait 600 s']);
  expect(wait.risk!(spec)).toBe('low');
  expect(wait.defaultTimeoutMs!(spec)).toBeGreaterThan(600_000);
});

it.each([{ wait: 60 }, { wait: 'soon' }, { wait: '1s', for: 'x' }, {}])('refuses %j', (step) => {
  expect(wait.spec.safeParse(step).success).toBe(false);
});
