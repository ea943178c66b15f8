import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { tlsProbe } from '../../../src/plugins/probes/tls-probe.ts';
import { testNeeding } from '../../needs.ts';
import { Certificates, type KeyPair } from './certificates.ts';
import { requestFor } from './request.ts';
import { newTools, Servers } from './tools.ts';

const test = testNeeding('openssl', 'openssl');
const folder = mkdtempSync(join(tmpdir(), 'netheal-tls-'));
const servers = new Servers();
let certificates: Certificates;
let good: KeyPair;

beforeAll(() => {
  certificates = new Certificates(folder);
  good = certificates.signed('good', 'DNS:localhost,DNS:web.example,IP:127.0.0.1', 20);
});
afterAll(() => {
  servers.close();
  rmSync(folder, { recursive: true, force: true });
});

const serve = (options: TlsOptions) => {
  const server = createTlsServer(options, (socket) => socket.on('error', () => undefined));
  server.on('tlsClientError', () => undefined);
  return servers.listen(server);
};
const probe = tlsProbe(newTools(folder));
const check = (options: Record<string, unknown>, timeoutMs = 10_000) =>
  probe.run(requestFor(probe, options, { timeoutMs }));

describe('the probe tls', () => {
  test('a certificate of a trusted authority, for the name and in date, is ok', async () => {
    const port = await serve(good);
    expect(await check({ port, ca: 'authority.crt' })).toMatchObject({
      ok: true,
      rttMs: expect.any(Number),
      detail: expect.stringMatching(/^TLSv1\.3, handshake [\d.]+ ms, certificate valid for (19|20) days$/),
    });
    expect(await check({ port, ca: 'authority.crt', servername: 'web.example' })).toMatchObject({ ok: true });
  });

  test('an authority that is not trusted, another name and an expired certificate are told', async () => {
    const port = await serve(good);
    expect(await check({ port })).toMatchObject({
      ok: false,
      reason: 'failed',
      rttMs: expect.any(Number),
      message: expect.stringContaining('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    });
    expect(await check({ port, ca: 'authority.crt', servername: 'other.example' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the certificate is for another name'),
    });
    const expired = await serve(certificates.signed('expired', 'IP:127.0.0.1', -1));
    expect(await check({ port: expired, ca: 'authority.crt' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the certificate has expired'),
    });
    expect(await check({ port: expired, insecure: true })).toMatchObject({ ok: true });
  });

  test('few days left are told in days', async () => {
    const port = await serve(certificates.signed('short', 'IP:127.0.0.1', 3));
    expect(await check({ port, ca: 'authority.crt', certDaysLeft: 2 })).toMatchObject({ ok: true });
    expect(await check({ port, ca: 'authority.crt', certDaysLeft: 14 })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: expect.stringMatching(/^the certificate is valid for only [23] more days, expected 14$/),
    });
  });

  test('a self-signed certificate is taken only when asked to, and only for its name and in date', async () => {
    const own = await serve(certificates.selfSigned('own', '/CN=x', 5, 'IP:127.0.0.1'));
    expect(await check({ port: own })).toMatchObject({
      ok: false,
      message: expect.stringContaining('self-signed'),
    });
    expect(await check({ port: own, selfSigned: true })).toMatchObject({ ok: true });
    expect(await check({ port: own, selfSigned: true, servername: 'other.example' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('for another name'),
    });
    const later = tlsProbe({ ...newTools(folder), now: () => Date.now() + 6 * 86_400_000 });
    expect(await later.run(requestFor(later, { port: own, selfSigned: true }))).toMatchObject({
      ok: false,
      message: expect.stringContaining('expired'),
    });
    // It does not make any other certificate good.
    expect(await check({ port: await serve(good), selfSigned: true })).toMatchObject({ ok: false });
  });

  test('a server that is too old for the wanted version fails', async () => {
    const port = await serve({ ...good, maxVersion: 'TLSv1.2' });
    expect(await check({ port, ca: 'authority.crt' })).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^TLSv1\.2/),
    });
    expect(await check({ port, ca: 'authority.crt', minVersion: 'TLSv1.3' })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: expect.stringContaining('no TLS version that is new enough'),
    });
  });

  test('a protocol that is not offered by ALPN fails', async () => {
    const port = await serve({ ...good, ALPNProtocols: ['h2'] });
    expect(await check({ port, insecure: true, alpn: 'h2' })).toMatchObject({ ok: true });
    expect(await check({ port, insecure: true, alpn: 'imap' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('ALPN'),
    });
    expect(await check({ port: await serve(good), insecure: true, alpn: 'h2' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('ALPN'),
    });
  });

  test('a closed port refuses, a silent one times out, another protocol fails', async () => {
    const gone = new Servers();
    const closed = await gone.listen(createServer());
    gone.close();
    expect(await check({ port: closed })).toMatchObject({ ok: false, reason: 'refused' });
    const mute = await servers.listen(createServer());
    expect(await check({ port: mute }, 150)).toMatchObject({ ok: false, reason: 'timeout', answered: true });
    const ssh = await servers.listen(createServer((socket) => socket.end('SSH-2.0-x\r\n')));
    expect(await check({ port: ssh })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: expect.stringContaining('not TLS'),
    });
    const rude = await servers.listen(createServer((socket) => socket.destroy()));
    expect(await check({ port: rude })).toMatchObject({ ok: false, reason: 'failed', answered: true });
  });

  test('a ca file that is not there or is none is our fault; a new one is read again', async () => {
    const port = await serve(good);
    expect(await check({ port, ca: 'missing.crt' })).toMatchObject({ ok: 'unknown', reason: 'local-error' });
    writeFileSync(join(folder, 'later.crt'), certificates.selfSigned('else', '/CN=else', 1).cert);
    expect(await check({ port, ca: 'later.crt' })).toMatchObject({ ok: false });
    writeFileSync(join(folder, 'later.crt'), `${certificates.ca.cert}\n\n`);
    expect(await check({ port, ca: 'later.crt' })).toMatchObject({ ok: true });
  });

  const dialogues: [string, string, (line: string) => string | null][] = [
    [
      'smtp',
      '220 mail ESMTP\r\n',
      (line) =>
        line.startsWith('EHLO') ? '250-mail\r\n250 STARTTLS\r\n' : line === 'STARTTLS' ? '220 go\r\n' : null,
    ],
    ['imap', '* OK ready\r\n', (line) => (line === 'a STARTTLS' ? 'a OK go\r\n' : null)],
    ['pop3', '+OK ready\r\n', (line) => (line === 'STLS' ? '+OK go\r\n' : null)],
  ];
  const last = /^(STARTTLS|a STARTTLS|STLS)$/;
  const mailServer = (greeting: string, answer: (line: string) => string | null) =>
    servers.listen(
      createServer((socket: Socket) => {
        socket.on('error', () => undefined).write(greeting);
        const hear = (data: Buffer) => {
          const line = data.toString().trim();
          const said = answer(line);
          if (last.test(line) && said !== null && !/^(454|a NO|-ERR)/.test(said)) {
            socket.off('data', hear).pause();
            const secured = new TLSSocket(socket, { isServer: true, ...good });
            secured.on('error', () => undefined);
            socket.write(said);
          } else socket.write(said ?? '500 what?\r\n');
        };
        socket.on('data', hear);
      }),
    );

  test.for(dialogues)('TLS that begins in plain text: %s', async ([startTls, greeting, answer]) => {
    const port = await mailServer(greeting, answer);
    expect(await check({ port, startTls, ca: 'authority.crt' })).toMatchObject({
      ok: true,
      detail: expect.stringContaining('certificate valid for'),
    });
  });

  test.for([
    ['smtp', '220 mail\r\n', '454 TLS not available\r\n'],
    ['smtp', '554 go away\r\n', ''],
    ['imap', '* OK ready\r\n', 'a NO not today\r\n'],
    ['pop3', '+OK ready\r\n', '-ERR not today\r\n'],
  ] as const)('a refusal to begin TLS is told: %s', async ([startTls, greeting, no]) => {
    const port = await mailServer(greeting, (line) => (line.startsWith('EHLO') ? '250 mail\r\n' : no));
    expect(await check({ port, startTls })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: expect.stringContaining(`the server said: ${(no || greeting).trim()}`),
    });
  });

  test('is named after its port', () => {
    expect(probe.name!(probe.options.parse({}))).toBe('tls:443');
    expect(probe.name!(probe.options.parse({ host: 'a', port: 1 }))).toBe('tls:a:1');
  });

  test.for([{ port: 0 }, { minVersion: 'SSLv3' }, { startTls: 'ftp' }, { days: 3 }, { certDaysLeft: -1 }])(
    'the options %j are refused',
    (options) => {
      expect(probe.options.safeParse(options).success).toBe(false);
    },
  );
});
