import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NameResolver, Secret } from '../../../src/core/plugin.ts';
import { httpProbe } from '../../../src/plugins/probes/http-probe.ts';
import { testNeeding } from '../../needs.ts';
import { Certificates } from './certificates.ts';
import { requestFor } from './request.ts';
import { newTools } from './tools.ts';

const testTls = testNeeding('openssl', 'openssl');
const openssl = testTls === test;

const folder = mkdtempSync(join(tmpdir(), 'netheal-http-'));
const probe = httpProbe(newTools(folder));
const check = (options: Record<string, unknown>, timeoutMs = 10_000) =>
  probe.run(requestFor(probe, options, { timeoutMs }));

let base: string;
let other: string;
let tls: string | undefined;
const servers: Pick<Server, 'close'>[] = [];

const answer: RequestListener = (request, response) => {
  const url = new URL(request.url!, 'http://x');
  if (url.pathname === '/loop') response.writeHead(302, { location: '/loop' }).end();
  else if (url.pathname === '/moved')
    response.writeHead(302, { location: url.searchParams.get('to')! }).end();
  else if (url.pathname === '/mute') return;
  else if (url.pathname === '/drip') response.writeHead(200).write('x');
  else if (url.pathname === '/reset') request.socket.resetAndDestroy();
  else if (url.pathname === '/torn')
    response.writeHead(200).write('a', () => request.socket.resetAndDestroy());
  else if (url.pathname === '/slow') response.end(`${'a'.repeat(60)}!`);
  else if (url.pathname === '/late-body') {
    response.writeHead(200).flushHeaders();
    setTimeout(() => response.end('late'), 300);
  } else if (url.pathname === '/kept')
    response.writeHead(307, { location: url.searchParams.get('to')! }).end();
  else if (url.pathname === '/body') {
    let sent = '';
    request.on('data', (chunk) => (sent += chunk)).on('end', () => response.end(`${request.method} ${sent}`));
  } else if (url.pathname === '/big') response.end(`${'x'.repeat(70_000)}needle`);
  else if (url.pathname === '/echo')
    response.end(JSON.stringify({ method: request.method, ...request.headers }));
  else
    response
      .writeHead(Number(url.pathname.slice(1)) || 200, { 'x-served-by': 'node', 'set-cookie': 'id=canary' })
      .end('all is well');
};

async function listen(server: Pick<Server, 'listen' | 'address' | 'close'>, scheme: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const web = createServer(answer);
beforeAll(async () => {
  base = await listen(web, 'http');
  other = await listen(createServer(answer), 'http');
  if (!openssl) return;
  const certificates = new Certificates(folder);
  const pair = certificates.signed('web', 'DNS:web.example,IP:127.0.0.1', 20);
  tls = await listen(createTlsServer(pair, answer), 'https');
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
      detail: expect.stringMatching(/^status 204, connect [\d.]+ ms, answer [\d.]+ ms$/),
    });
  });

  test.each([
    [500, undefined, false],
    [503, 503, true],
    [404, [200, 404], true],
    [301, ['2xx', '3xx'], true],
    [200, 204, false],
    [204, '200-299', true],
    [300, '200-299', false],
    [404, ['2xx', '400-404'], true],
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
    expect(await check({ url: `${base}/reset` })).toMatchObject({
      ok: false,
      reason: 'failed',
      answered: true,
    });
    const garbage = createTcpServer((socket) => {
      socket.on('error', () => undefined).end('SSH-2.0-x\r\n', () => socket.destroy());
    });
    const url = await listen(garbage as never, 'http');
    expect(await check({ url })).toMatchObject({ ok: false, reason: 'failed', answered: true });
    servers.pop();
    await new Promise((resolve) => garbage.close(resolve));
    expect(await check({ url })).toMatchObject({ ok: false, reason: 'refused' });
  });

  testTls('a certificate error is told in words, and `insecure` takes any', async () => {
    expect(await check({ url: tls })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: expect.stringContaining('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
      answered: true,
    });
    expect(await check({ url: tls, insecure: true })).toMatchObject({ ok: true });
  });

  testTls(
    'an authority of our own is trusted, and the name may be another than that of the URL',
    async () => {
      const ca = 'authority.crt';
      expect(await check({ url: tls, ca })).toMatchObject({ ok: true });
      expect(await check({ url: tls, ca, servername: 'web.example' })).toMatchObject({ ok: true });
      expect(await check({ url: tls, ca, servername: 'other.example' })).toMatchObject({
        ok: false,
        message: expect.stringContaining('the certificate is for another name'),
      });
      expect(await check({ url: tls, ca: 'missing.crt' })).toMatchObject({
        ok: 'unknown',
        reason: 'local-error',
      });
    },
  );

  testTls(
    'few days left of the certificate are told, and the days and the handshake are in the detail',
    async () => {
      const options = { url: tls, ca: 'authority.crt' };
      expect(await check({ ...options, certDaysLeft: 14 })).toMatchObject({
        ok: true,
        detail: expect.stringMatching(
          /^status 200, connect [\d.]+ ms, TLS [\d.]+ ms, answer [\d.]+ ms, certificate valid for (19|20) days$/,
        ),
      });
      expect(await check({ ...options, certDaysLeft: 30 })).toMatchObject({
        ok: false,
        reason: 'failed',
        message: expect.stringMatching(/^the certificate is valid for only (19|20) more days, expected 30$/),
      });
      // Plain HTTP has none, and a page that must have one is not as it should be.
      expect(await check({ url: base, certDaysLeft: 1 })).toMatchObject({
        ok: false,
        message: 'the server has no certificate',
      });
    },
  );

  testTls('a server that is too old for the wanted version fails', async () => {
    const old = createTlsServer(
      { ...new Certificates(folder).signed('old', 'IP:127.0.0.1', 2), maxVersion: 'TLSv1.2' },
      answer,
    );
    const url = await listen(old, 'https');
    expect(await check({ url, insecure: true })).toMatchObject({ ok: true });
    expect(await check({ url, insecure: true, minVersion: 'TLSv1.3' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('no TLS version'),
    });
  });

  test('a header of the answer must contain the text', async () => {
    const url = `${base}/200`;
    expect(await check({ url, expectHeader: { 'X-Served-By': '/^node$/' } })).toMatchObject({ ok: true });
    expect(await check({ url, expectHeader: { 'x-served-by': 'nginx' } })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: 'the header x-served-by does not contain "nginx"',
    });
    expect(await check({ url, expectHeader: { 'x-other': 'a' } })).toMatchObject({
      ok: false,
      message: 'the answer has no header x-other',
    });
  });

  test('the value of a header is not told: it may be a secret', async () => {
    const result = await check({ url: `${base}/200`, expectHeader: { 'set-cookie': 'nothing' } });
    expect(result).toMatchObject({ ok: false });
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  test('basic and bearer logins and secret headers are sent, and never shown', async () => {
    const url = `${base}/echo`;
    const secret = new Secret('s3cret');
    const basic = Buffer.from('me:s3cret').toString('base64');
    const password = { url, username: 'me', password: secret };
    expect(await check({ ...password, expectBody: `Basic ${basic}` })).toMatchObject({ ok: true });
    expect(await check({ url, token: secret, expectBody: 'Bearer s3cret' })).toMatchObject({ ok: true });
    expect(await check({ url, headers: { 'X-Token': secret }, expectBody: 's3cret' })).toMatchObject({
      ok: true,
    });
    const shown = [await check({ ...password, expectBody: 'x-y' }), probe.options.parse(password)];
    expect(JSON.stringify(shown)).not.toContain('s3cret');
  });

  test('a login is not sent to where a redirect leads, unless it is the same place', async () => {
    const away = `${base}/moved?to=${encodeURIComponent(`${other}/echo`)}`;
    expect(await check({ url: away, follow: true, token: 't0ken', expectBody: 't0ken' })).toMatchObject({
      ok: false,
    });
    expect(
      await check({ url: `${base}/moved?to=/echo`, follow: true, token: 't0ken', expectBody: 't0ken' }),
    ).toMatchObject({ ok: true });
  });

  test('a body is sent, and fetched anew without it after a redirect', async () => {
    const post = { method: 'POST', body: 'ping=1', follow: true };
    expect(await check({ ...post, url: `${base}/body`, expectBody: 'POST ping=1' })).toMatchObject({
      ok: true,
    });
    expect(await check({ ...post, url: `${base}/moved?to=/body`, expectBody: '/^GET $/' })).toMatchObject({
      ok: true,
    });
    expect(await check({ ...post, url: `${base}/kept?to=/body`, expectBody: 'POST ping=1' })).toMatchObject({
      ok: true,
    });
  });

  test('the body is searched by a regular expression, as far as it is read', async () => {
    const url = `${base}/big`;
    expect(await check({ url, expectBody: '/needle$/' })).toMatchObject({ ok: false });
    expect(await check({ url, expectBody: '/needle$/', maxBody: 100_000 })).toMatchObject({ ok: true });
    expect(await check({ url: `${base}/slow`, expectBody: '/^(a+)+$/' })).toMatchObject({
      ok: 'unknown',
      reason: 'local-error',
    });
  });

  test('a connection that breaks in the middle of a wanted body has failed', async () => {
    expect(await check({ url: `${base}/torn`, expectBody: 'x' })).toMatchObject({
      ok: false,
      reason: 'failed',
    });
    expect(await check({ url: `${base}/torn` })).toMatchObject({ ok: true });
  });

  test('the address of the device is put into the URL', async () => {
    const url = base.replace('127.0.0.1', '{{ip}}');
    expect(await check({ url: `${url}/200` })).toMatchObject({ ok: true });
    expect(probe.name!(probe.options.parse({ url: 'https://{{ip}}:8443/health' }))).toBe(
      'http:ip:8443/health',
    );
  });

  test('an IPv6 address in a URL gets its brackets', async () => {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
    servers.push(server);
    const url = `http://{{ip}}:${(server.address() as AddressInfo).port}/`;
    expect(await probe.run(requestFor(probe, { url }, { address: '::1' }))).toMatchObject({ ok: true });
  });

  test('the RTT ends with the head of the answer, not with its body', async () => {
    const result = await check({ url: `${base}/late-body`, expectBody: 'late' });
    expect(result).toMatchObject({ ok: true });
    expect((result as { rttMs: number }).rttMs).toBeLessThan(290);
  });

  test.each(['/mute', '/drip'])('a check that is cancelled at %s ends at once', async (path) => {
    const aborter = new AbortController();
    const options = { url: `${base}${path}`, expectBody: 'y' };
    const more = { signal: aborter.signal, timeoutMs: 60_000 };
    const asked = once(web, 'request');
    const result = probe.run(requestFor(probe, options, more));
    await asked;
    aborter.abort();
    expect(await result).toMatchObject({ ok: 'unknown', reason: 'skipped' });
  });

  test('a hundred silent servers leave a place for the living', async () => {
    // Every address of loopback is a host of its own.
    const silent = createTcpServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '0.0.0.0', resolve));
    servers.push(silent as never);
    const busy = httpProbe(newTools(folder));
    const at = (url: string, timeoutMs: number) => busy.run(requestFor(busy, { url }, { timeoutMs }));
    const { port: silentPort } = silent.address() as AddressInfo;
    const dead = Array.from({ length: 100 }, (_, n) => at(`http://127.0.1.${n + 1}:${silentPort}/`, 2_000));
    const live = Array.from({ length: 20 }, () => at(`${base}/200`, 2_000));
    expect(new Set((await Promise.all(live)).map(({ ok }) => ok))).toEqual(new Set([true]));
    const results = await Promise.all(dead);
    expect(results.map((result) => ('reason' in result ? result.reason : 'ok'))).toEqual(
      Array(100).fill('timeout'),
    );
  });

  test('the name in the URL is resolved by the resolver and stays in the Host header', async () => {
    const named = httpProbe({
      ...newTools(folder),
      resolver: new NameResolver({ lookup: async () => [{ address: '127.0.0.1', family: 4 }] }),
    });
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
    { url: 'http://a', expectStatus: '2x' },
    { url: 'http://a', expectBody: '/(/' },
    { url: 'http://a', username: 'u' },
    { url: 'http://a', username: 'u', password: 'p', token: 't' },
    { url: 'http://a', body: 'x' },
    { url: 'http://{{port}}/' },
    { url: 'http://a', token: 'a\nb' },
  ])('the options %j are refused', (options) => {
    expect(probe.options.safeParse(options).success).toBe(false);
  });

  test('is named after host and path', () => {
    expect(probe.name!(probe.options.parse({ url: 'http://a.example:81/health?x=1' }))).toBe(
      'http:a.example:81/health',
    );
  });
});
