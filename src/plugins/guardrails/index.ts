import { definePlugin, type HealAttempt, type Veto, z } from 'netheal/plugin';
import { GATES } from './gates.ts';

/** The gates before every heal, each a tap of its own on `beforeHeal` that answers with its name and its reason. */
export default definePlugin({
  name: 'guardrails',
  apiVersion: 1,
  options: z.strictObject({
    maxUnhealthyPercent: z.number().min(0).max(100).default(30),
    maxConcurrent: z.int().min(1).default(3),
    maxPerHour: z.int().min(1).default(20),
  }),
  apply(api, options) {
    for (const { name, verdict } of GATES) {
      const tap = (attempt: HealAttempt): Veto | undefined => {
        const fleet = api.snapshot();
        const device = fleet.device(attempt.device.id);
        if (!device) return { gate: name, veto: 'the device is no longer in the config', needsHuman: true };
        const veto = verdict({ attempt, device, fleet, options });
        return veto && { gate: name, ...veto };
      };
      api.hooks.beforeHeal.tap(tap, { gate: name });
    }
  },
});
