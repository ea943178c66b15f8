import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configText, describeConfig } from '../../../src/core/config/describe.ts';
import { convertSeed } from '../../../src/core/config/seed-format.ts';
import type { DeviceConfig, ResolvedConfig } from '../../../src/core/config/types.ts';
import { Secret } from '../../../src/core/secret.ts';
import { CANARY, complaints, oneDevice, resolve } from './resolving.ts';

const complaint = async (raw: unknown) => (await complaints(raw)).join('\n');
const example = () =>
  parse(readFileSync(new URL('../../../config/netheal.example.yaml', import.meta.url), 'utf8'));
const seedText = () => readFileSync(new URL('../../../config/config.seed.json', import.meta.url), 'utf8');

describe('the example config, which shows every key', () => {
  it('is accepted, and each value arrives where the engine reads it', async () => {
    const config = await resolve(example());
    const gateway = config.devices.find(({ id }) => id === 'core-gw')!;
    const sw = config.devices.find(({ id }) => id === 'sw-01')!;
    expect(config).toMatchObject({
      format: 'netheal',
      stateDir: '/etc/x/state',
      monitoring: { engine: 'auto', witnesses: ['192.168.1.254'] },
      healing: { enabled: true, mode: 'act', maxUnhealthyPercent: 30, maxConcurrent: 3, maxPerHour: 20 },
    });
    expect(gateway.check).toEqual({
      intervalMs: 30_000,
      timeoutMs: 2_000,
      failureThreshold: 3,
      successThreshold: 2,
      retryIntervalMs: 5_000,
      packets: 1,
      degraded: { lossPercent: 20, rttMs: 500 },
      minHealthyPeriodMs: 300_000,
    });
    expect(gateway.ssh).toMatchObject({
      username: 'netheal',
      privateKey: '/home/op/.ssh/id_ed25519',
      hostKey: 'strict',
    });
    expect(sw.check.intervalMs).toBe(10_000);
    expect(sw.parents).toEqual(['core-gw']);
    expect(sw.probes.map(({ type }) => type)).toEqual(['icmp', 'tcp', 'http', 'exec']);
    expect(sw.ssh).toMatchObject({ host: '172.16.0.2', username: 'admin', dialect: 'cisco-ios' });
    expect(sw.ssh!.password!.reveal()).toBe(CANARY);
    expect(sw.ssh!.via.map(({ name }) => name)).toEqual(['bastion']);
    expect(
      sw.strategies.map(({ name, when, settleMs, risk, approval }) => ({
        name,
        when,
        settleMs,
        risk,
        approval,
      })),
    ).toEqual([
      {
        name: 'bounce uplink',
        when: { attempt: [1] },
        settleMs: 15_000,
        risk: undefined,
        approval: undefined,
      },
      {
        name: 'power cycle through the PDU',
        when: { attempt: [2], failure: ['timeout', 'host-unreachable'] },
        settleMs: undefined,
        risk: 'high',
        approval: 'ask',
      },
    ]);
    expect(sw.strategies[1]!.steps.map(({ kind, on }) => ({ kind, on }))).toEqual([
      { kind: 'ssh', on: 'pdu-1' },
      { kind: 'wait', on: undefined },
    ]);
    expect(config.downtimes).toHaveLength(2);
    const dashboard = config.plugins.find(({ name }) => name === 'dashboard')!;
    expect((dashboard.options as { token: Secret }).token).toBeInstanceOf(Secret);
  });

  it('shows no secret when it is printed', async () => {
    const config = await resolve(example());
    expect([...configText(config)].join('')).toBe(`${JSON.stringify(describeConfig(config), null, 2)}\n`);
    const printed = JSON.stringify(describeConfig(config));
    expect(printed).not.toContain(CANARY);
    expect(printed).toContain('<secret>');
  });
});

describe("the seed's config.json", () => {
  it('is accepted as it is, with the defaults its users expect', async () => {
    const config = await resolve(JSON.parse(seedText()));
    const [router] = config.devices;
    expect(config.format).toBe('seed');
    expect(router).toMatchObject({ id: 'router', address: '192.168.1.1', label: 'Router' });
    expect(router!.check).toMatchObject({ intervalMs: 30_000, timeoutMs: 2_000, failureThreshold: 3 });
    expect(router!.healPolicy).toMatchObject({
      enabled: true,
      maxAttempts: 2,
      waitBetweenAttemptsMs: 10_000,
      approval: 'auto',
    });
    expect(router!.ssh).toMatchObject({ username: 'admin', port: 22, hostKey: 'accept-new' });
    expect(router!.strategies[0]!.steps[0]!.spec).toEqual({ ssh: ['systemctl restart networking'] });
    expect(config.plugins.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['csv-logger', 'dashboard']),
    );
    expect(config.warnings.join()).toContain('netheal config --convert');
  });

  it('watches a device without ssh_enabled and does not heal it', async () => {
    const seed = JSON.parse(seedText());
    seed.devices[0].ssh_enabled = false;
    const [router] = (await resolve(seed)).devices;
    expect(router!.ssh).toBeUndefined();
    expect(router!.strategies).toEqual([]);
  });

  it('means the same after --convert', async () => {
    const before = await resolve(JSON.parse(seedText()));
    const after = await resolve(parse(convertSeed(seedText())));
    expect(after.format).toBe('netheal');
    const essence = ({ devices }: ResolvedConfig) =>
      devices.map(({ id, address, check, healPolicy, strategies, ssh }) => ({
        id,
        address,
        check,
        healPolicy,
        commands: strategies.map(({ steps }) => steps.map(({ spec }) => spec)),
        user: ssh?.username,
        hostKey: ssh?.hostKey,
      }));
    expect(essence(after)).toEqual(essence(before));
  });

  it('gives two devices of one label ids of their own, because it knew no ids', async () => {
    const seed = JSON.parse(seedText());
    seed.devices.push({ ...seed.devices[0], ip: '192.168.1.2' });
    expect((await resolve(seed)).devices.map(({ id }) => id)).toEqual(['router', 'router-192.168.1.2']);
  });

  it('complains about its own keys, not about those they are mapped to', async () => {
    const seed = JSON.parse(seedText());
    seed.monitoring.ping_interval_seconds = -1;
    expect(await complaint(seed)).toContain('monitoring.ping_interval_seconds');
  });
});

describe('approval', () => {
  const gold = { tags: { tier: 'gold' }, approval: 'ask' };
  const rome = { tags: { tier: 'gold', site: 'rome' }, approval: 'never' };
  const approvalOf = async (device: object, healing: object) =>
    (await oneDevice(device, { healing })).healPolicy.approval;

  it.each([
    ['the fleet', {}, { approval: 'ask' }, 'ask'],
    ['its tags, before the fleet', { tags: { tier: 'gold' } }, { approvalFor: [gold] }, 'ask'],
    ['no tags that it has not', { tags: { tier: 'tin' } }, { approvalFor: [gold] }, 'auto'],
    [
      'the strictest about its tags',
      { tags: { tier: 'gold', site: 'rome' } },
      { approvalFor: [gold, rome] },
      'never',
    ],
    [
      'tags that are less strict than the fleet',
      { tags: { lab: 'yes' } },
      { approval: 'ask', approvalFor: [{ tags: { lab: 'yes' }, approval: 'auto' }] },
      'auto',
    ],
    [
      'the device itself, before its tags',
      { tags: { tier: 'gold' }, healing: { approval: 'auto' } },
      { approvalFor: [gold] },
      'auto',
    ],
  ])('of a device is what is said by %s', async (_, device, healing, approval) => {
    expect(await approvalOf(device, healing)).toBe(approval);
  });

  it('by no tag at all is a mistake', async () => {
    const healing = { approvalFor: [{ tags: {}, approval: 'ask' }] };
    expect(await complaints({ healing, devices: [] })).toEqual([
      'healing.approvalFor.0.tags: needs at least one tag',
    ]);
  });
});

describe('a dialect that a strategy asks for', () => {
  const heal = (dialect: unknown) => [{ when: { dialect }, steps: [{ wait: '1s' }] }];

  it('is one name or several, those of the config included', async () => {
    const dialects = { acme: { like: 'cisco-ios' } };
    const { strategies } = await oneDevice({ heal: heal(['cisco-ios', 'acme']) }, { dialects });
    expect(strategies[0]!.when).toEqual({ dialect: ['cisco-ios', 'acme'] });
    expect((await oneDevice({ heal: heal('auto') })).strategies[0]!.when).toEqual({ dialect: ['auto'] });
  });

  it('has to exist', async () => {
    expect(await complaints({ devices: [{ id: 'a', ip: '10.0.0.1', heal: heal('cisco-oi') }] })).toEqual([
      'devices.0.heal.0.when.dialect: "cisco-oi" is no known dialect, did you mean "cisco-ios"?',
    ]);
  });
});

describe('defaults', () => {
  it('make an id from the label, else from the address', async () => {
    const { devices } = await resolve({
      devices: [{ ip: '10.0.0.1', label: 'Büro Süd / AP' }, { ip: '10.0.0.2' }, { ip: 'fe80::1' }],
    });
    expect(devices.map(({ id }) => id)).toEqual(['buro-sud-ap', '10.0.0.2', 'fe80-1']);
  });

  it('are merged under every device: maps deeply, lists replaced', async () => {
    const { devices } = await resolve({
      defaults: {
        ssh: { username: 'netheal', port: 2222 },
        tags: { site: 'a' },
        probes: [{ type: 'tcp', port: 1 }],
      },
      devices: [
        {
          id: 'one',
          ip: '10.0.0.1',
          ssh: { port: 22 },
          tags: { role: 'ap' },
          probes: [{ type: 'tcp', port: 2 }],
        },
      ],
    });
    expect(devices[0]!.ssh).toMatchObject({ username: 'netheal', port: 22 });
    expect(devices[0]!.tags).toEqual({ site: 'a', role: 'ap' });
    expect(devices[0]!.probes.map(({ options }) => options)).toEqual([{}, { port: 2 }]);
  });

  it('retry no later than every five seconds, and no later than the interval', async () => {
    const retry = async (interval: string) =>
      (await resolve({ devices: [{ ip: '10.0.0.1', interval, timeout: '500ms' }] })).devices[0]!.check
        .retryIntervalMs;
    expect(await retry('30s')).toBe(5_000);
    expect(await retry('2s')).toBe(2_000);
  });

  it('have every built-in plugin on, and turn one off by false', async () => {
    const config = await resolve({
      devices: [{ ip: '10.0.0.1' }],
      plugins: { dashboard: false, history: { retain: '30d' } },
    });
    const names = config.plugins.map(({ name }) => name);
    expect(names).not.toContain('dashboard');
    expect(names).toEqual(expect.arrayContaining(['csv-logger', 'history', 'metrics']));
  });

  it('use the fleet-wide strategies for devices without their own', async () => {
    const { devices } = await resolve({
      healing: { strategies: [{ name: 'fleet', steps: [{ wait: '1s' }] }] },
      devices: [
        { id: 'a-1', ip: '10.0.0.1' },
        { id: 'a-2', ip: '10.0.0.2', heal: [] },
      ],
    });
    expect(devices.map(({ strategies }) => strategies.map(({ name }) => name))).toEqual([['fleet'], []]);
  });
});

describe('secrets', () => {
  it('have one source: a reference of a device replaces that of the defaults whole', async () => {
    const { devices } = await resolve(
      {
        defaults: { ssh: { password: { file: './everybody' } } },
        devices: [{ id: 'one', ip: '10.0.0.1', ssh: { password: { env: 'OWN' } } }],
      },
      { OWN: 'own' },
    );
    expect(devices[0]!.ssh!.password!.reveal()).toBe('own');
  });

  it('are not printed where they stand as plain text in options of plugins and probes', async () => {
    const config = await resolve({
      devices: [
        {
          ip: '10.0.0.1',
          probes: [{ type: 'http', url: `http://u:${CANARY}@10.0.0.1/`, headers: { Authorization: CANARY } }],
        },
      ],
      plugins: { dashboard: { token: CANARY }, './mail.ts': { smtp: { auth: { pass: CANARY } } } },
    });
    expect(JSON.stringify(describeConfig(config))).not.toContain(CANARY);
  });

  it('are fetched for probes, at any depth, under keys that name one', async () => {
    const { devices } = await resolve(
      {
        devices: [
          {
            ip: '10.0.0.1',
            icmp: false,
            probes: [
              { type: 'http', url: 'http://10.0.0.1/', headers: { 'X-Token': { env: 'OWN' } } },
              { type: 'all', of: [{ type: 'http', url: 'http://10.0.0.1/', token: { env: 'OWN' } }] },
              { type: 'tcp', port: 1 },
            ],
          },
        ],
      },
      { OWN: 'own' },
    );
    const [header, composite, tcp] = devices[0]!.probes.map(({ options }) => options);
    const isOwn = expect.toSatisfy((secret: Secret) => secret.reveal() === 'own');
    expect(header).toMatchObject({ headers: { 'X-Token': isOwn } });
    expect(composite).toMatchObject({ of: [{ token: isOwn }] });
    expect(tcp).toEqual({ port: 1 });
  });

  it('of probes that are not there are told with their place', async () => {
    const probe = { type: 'http', url: 'http://10.0.0.1/', token: { env: 'ABSENT' } };
    expect(await complaint({ devices: [{ ip: '10.0.0.1', probes: [probe] }] })).toMatch(
      /devices\.0\.probes\.0\.token: the environment variable ABSENT is not set/,
    );
  });

  it('that come from the environment do not show in a message about their value', async () => {
    const reference = `$${'{SECRET_IP}'}`;
    const raw = { devices: [{ ip: reference }], monitoring: { interval: reference } };
    const failed = resolve(raw, { SECRET_IP: CANARY.replaceAll('-', '_').concat('!') });
    const message = await failed.then(
      () => '',
      (thrown: Error) => thrown.message,
    );
    expect(message).toContain(reference);
    expect(message).not.toContain('canary');
  });
});

describe('jump hosts', () => {
  it('of the defaults are for everybody but the jump host itself', async () => {
    const { devices } = await resolve({
      defaults: { ssh: { username: 'op', via: ['bastion'] } },
      devices: [
        { id: 'bastion', ip: '10.0.0.1' },
        { id: 'inner', ip: '10.0.0.2' },
      ],
    });
    expect(devices.map(({ ssh }) => ssh!.via.map(({ name }) => name))).toEqual([[], ['bastion']]);
  });
});

describe('addresses', () => {
  it.each(['0x7f000001', '0x7f.1', 'a.999', '010.0.0.1', 'fe80::1%-f', '-f', '127.0.0.1\n-f'])(
    'refuse %j',
    async (ip) => {
      expect(await complaint({ devices: [{ ip }] })).toContain('is not an IPv4 address');
    },
  );

  it.each(['fe80::1%eth0', '::1', 'nas', 'a-b.example', '10.0.0.1', 'x1.de'])('take %j', async (ip) => {
    expect(await complaint({ devices: [{ ip }] })).toBe('');
  });
});

describe('whatever stands in the file', () => {
  it('a mistake is a message and never a crash', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        async (devices, monitoring, healing) => {
          await complaint({ devices, monitoring, healing });
          await complaint({ devices: [devices], defaults: monitoring, plugins: healing });
          await complaint(devices);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('no message holds a secret', async () => {
    const said = await complaint({
      devices: [{ ip: '10.0.0.999', ssh: { password: CANARY, hostKey: 'x', user: 'y' } }],
    });
    expect(said).not.toBe('');
    expect(said).not.toContain(CANARY);
  });
});

it('devices that are checked and healed alike share what says how', async () => {
  const { devices } = await resolve({
    defaults: { tags: { site: 'berlin' } },
    healing: { strategies: [{ steps: [{ wait: '1s' }] }] },
    devices: [
      { ip: '10.0.0.1' },
      { ip: '10.0.0.2' },
      { ip: '10.0.0.3', interval: '5s', timeout: '1s', heal: ['reboot'] },
    ],
  });
  const [one, two, other] = devices as [DeviceConfig, DeviceConfig, DeviceConfig];
  for (const key of ['check', 'healPolicy', 'strategies', 'probes', 'tags', 'parents'] as const) {
    expect(two[key], key).toBe(one[key]);
  }
  expect(other.check.intervalMs).toBe(5_000);
  expect(other.strategies).not.toBe(one.strategies);
});

it('secrets in the steps of a strategy are fetched, and one that is not there is told at the start', async () => {
  const step = { http: 'http://pdu.lan/7', headers: { authorization: { env: 'SW01_PASSWORD' } } };
  const { devices } = await resolve({
    healing: { strategies: [{ steps: [step] }] },
    devices: [{ ip: '10.0.0.1' }, { id: 'own', ip: '10.0.0.2', heal: [{ steps: [step] }] }],
  });
  for (const { strategies } of devices) {
    const { headers } = strategies[0]!.steps[0]!.spec as typeof step & {
      headers: { authorization: unknown };
    };
    expect(headers.authorization).toBeInstanceOf(Secret);
    expect((headers.authorization as unknown as Secret).reveal()).toBe(CANARY);
  }
  const missing = { ...step, headers: { authorization: { env: 'NO_SUCH' } } };
  expect(await complaint({ devices: [{ ip: '10.0.0.1', heal: [{ steps: [missing] }] }] })).toContain(
    'devices.0.heal.0.steps.0.headers.authorization: ',
  );
});

it('a mistake that a thousand devices share does not fill the screen a thousand times', async () => {
  const devices = Array.from({ length: 1_000 }, (_, index) => ({
    ip: '10.0.0.1',
    id: `d${index}`,
    parents: ['gone'],
  }));
  const lines = (await complaint({ devices })).split('\n');
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toBe('... and 900 more mistakes, most of them like these');
});
