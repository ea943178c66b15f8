import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/plugin.ts';
import { device, healerOf, runStep } from './harness.ts';

const http = await healerOf('http');

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let seen: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
  answer(request, response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const gone = createServer().listen(0, '127.0.0.1');
await once(gone, 'listening');
const closed = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
gone.close();
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
  answer = (_, response) => response.end('done');
});

describe('an http step', () => {
  it('is a GET that any answer from 200 to 299 satisfies', async () => {
    const { result, lines } = await runStep(http, { http: `${base}/on` });
    expect(result).toEqual({ ok: true });
    expect(seen[0]).toMatchObject({ line: 'GET /on', body: '' });
    expect(lines).toEqual([`command: GET ${base}/on`, 'output: 200 OK', 'output: done']);
  });

  it('sends method, headers and body, with the values of the device fit for where they land', async () => {
    answer = (_, response) => response.writeHead(202).end();
    const step = {
      http: `${base}/{{id}}?name={{label}}`,
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: new Secret('Bearer canary') },
      body: '{"ip":"{{ip}}","label":"{{label}}"}',
      expectStatus: 202,
    };
    const { result, masked } = await runStep(http, step);
    expect(result).toEqual({ ok: true });
    expect(seen[0]?.line).toBe('PUT /sw-01?name=Switch%20%221%22%20%26%20co');
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer canary',
      'content-type': 'application/json',
    });
    expect(JSON.parse(seen[0]!.body)).toEqual({ ip: '192.0.2.7', label: device.label });
    expect(masked.map(String)).toEqual(['<secret>']);
  });

  it('posts where there is a body, a secret one too', async () => {
    await runStep(http, { http: base, body: new Secret('pin=1234') });
    expect(seen[0]).toMatchObject({ line: 'POST /', body: 'pin=1234' });
  });

  it('fails on another status, and on one that was not the expected', async () => {
    answer = (_, response) => response.writeHead(500).end('outlet jammed');
    const { result, lines } = await runStep(http, { http: base });
    expect(result).toEqual({ ok: false, acted: true, message: 'the answer was 500, expected 200 to 299' });
    expect(lines).toContain('output: outlet jammed');
    answer = (_, response) => response.end();
    expect((await runStep(http, { http: base, expectStatus: 204 })).result).toMatchObject({
      message: 'the answer was 200, expected 204',
    });
  });

  it('follows no redirect', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/login' }).end();
    expect((await runStep(http, { http: base })).result).toMatchObject({ ok: false, acted: true });
    expect(seen).toHaveLength(1);
  });

  it('that finds nobody spends no attempt', async () => {
    const { result } = await runStep(http, { http: closed });
    expect(result).toMatchObject({
      ok: false,
      acted: false,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('that is cut off in the middle has acted', async () => {
    answer = (request) => request.socket.destroy();
    expect((await runStep(http, { http: base })).result).toMatchObject({ ok: false, acted: true });
  });

  it('ends at its deadline when the server is mute', async () => {
    const cancel = new AbortController();
    answer = () => cancel.abort();
    expect((await runStep(http, { http: base }, { signal: cancel.signal })).result).toEqual({
      ok: false,
      acted: true,
      message: 'no answer in time, or cancelled',
    });
  });

  it('reads the beginning of an answer without end', async () => {
    answer = (_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', pour);
      pour();
    };
    const { result, lines } = await runStep(http, { http: base });
    expect(result).toEqual({ ok: true });
    expect(lines.at(-1)?.length).toBeLessThan(3_000);
  });
});

describe('secrets of an http step', () => {
  const step = {
    http: new Secret(`${base}/canary`),
    headers: { 'x-api-key': 'canary-plain', accept: 'text/plain' },
    body: new Secret('canary-body'),
  };
  const spec = http.spec.parse(step);

  it('are neither described nor inspectable', () => {
    expect(http.describe(spec, device)).toEqual([
      'POST <secret>',
      'x-api-key: <secret>',
      'accept: text/plain',
      '<secret>',
    ]);
    expect(inspect(spec, { depth: 9 })).not.toContain('/canary');
  });

  it('are masked before the first line, and stay out of the result when the request fails', async () => {
    const unanswered = { ...step, http: new Secret(`${closed}/canary`) };
    const { result, lines, masked } = await runStep(http, unanswered);
    expect(masked).toHaveLength(3);
    expect(JSON.stringify([result, lines])).not.toContain('canary');
  });

  it('in a URL that is none are not told either', async () => {
    const { result } = await runStep(http, { http: new Secret('canary') });
    expect(result).toEqual({ ok: false, acted: false, message: 'the URL is no http:// or https:// URL' });
  });
});

it.each([
  ['GET', 'low'],
  ['HEAD', 'low'],
  ['PUT', 'medium'],
  ['POST', 'medium'],
])('a request by %s is of %s risk', (method, risk) => {
  expect(http.risk!(http.spec.parse({ http: base, method }))).toBe(risk);
});

it.each([
  { http: 'ftp://x/' },
  { http: 'http://user:pw@x/' },
  { http: 'http://x/{{adress}}' },
  { http: 'http://x/', method: 'get' },
  { http: 'http://x/', method: 'GET', body: 'x' },
  { http: 'http://x/', headers: { 'bad name': 'x' } },
  { http: 'http://x/', headers: { a: 'x\r\nb: y' } },
  { http: 'http://x/', expectstatus: 200 },
])('refuses %j', (step) => {
  expect(http.spec.safeParse(step).success).toBe(false);
});
