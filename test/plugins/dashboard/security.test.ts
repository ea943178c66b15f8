import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { type FakeSource, fakeSource } from '../../core/api/fake-source.ts';
import { testNeeding } from '../../needs.ts';
import { ask } from './ask.ts';
import { type Running, startDashboard } from './harness.ts';

const TOKEN = 'correct-horse-battery';
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

const running: Running[] = [];
afterEach(async () => {
  for (const dashboard of running.splice(0)) await dashboard.close();
});

async function start(options: unknown = {}, source: FakeSource = fakeSource()) {
  const dashboard = await startDashboard(source, options);
  running.push(dashboard);
  return { ...dashboard, source };
}

const act = (port: number, headers: Record<string, string>, body = '{"by":"ada"}') =>
  ask(port, '/api/pause', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

test('every answer has the security headers, also a refusal', async () => {
  const { port } = await start({ token: TOKEN });
  const replies = [
    await ask(port, '/'),
    await ask(port, '/page/style.css'),
    await ask(port, '/api/status'),
    await ask(port, '/nothing'),
    await ask(port, '/', { headers: { host: 'evil.example' } }),
    await act(port, {}),
  ];
  expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 404, 421, 401]);
  for (const { headers } of replies) {
    expect(headers).toMatchObject({
      'content-security-policy': CSP,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

test.each([
  'evil.example',
  'localhost.evil.example',
  'evil.example:5000',
  '127.0.0.1.evil.example',
  '127.0.0.1@evil.example',
  'evil.example#127.0.0.1',
  '10.0.0.1',
  '[::2]',
])('the host name %s is not served: DNS rebinding ends here', async (host) => {
  const { port, source } = await start({ token: TOKEN });
  expect((await ask(port, '/api/status', { headers: { host } })).status).toBeGreaterThanOrEqual(400);
  expect((await ask(port, '/', { headers: { host } })).status).toBeGreaterThanOrEqual(400);
  const reply = await act(port, { host, authorization: `Bearer ${TOKEN}` });
  expect([400, 421]).toContain(reply.status);
  expect(source.acted).toEqual([]);
});

test('loopback names, literals and configured names are served', async () => {
  const { port } = await start({ allowedHosts: ['monitor.example'] });
  for (const host of [
    'localhost',
    `localhost:${port}`,
    'LOCALHOST',
    '127.0.0.1',
    '[::1]:9',
    'monitor.example',
    'Monitor.Example.',
  ]) {
    expect((await ask(port, '/api/status', { headers: { host } })).status, host).toBe(200);
  }
});

test('on loopback reading is free', async () => {
  const { port } = await start({ token: TOKEN });
  for (const path of ['/', '/api/status', '/api/stats', '/api/snapshot', '/healthz', '/readyz']) {
    expect((await ask(port, path)).status, path).toBe(200);
  }
});

test('without a configured token nobody may act, and the refusal says how to set one', async () => {
  const { port, source } = await start();
  const reply = await act(port, { authorization: 'Bearer anything' });
  expect(reply.status).toBe(403);
  expect(reply.body).toContain('plugins.dashboard.token');
  expect(source.acted).toEqual([]);
});

test('an action needs exactly the token', async () => {
  const { port, source } = await start({ token: new Secret(TOKEN) });
  for (const authorization of [
    '',
    'Bearer ',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ]) {
    const reply = await act(port, { authorization });
    expect(reply.status, authorization).toBe(401);
    expect(reply.headers['www-authenticate']).toContain('Bearer');
  }
  expect(source.acted).toEqual([]);
  expect((await act(port, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  // The token has no person's name, and the body may claim any.
  expect(source.acted).toEqual([{ type: 'pause', by: 'token' }]);
});

test('an action from another site is refused, whatever token it brings', async () => {
  const { port, source } = await start({ token: TOKEN });
  const authorization = `Bearer ${TOKEN}`;
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1:${port + 1}` },
    { origin: `http://localhost:${port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of foreign) {
    expect((await act(port, { authorization, ...headers })).status, JSON.stringify(headers)).toBe(403);
  }
  expect(source.acted).toEqual([]);
  const own = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
  expect((await act(port, { authorization, ...own })).status).toBe(200);
});

test('an action that is not JSON is refused: a form of another site cannot send JSON', async () => {
  const { port, source } = await start({ token: TOKEN });
  const authorization = `Bearer ${TOKEN}`;
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonx',
  ]) {
    expect((await act(port, { authorization, 'content-type': type })).status, type).toBe(415);
  }
  expect(source.acted).toEqual([]);
});

test('other methods never pass without the token', async () => {
  const { port } = await start({ token: TOKEN });
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
    const reply = await ask(port, '/api/pause', { method, headers: { 'content-type': 'application/json' } });
    expect(reply.status, method).toBe(401);
    const authorization = `Bearer ${TOKEN}`;
    const known = { method, headers: { 'content-type': 'application/json', authorization } };
    expect((await ask(port, '/api/pause', known)).status, method).toBe(405);
  }
});

test.each<[object, string]>([
  [{ host: '0.0.0.0' }, 'a token'],
  [{ host: '0.0.0.0', token: TOKEN }, 'tls'],
  [{ host: '192.168.1.5', behindProxy: true }, 'token'],
  [{ host: '::' }, 'token'],
  [{ host: '127.0.0.1.example' }, 'token'],
])('the dashboard refuses to be exposed with %j', async (options, missing) => {
  await expect(startDashboard(fakeSource(), options)).rejects.toMatchObject({
    code: 'NH_DASHBOARD_EXPOSED',
    message: expect.stringContaining(missing),
    mend: expect.stringContaining('plugins.dashboard'),
  });
});

test('exposed with a token and a proxy, even reading needs the token; the page itself does not', async () => {
  const { port } = await start({ host: '0.0.0.0', token: TOKEN, behindProxy: true });
  expect((await ask(port, '/')).status).toBe(200);
  expect((await ask(port, '/healthz')).status).toBe(200);
  for (const path of [
    '/api/status',
    '/api/events',
    '/api/snapshot',
    '/api//status',
    '/API/status',
    '/%61pi/status',
    '/api%2fstatus',
  ]) {
    expect((await ask(port, path)).status, path).toBe(401);
  }
  const headers = { authorization: `Bearer ${TOKEN}` };
  expect((await ask(port, '/api/status', { headers })).status).toBe(200);
});

/** Writes a certificate for `name` and its key. */
function writeCertificate(name: string, cert: string, key: string): void {
  const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=${name}`;
  execFileSync('openssl', [...request.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
}

/** Asks over TLS; whose certificate it is, is for the test to judge. */
function askSecurely(port: number, path: string): Promise<{ status: number; name: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const options = { host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, agent: false };
    httpsRequest(options, (response) => {
      const { subject } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume();
      resolve({ status: response.statusCode!, name: String(subject.CN) });
    })
      .once('error', reject)
      .end();
  });
}

testNeeding('openssl', 'openssl')(
  'with a certificate it speaks TLS, and takes over one that is renewed',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'netheal-tls-'));
    const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    writeCertificate('old.example', cert, key);
    const { port, url, notices } = await start({ host: '0.0.0.0', token: TOKEN, tls: { cert, key } });
    expect(url).toMatch(/^https:/);
    expect(await askSecurely(port, '/api/status')).toEqual({ status: 200, name: 'old.example' });
    writeCertificate('new.example', cert, key);
    const renewed = expect.poll(() => askSecurely(port, '/api/status'), { timeout: 30_000, interval: 500 });
    await renewed.toEqual({ status: 200, name: 'new.example' });
    expect(notices).toContain('The dashboard has a new certificate');
    await rm(dir, { recursive: true });
  },
  40_000,
);

test('a certificate that cannot be read is said so', async () => {
  const tls = { cert: 'none.pem', key: 'none.pem' };
  await expect(startDashboard(fakeSource(), { tls })).rejects.toMatchObject({ code: 'NH_PLUGIN_OPTIONS' });
});

test('a port that is taken is a clear error', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  await expect(startDashboard(fakeSource(), { port })).rejects.toMatchObject({
    code: 'NH_PORT_TAKEN',
    message: expect.stringContaining(String(port)),
    mend: expect.stringContaining('port'),
  });
  await new Promise((resolve) => other.close(resolve));
});

test('the notice says where the page is', async () => {
  const { notices, port } = await start();
  expect(notices).toEqual([`The dashboard is at http://127.0.0.1:${port}/`]);
});

test('no address leads out of the files of the page', async () => {
  const { port } = await start();
  for (const path of [
    '/page/../index.js',
    '/page/%2e%2e/index.js',
    '/page/..%2findex.js',
    '//etc/passwd',
    '/page/',
    '/index.js',
    '/page/main.ts',
  ]) {
    const reply = await ask(port, path);
    expect(reply.status, path).toBe(404);
    expect(reply.headers['content-type']).toBe('application/problem+json');
  }
});

test('options with a mistake are refused, and the token is in no message', async () => {
  for (const options of [
    { prot: 5000 },
    { port: 70_000 },
    { token: 'short' },
    { token: '  spaced token  ' },
    { token: { env: 'X' } },
  ]) {
    const error = await startDashboard(fakeSource(), options).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error, JSON.stringify(options)).not.toBeNull();
    expect(String(error)).not.toContain('spaced token');
  }
});

test('closing ends open event streams', async () => {
  const { port, close } = await start();
  running.pop();
  const ended = new Promise((resolve) => {
    httpRequest({ host: '127.0.0.1', port, path: '/api/events', agent: false }, (response) => {
      response.once('data', () => void close());
      response.on('error', () => undefined);
      response.once('close', resolve);
    }).end();
  });
  await ended;
});
