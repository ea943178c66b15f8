import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NameResolver } from '../../../src/core/plugin.ts';
import { resultOfDnsError } from '../../../src/plugins/probes/dns-errors.ts';
import { dnsProbe } from '../../../src/plugins/probes/dns-probe.ts';
import { questionName } from '../../../src/plugins/probes/dns-records.ts';
import { type DnsServer, startDnsServer, wireName, wireText, words, type Zone } from './dns-server.ts';
import { requestFor } from './request.ts';
import { newLanes, Servers } from './tools.ts';

const bytes = (...all: number[]) => Buffer.from(all);
const many = Array.from({ length: 60 }, (_, n) => Buffer.concat([wireText(`record number ${n}`)]));
const ZONE: Zone = {
  'A web.example': [bytes(192, 0, 2, 1), bytes(192, 0, 2, 2)],
  'AAAA web.example': [bytes(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
  'CNAME www.example': [wireName('web.example')],
  'NS example': [wireName('ns1.example')],
  'MX example': [Buffer.concat([words(10), wireName('Mail.example')])],
  'TXT example': [Buffer.concat([wireText('v=spf1 '), wireText('-all')])],
  'TXT big.example': many,
  'SOA example': [
    Buffer.concat([
      wireName('ns1.example'),
      wireName('admin.example'),
      words(0, 7, 0, 60, 0, 60, 0, 60, 0, 60),
    ]),
  ],
  'SRV _sip._tcp.example': [Buffer.concat([words(5, 6, 5060), wireName('sip.example')])],
  'CAA example': [Buffer.concat([bytes(0), wireText('issue'), Buffer.from('ca.example')])],
  'PTR 1.2.0.192.in-addr.arpa': [wireName('web.example')],
  'PTR 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': [wireName('web6.example')],
};

const servers = new Servers();
let server: DnsServer;
beforeAll(async () => {
  server = await startDnsServer(ZONE, servers);
});
afterAll(() => servers.close());

const probe = dnsProbe(new NameResolver(), newLanes());
const ask = (options: Record<string, unknown>, timeoutMs = 10_000) =>
  probe.run(requestFor(probe, { port: server.port, ...options }, { timeoutMs }));

describe('the probe dns', () => {
  test.for([
    ['A', 'web.example', '192.0.2.1, 192.0.2.2', '192.0.2.2'],
    ['AAAA', 'web.example', '2001:db8::1', '2001:0DB8:0::1'],
    ['CNAME', 'www.example', 'web.example', 'WEB.example.'],
    ['NS', 'example', 'ns1.example', 'ns1.example'],
    ['MX', 'example', '10 Mail.example', '10 mail.example.'],
    ['TXT', 'example', 'v=spf1 -all', 'v=spf1 -all'],
    ['SOA', 'example', 'ns1.example admin.example 7', 'ns1.example admin.example 7'],
    ['SRV', '_sip._tcp.example', '5 6 5060 sip.example', '5 6 5060 sip.example'],
    ['CAA', 'example', '0 issue ca.example', '0 issue ca.example'],
    ['PTR', '192.0.2.1', 'web.example', 'web.example'],
    ['PTR', '2001:db8::1', 'web6.example', 'web6.example'],
  ] as const)('%s %s is answered, with its RTT', async ([record, name, shown, expected]) => {
    expect(await ask({ record, name, expect: expected })).toEqual({
      ok: true,
      rttMs: expect.any(Number),
      detail: shown,
    });
    expect(await ask({ record, name, expect: [expected, 'else.example'] })).toMatchObject({
      ok: false,
      reason: 'failed',
      rttMs: expect.any(Number),
      message: `${record} ${name}: answers ${shown}, expected else.example`,
    });
  });

  test.each([
    ['nxdomain', 'NXDOMAIN'],
    ['servfail', 'SERVFAIL'],
    ['refused', 'REFUSED'],
    ['notimp', 'NOTIMP'],
    ['formerr', 'FORMERR'],
    ['garbage', 'makes no sense'],
  ])('the answer %s is a failure of the server, told as %s', async (label, shown) => {
    expect(await ask({ name: `${label}.example` })).toMatchObject({
      ok: false,
      reason: 'failed',
      rttMs: expect.any(Number),
      message: expect.stringContaining(shown),
    });
  });

  test('a name without such records has failed', async () => {
    expect(await ask({ name: 'web.example', record: 'MX' })).toMatchObject({
      ok: false,
      reason: 'failed',
      message: 'MX web.example: the server has no record of this type',
    });
  });

  test('a truncated answer is asked for again over TCP', async () => {
    server.asked.length = 0;
    expect(await ask({ name: 'big.example', record: 'TXT', expect: 'record number 59' })).toMatchObject({
      ok: true,
    });
    expect(server.asked).toEqual(['udp TXT big.example', 'tcp TXT big.example']);
  });

  test.each(['mute.example', 'mute-tcp.example'])(
    'a server that does not answer %s in time is a time-out, asked once',
    async (name) => {
      server.asked.length = 0;
      const began = performance.now();
      expect(await ask({ name }, 300)).toMatchObject({ ok: false, reason: 'timeout' });
      expect(performance.now() - began).toBeLessThan(1_500);
      expect(server.asked.filter((question) => question.startsWith('udp'))).toHaveLength(1);
    },
  );

  test('nobody at the port is a refusal', async () => {
    const gone = new Servers();
    const { port } = await startDnsServer({}, gone);
    gone.close();
    expect(await ask({ name: 'web.example', port })).toMatchObject({ ok: false, reason: 'refused' });
  });

  test('a refusal that was a lack of our own is our fault', async () => {
    // 255.255.255.255 may not be sent to without SO_BROADCAST: an error of this machine alone.
    const to = { address: { address: '255.255.255.255', family: 4 as const }, port: 53 };
    expect(await resultOfDnsError({ code: 'ECONNREFUSED' }, 'A x', to, 1)).toMatchObject({
      ok: 'unknown',
      reason: 'local-error',
    });
  });

  test('another server may be named, over IPv6 as well', async () => {
    const six = await startDnsServer(ZONE, servers, '::1');
    const options = { name: 'web.example', server: '::1', port: six.port };
    expect(await probe.run(requestFor(probe, options, { address: '192.0.2.99' }))).toMatchObject({
      ok: true,
    });
    expect(six.asked).toEqual(['udp A web.example']);
  });

  test('a check that is cancelled ends at once', async () => {
    const aborter = new AbortController();
    const options = { name: 'mute.example', port: server.port };
    const result = probe.run(requestFor(probe, options, { signal: aborter.signal, timeoutMs: 60_000 }));
    await expect.poll(() => server.asked).toContain('udp A mute.example');
    aborter.abort();
    expect(await result).toMatchObject({ ok: 'unknown', reason: 'skipped' });
  });

  test('names of addresses', () => {
    expect(questionName('PTR', '10.1.2.3')).toBe('3.2.1.10.in-addr.arpa');
    expect(questionName('PTR', '::')).toBe(`${'0.'.repeat(32)}ip6.arpa`);
    expect(questionName('PTR', 'a.example')).toBe('a.example');
    expect(questionName('A', '10.1.2.3')).toBe('10.1.2.3');
  });

  test('is named after its question', () => {
    expect(probe.name!(probe.options.parse({ name: 'a.example' }))).toBe('dns:A:a.example');
    expect(probe.name!(probe.options.parse({ name: 'a', record: 'MX', server: 'b' }))).toBe('dns:MX:a@b');
  });

  test.each([
    {},
    { name: '' },
    { name: 'a', record: 'ANY' },
    { name: 'a', type: 'MX' },
    { name: 'a', expect: [] },
  ])('the options %j are refused', (options) => {
    expect(probe.options.safeParse(options).success).toBe(false);
  });
});
