import { createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { NameResolver } from '../../../src/core/plugin.ts';
import { sshProbe } from '../../../src/plugins/probes/ssh-probe.ts';
import { sshdMissing, startSshd } from '../ssh-healer/sshd.ts';
import { requestFor } from './request.ts';
import { newLanes, Servers } from './tools.ts';

const servers = new Servers();
afterAll(() => servers.close());
const probe = sshProbe(new NameResolver(), newLanes());
const speak = (talk: (socket: Socket) => void) => servers.listen(createServer(talk));
const check = (options: Record<string, unknown>, timeoutMs = 10_000) =>
  probe.run(requestFor(probe, options, { timeoutMs }));

describe('the probe ssh', () => {
  test('the identification is ok and told, and answered with our own', async () => {
    let heard = '';
    const port = await speak((socket) => {
      socket.on('data', (data) => (heard += data));
      socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\nbinary\0');
    });
    expect(await check({ port })).toMatchObject({
      ok: true,
      rttMs: expect.any(Number),
      detail: 'SSH-2.0-OpenSSH_9.2p1 Debian-2',
    });
    await expect.poll(() => heard).toBe('SSH-2.0-netheal\r\n');
  });

  test('lines before it are allowed, and a packet may end anywhere', async () => {
    const port = await speak((socket) => {
      socket.write('Welcome\r\nSSH-1.99-', () => setImmediate(() => socket.write('Cisco-1.25\n')));
    });
    expect(await check({ port })).toMatchObject({ ok: true, detail: 'SSH-1.99-Cisco-1.25' });
  });

  test('it must contain what is expected', async () => {
    const port = await speak((socket) => socket.write('SSH-2.0-dropbear_2022.83\r\n'));
    expect(await check({ port, expect: '/dropbear_20\\d\\d/' })).toMatchObject({ ok: true });
    expect(await check({ port, expect: 'OpenSSH' })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: 'the server is SSH-2.0-dropbear_2022.83, expected OpenSSH',
      rttMs: expect.any(Number),
    });
  });

  test.each([
    ['an older protocol', 'SSH-1.5-old\r\n', 'SSH-1.5-old is not version 2'],
    ['a line that only looks like one', 'SSH-users only\r\nSSH-2.0-x\r\n', 'SSH-users only is not version 2'],
    ['another server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'is no SSH identification'],
    ['a hang-up', '', 'closed'],
  ])('%s has failed', async (_what, said, message) => {
    const port = await speak((socket) => socket.end(said));
    expect(await check({ port })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: expect.stringContaining(message),
    });
  });

  test('a server that is too busy to say anything times out', async () => {
    const port = await speak(() => undefined);
    expect(await check({ port }, 150)).toMatchObject({ ok: false, reason: 'timeout', answered: true });
  });

  test('words without end are read up to their cap only', async () => {
    const port = await speak((socket) => socket.write('x'.repeat(200_000)));
    expect(await check({ port })).toMatchObject({ ok: false, reason: 'failed' });
  });

  test('OpenSSH is recognised, and its log has no login that failed', async (context) => {
    const missing = sshdMissing();
    if (missing !== null) return context.skip(missing);
    const sshd = await startSshd();
    expect(await check({ port: sshd.port, expect: '/^SSH-2.0-OpenSSH_/' })).toMatchObject({ ok: true });
    await expect.poll(() => sshd.log()).toContain('Connection closed by');
    expect(sshd.log()).not.toMatch(/Did not receive identification|Failed|Invalid user/);
  });

  test('is named after its port', () => {
    expect(probe.name!(probe.options.parse({}))).toBe('ssh:22');
    expect(probe.name!(probe.options.parse({ host: 'a' }))).toBe('ssh:a:22');
  });
});
