import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NameResolver, Slots } from '../../../src/core/plugin.ts';
import { httpProbe } from '../../../src/plugins/probes/http-probe.ts';
import { requestFor } from './request.ts';

const probe = httpProbe(new NameResolver(), new Slots(64));
const check = (options: Record<string, unknown>, timeoutMs = 1_000) =>
  probe.run(requestFor(probe, options, { timeoutMs }));

let base: string;
let other: string;
let tls: string | undefined;
const servers: Pick<Server, 'close'>[] = [];
const folder = mkdtempSync(join(tmpdir(), 'netheal-tls-'));

const answer: RequestListener = (request, response) => {
  const url = new URL(request.url!, 'http://x');
  if (url.pathname === '/loop') response.writeHead(302, { location: '/loop' }).end();
  else if (url.pathname === '/moved')
    response.writeHead(302, { location: url.searchParams.get('to')! }).end();
  else if (url.pathname === '/mute') return;
  else if (url.pathname === '/drip') response.writeHead(200).write('x');
  else if (url.pathname === '/reset') request.socket.resetAndDestroy();
  else if (url.pathname === '/big') response.end(`${'x'.repeat(70_000)}needle`);
  else if (url.pathname === '/echo')
    response.end(JSON.stringify({ method: request.method, ...request.headers }));
  else response.writeHead(Number(url.pathname.slice(1)) || 200).end('all is well');
};

async function listen(server: Pick<Server, 'listen' | 'address' | 'close'>, scheme: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  base = await listen(createServer(answer), 'http');
  other = await listen(createServer(answer), 'http');
  try {
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-subj',
        '/CN=x',
        '-days',
        '2',
      ],
      { stdio: 'pipe' },
    );
    tls = await listen(
      createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer),
      'https',
    );
  } catch (error) {
    if (process.env.NETHEAL_REQUIRE_LAB === '1') throw error;
    console.warn('TLS tests are skipped: openssl is not installed (Debian: openssl)');
  }
});
afterAll(() => {
  for (const server of servers) {
    (server as Server).closeAllConnections?.();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

describe('the probe http', () => {
  test('a status of the 200s is ok, with its RTT', async () => {
    expect(await check({ url: `${base}/204` })).toMatchObject({
      ok: true,
      rttMs: expect.any(Number),
      detail: 'status 204',
    });
  });

  test.each([
    [500, undefined, false],
    [503, 503, true],
    [404, [200, 404], true],
    [301, ['2xx', '3xx'], true],
    [200, 204, false],
  ])('status %i with expectStatus %j: %s', async (status, expectStatus, ok) => {
    const result = await check({
      url: `${base}/${status}`,
      ...(expectStatus === undefined ? {} : { expectStatus }),
    });
    expect(result).toMatchObject(
      ok
        ? { ok }
        : {
            ok,
            reason: 'failed',
            rttMs: expect.any(Number),
            message: expect.stringContaining(`status ${status}`),
          },
    );
  });

  test('the body must contain the text, within its first 64 KB', async () => {
    expect(await check({ url: `${base}/200`, expectBody: 'is well' })).toMatchObject({ ok: true });
    expect(await check({ url: `${base}/200`, expectBody: 'is bad' })).toMatchObject({
      ok: false,
      reason: 'failed',
    });
    expect(await check({ url: `${base}/big`, expectBody: 'needle' })).toMatchObject({
      ok: false,
      reason: 'failed',
    });
  });

  test('sends method and headers', async () => {
    const url = `${base}/echo`;
    expect(
      await check({ url, method: 'POST', headers: { 'X-A': 'b' }, expectBody: '"x-a":"b"' }),
    ).toMatchObject({ ok: true });
    expect(await check({ url, method: 'POST', expectBody: '"method":"POST"' })).toMatchObject({ ok: true });
  });

  test('follows redirects only when asked to, at most five, without headers to another origin', async () => {
    const url = `${base}/moved?to=/200`;
    expect(await check({ url })).toMatchObject({ ok: false, message: 'status 302, expected 2xx' });
    expect(await check({ url, follow: true })).toMatchObject({ ok: true });
    expect(await check({ url: `${base}/loop`, follow: true })).toMatchObject({
      ok: false,
      message: 'more than 5 redirects',
    });
    const away = `${base}/moved?to=${encodeURIComponent(`${other}/echo`)}`;
    const headers = { authorization: 'Bearer t' };
    expect(await check({ url: away, follow: true, headers, expectBody: 'Bearer' })).toMatchObject({
      ok: false,
    });
    expect(
      await check({ url: `${base}/moved?to=/echo`, follow: true, headers, expectBody: 'Bearer' }),
    ).toMatchObject({ ok: true });
  });

  test.each(['/mute', '/drip'])('a server that does not finish (%s) times out', async (path) => {
    expect(await check({ url: `${base}${path}`, expectBody: 'y' }, 200)).toMatchObject({
      ok: false,
      reason: 'timeout',
    });
  });

  test('a reset and garbage are failures, a closed port refuses', async () => {
    expect(await check({ url: `${base}/reset` })).toMatchObject({ ok: false, reason: 'failed' });
    const garbage = createTcpServer((socket) => {
      socket.on('error', () => undefined).end('SSH-2.0-x\r\n', () => socket.destroy());
    });
    const url = await listen(garbage as never, 'http');
    expect(await check({ url })).toMatchObject({ ok: false, reason: 'failed' });
    servers.pop();
    await new Promise((resolve) => garbage.close(resolve));
    expect(await check({ url })).toMatchObject({ ok: false, reason: 'refused' });
  });

  test('a certificate error is told in words, and `insecure` takes any', async (context) => {
    if (tls === undefined) return context.skip('openssl is not installed (Debian: openssl)');
    expect(await check({ url: tls })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: expect.stringContaining('self-signed'),
    });
    expect(await check({ url: tls, insecure: true })).toMatchObject({ ok: true });
  });

  test('the name in the URL is resolved by the resolver and stays in the Host header', async () => {
    const named = httpProbe(
      new NameResolver({ lookup: async () => [{ address: '127.0.0.1', family: 4 }] }),
      new Slots(1),
    );
    const url = `${base.replace('127.0.0.1', 'web.example')}/echo`;
    expect(await named.run(requestFor(named, { url, expectBody: '"host":"web.example' }))).toMatchObject({
      ok: true,
    });
  });

  test.each([
    { url: 'ftp://a/' },
    { url: 'http://u:p@a/' },
    { url: 'a' },
    { url: 'http://a', expectStatus: 'ok' },
    { url: 'http://a', headers: { 'a\nb': 'c' } },
    { url: 'http://a', headers: { a: 'b\r\nc' } },
    { url: 'http://a', expectstatus: 200 },
  ])('the options %j are refused', (options) => {
    expect(probe.options.safeParse(options).success).toBe(false);
  });

  test('is named after host and path', () => {
    expect(probe.name!(probe.options.parse({ url: 'http://a.example:81/health?x=1' }))).toBe(
      'http:a.example:81/health',
    );
  });
});
