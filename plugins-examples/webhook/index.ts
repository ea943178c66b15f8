import { setTimeout as sleep } from 'node:timers/promises';
import { definePlugin, durationMs, messageOf, Secret, z } from 'netheal/plugin';

const RETRIES = 3;
/** Long enough for all tries; meanwhile nothing waits for us. */
const PATIENCE = { timeoutMs: 60_000 };

/** POSTs what happens to a URL, as JSON. */
export default definePlugin({
  name: 'webhook',
  apiVersion: 1,
  options: z.strictObject({
    url: z.union([z.url({ protocol: /^https?$/ }), z.instanceof(Secret)]),
    on: z
      .array(z.enum(['onThresholdReached', 'afterHeal', 'onStatusChange']))
      .default(['onThresholdReached', 'afterHeal']),
    backoff: durationMs
      .default(1_000)
      .describe('Pause before the first retry; doubled for each further one.'),
  }),
  apply({ hooks, clock, signal }, { url, on, backoff }) {
    hooks.onThresholdReached.tap(
      (incident, device) => post('onThresholdReached', { device, incident }),
      PATIENCE,
    );
    hooks.onStatusChange.tap((change) => post('onStatusChange', change), PATIENCE);
    hooks.afterHeal.tap(({ device, plan, attempt, by }, { outcome, reason, durationMs: tookMs }) => {
      return post('afterHeal', { device, strategy: plan.strategy, attempt, by, outcome, reason, tookMs });
    }, PATIENCE);

    async function post(event: (typeof on)[number], facts: object): Promise<void> {
      if (!on.includes(event)) return;
      const body = JSON.stringify({ ...facts, event, at: new Date(clock.now()).toISOString() });
      for (let tries = 0; ; tries++) {
        const { problem, passing } = await send(body);
        if (!problem) return;
        // A throw is logged and counted by netheal; the URL may be a secret and is not in it.
        if (!passing || tries === RETRIES) throw new Error(`could not tell of ${event}: ${problem}`);
        await sleep(backoff * 2 ** tries, undefined, { signal });
      }
    }

    async function send(body: string): Promise<{ problem?: string; passing?: boolean }> {
      const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
      try {
        const response = await fetch(url instanceof Secret ? url.reveal() : url, {
          ...request,
          signal: limit,
        });
        await response.body?.cancel();
        return response.ok ? {} : { problem: `status ${response.status}`, passing: response.status >= 500 };
      } catch (thrown) {
        const code = (thrown as { cause?: { code?: string } }).cause?.code;
        return { problem: code ?? messageOf(thrown), passing: !signal.aborted };
      }
    }
  },
});
