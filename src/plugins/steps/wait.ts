import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs, type Healer, z } from 'netheal/plugin';
import { notActed } from './results.ts';

const spec = z.strictObject({
  wait: durationMs.describe('How long to wait before the next step: `60s`.'),
});
type Wait = z.output<typeof spec>;

/** Room for the timer: a wait of exactly its own time limit must not be cut off. */
const MARGIN_MS = 5_000;

/** `{ wait: 60s }`: lets time pass between two steps. */
export const wait: Healer<Wait> = {
  kind: 'wait',
  spec,
  describe: (step) => [`wait ${step.wait / 1_000} s`],
  risk: () => 'low',
  defaultTimeoutMs: (step) => step.wait + MARGIN_MS,
  async run({ spec: step, signal, transcript }) {
    transcript.write('info', `waiting ${step.wait / 1_000} s`);
    try {
      await sleep(step.wait, undefined, { signal });
      return { ok: true, acted: false };
    } catch {
      return notActed('the wait was cut short');
    }
  },
};
