import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../src/core/plugin.ts';
import { applyPlugin, until } from '../../test/plugin-harness.ts';
import { attempt, incident, outcome, router } from '../../test/plugin-samples.ts';
import email from './index.ts';

/** What the server says to the next mails; then it takes them. */
let answers: number[] = [];
let tries = 0;
let mails: { to: string[]; text: string }[] = [];
const server = new SMTPServer({
  disabledCommands: ['STARTTLS'],
  authOptional: true,
  allowInsecureAuth: true,
  onAuth: ({ username, password }, _session, done) =>
    username === 'netheal' && password === 'canary'
      ? done(null, { user: username })
      : done(new Error('wrong password')),
  onData: async (stream, session, done) => {
    let text = '';
    for await (const chunk of stream) text += chunk;
    tries++;
    const refusal = answers.shift();
    if (refusal) return done(Object.assign(new Error('not now'), { responseCode: refusal }));
    mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
    done();
  },
});
server.on('error', () => undefined);
server.listen(0, '127.0.0.1');
await once(server.server, 'listening');
const { port } = server.server.address() as AddressInfo;
afterAll(() => new Promise<void>((resolve) => server.close(resolve)));
beforeEach(() => {
  answers = [];
  tries = 0;
  mails = [];
});

const apply = (options: object = {}) =>
  applyPlugin(email, {
    host: '127.0.0.1',
    port,
    tls: 'none',
    from: 'netheal@example.org',
    to: ['noc@example.org', 'boss@example.org'],
    backoff: '1ms',
    ...options,
  });

it('mails the incident with its reason to everybody', async () => {
  await (await apply()).fire('onThresholdReached', incident, router);
  expect(mails).toHaveLength(1);
  expect(mails[0]?.to).toEqual(['noc@example.org', 'boss@example.org']);
  expect(mails[0]?.text).toContain('Subject: [netheal] Router (192.0.2.1): is down');
  expect(mails[0]?.text).toContain('icmp: no answer within 2 s');
});

it('mails the end of a heal with its transcript, logged in with a secret password', async () => {
  const plugin = await apply({ user: 'netheal', password: new Secret('canary') });
  await plugin.fire('afterHeal', attempt, outcome);
  expect(mails[0]?.text).toContain('Subject: [netheal] Router (192.0.2.1): healed');
  expect(mails[0]?.text).toContain('"restart networking", attempt 1 of 2, by auto: two good checks');
  expect(mails[0]?.text).toContain('systemctl restart networking');
});

it('lets no label write headers', async () => {
  const evil = { ...router, label: 'x\r\nBcc: eve@example.org' };
  await (await apply()).fire('onThresholdReached', incident, evil);
  expect(mails[0]?.to).not.toContain('eve@example.org');
  expect(mails[0]?.text).not.toMatch(/^Bcc:/m);
});

it('tries three more times when the server says 4xx', async () => {
  answers = [451, 421, 451];
  await (await apply()).fire('onThresholdReached', incident, router);
  expect(tries).toBe(4);
  expect(mails).toHaveLength(1);
});

it('then gives up with what the server said', async () => {
  answers = [451, 451, 451, 452];
  await expect((await apply()).fire('onThresholdReached', incident, router)).rejects.toThrow('452');
  expect(tries).toBe(4);
});

it('does not repeat what the server refuses for good', async () => {
  answers = [554];
  await expect((await apply()).fire('onThresholdReached', incident, router)).rejects.toThrow('554');
  expect(tries).toBe(1);
});

it('does not repeat a wrong password, and does not tell it', async () => {
  const plugin = await apply({ user: 'netheal', password: 'not-canary' });
  const error = await plugin.fire('onThresholdReached', incident, router).catch((thrown: Error) => thrown);
  expect(String(error)).toContain('wrong password');
  expect(String(error)).not.toContain('not-canary');
});

it('sends nothing in the clear where TLS is asked for', async () => {
  const plugin = await apply({ tls: 'starttls' });
  await expect(plugin.fire('onThresholdReached', incident, router)).rejects.toThrow();
  expect(mails).toEqual([]);
});

it('stops trying when netheal stops', async () => {
  answers = [451];
  const plugin = await apply({ backoff: '1h' });
  const ended = expect(plugin.fire('onThresholdReached', incident, router)).rejects.toThrow();
  await until('the first try', () => tries === 1);
  await plugin.stop();
  await ended;
  expect(mails).toEqual([]);
});
