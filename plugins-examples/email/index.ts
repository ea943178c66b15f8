import { setTimeout as sleep } from 'node:timers/promises';
import { cleanLine, type Device, definePlugin, durationMs, Secret, z } from 'netheal/plugin';

const RETRIES = 3;
/** Long enough for all tries; meanwhile nothing waits for us. */
const PATIENCE = { timeoutMs: 120_000 };
const LIMITS = { connectionTimeout: 10_000, socketTimeout: 10_000 };

/** Sends a mail when a device is down for sure, and one after each attempt to heal it. */
export default definePlugin({
  name: 'email',
  apiVersion: 1,
  options: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(587),
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
    user: z.string().optional(),
    password: z.union([z.string(), z.instanceof(Secret)]).optional(),
    from: z.string().min(3),
    to: z.array(z.string().min(3)).min(1),
    /** Before the first retry; doubled for each further one. */
    backoff: durationMs.default(2_000),
  }),
  apply(api, { host, port, tls, user, password, from, to, backoff }) {
    const pass = password instanceof Secret ? password.reveal() : password;
    const auth = user === undefined ? undefined : { user, pass };
    const starttls = { requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' };
    const server = { host, port, secure: tls === 'implicit', ...starttls, auth, ...LIMITS };

    api.hooks.onThresholdReached.tap((incident, device) => {
      return send(device, 'is down', [`${incident.failure.probe}: ${incident.failure.message}`]);
    }, PATIENCE);
    api.hooks.afterHeal.tap(({ device, plan, attempt, maxAttempts, by }, { outcome, reason, transcript }) => {
      const facts = [`"${plan.strategy}", attempt ${attempt} of ${maxAttempts}, by ${by}: ${reason}`, ''];
      return send(device, outcome, [...facts, ...transcript.map((line) => line.text)]);
    }, PATIENCE);

    async function send(device: Device, what: string, lines: readonly string[]): Promise<void> {
      const subject = cleanLine(`[netheal] ${device.label} (${device.address}): ${what}`, 150);
      const { createTransport } = (await import('nodemailer')).default;
      for (let tries = 0; ; tries++) {
        const transport = createTransport(server);
        try {
          await transport.sendMail({ from, to: [...to], subject, text: `${lines.join('\n')}\n` });
          return;
        } catch (thrown) {
          // 5xx is the server's last word. A throw is logged and counted by netheal.
          const final = ((thrown as { responseCode?: number }).responseCode ?? 0) >= 500;
          if (final || tries === RETRIES) throw thrown;
        } finally {
          transport.close();
        }
        await sleep(backoff * 2 ** tries, undefined, { signal: api.signal });
      }
    }
  },
});
