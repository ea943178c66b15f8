/** The probe `exec` against the plugins that Debian ships, and those against servers on loopback. */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, describe, expect } from 'vitest';
import { execProbe } from '../../../src/plugins/probes/exec-probe.ts';
import { testNeeding } from '../../needs.ts';
import { requestFor } from './request.ts';
import { Servers } from './tools.ts';

const FOLDER = '/usr/lib/nagios/plugins';
const test = testNeeding(`${FOLDER}/check_dummy`, 'monitoring-plugins-basic');
const servers = new Servers();
afterAll(() => servers.close());
const probe = execProbe('/');
const run = (plugin: string, args: (string | number)[], more: object = {}) => {
  const command = [`${FOLDER}/${plugin}`, ...args.map(String)];
  return probe.run(requestFor(probe, { command, ...more }, { timeoutMs: 15_000 }));
};

describe("Debian's monitoring plugins", () => {
  test.for([
    [0, { ok: true, detail: 'OK: said' }],
    [1, { ok: true, detail: 'WARNING: said' }],
    [2, { ok: false, reason: 'failed', message: 'CRITICAL: said', exitCode: 2 }],
    [3, { ok: 'unknown', reason: 'local-error', message: 'UNKNOWN: said' }],
  ] as const)('check_dummy %i', async ([code, expected]) => {
    expect(await run('check_dummy', [code, 'said'])).toMatchObject(expected);
  });

  test('check_dummy with a state that there is not is unknown', async () => {
    expect(await run('check_dummy', [7])).toMatchObject({ ok: 'unknown' });
  });

  test('check_ping has measured the RTT itself', async () => {
    const args = ['-H', '{{ip}}', '-w', '1000,50%', '-c', '2000,80%', '-p', 1];
    const result = await run('check_ping', args, { rttFrom: 'rta' });
    expect(result).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^PING OK .* \| rta=[\d.]+ms;.* pl=0%/),
    });
    const rta = Number(/rta=([\d.]+)ms/.exec((result as { detail: string }).detail)?.[1]);
    expect((result as { rttMs: number }).rttMs).toBeCloseTo(rta, 6);
  });

  test('check_tcp: an open port, a closed one, and the time of its own', async () => {
    const port = await servers.listen(createServer((socket) => socket.end()));
    const args = ['-H', '{{ip}}', '-p', port];
    const result = await run('check_tcp', args, { rttFrom: 'time' });
    expect(result).toMatchObject({ ok: true, detail: expect.stringContaining('TCP OK') });
    expect((result as { rttMs: number }).rttMs).toBeLessThan(10_000);
    const gone = new Servers();
    const closed = await gone.listen(createServer());
    gone.close();
    expect(await run('check_tcp', ['-H', '127.0.0.1', '-p', closed])).toMatchObject({
      ok: false,
      reason: 'failed',
      exitCode: 2,
      message: expect.stringContaining('refused'),
    });
  });

  test('check_http: a page, its performance data, and an error of the server', async () => {
    const port = await servers.listen(
      createHttpServer((request, response) => {
        response.writeHead(request.url === '/bad' ? 500 : 200).end('all is well');
      }),
    );
    const args = ['-I', '127.0.0.1', '-p', port, '-u'];
    expect(await run('check_http', [...args, '/', '-s', 'is well'], { rttFrom: 'time' })).toMatchObject({
      ok: true,
      rttMs: expect.any(Number),
      detail: expect.stringMatching(/^HTTP OK.* \| time=[\d.]+s;.* size=\d+B/),
    });
    expect(await run('check_http', [...args, '/bad'])).toMatchObject({
      ok: false,
      exitCode: 2,
      message: expect.stringContaining('500'),
    });
  });

  test('check_ssh: the banner of a server, and of one that is none', async () => {
    const port = await servers.listen(createServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')));
    expect(await run('check_ssh', ['-p', port, '127.0.0.1'])).toMatchObject({
      ok: true,
      detail: expect.stringContaining('OpenSSH_9.2p1'),
    });
    const other = await servers.listen(createServer((socket) => socket.end('220 mail\r\n')));
    expect(await run('check_ssh', ['-p', other, '127.0.0.1'])).toMatchObject({ ok: false, exitCode: 2 });
  });

  test('check_disk and check_load tell their performance data', async () => {
    expect(await run('check_disk', ['-w', '0%', '-c', '0%', '-p', '/'])).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^DISK OK.* \| \/=\d+(?:Mi?)?B;\d+;\d+;0;\d+$/),
    });
    expect(await run('check_load', ['-w', '900,900,900', '-c', '999,999,999'])).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/load1=[\d.]+;900\.?0*;999\.?0*;0 load5=.* load15=/),
    });
  });

  test('a plugin that does not know its arguments knows nothing of the device', async () => {
    expect(await run('check_tcp', ['--nonsense'])).toMatchObject({ ok: 'unknown', reason: 'local-error' });
  });
});
