import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Account } from '../../../src/core/kernel/accounts.ts';
import { createHooks, tappableHooks } from '../../../src/core/kernel/hooks.ts';
import type { DeviceSnapshot, FleetSnapshot, HealAttempt, Veto } from '../../../src/core/plugin.ts';
import { GATES } from '../../../src/plugins/guardrails/gates.ts';
import guardrails from '../../../src/plugins/guardrails/index.ts';

const NOW = Date.UTC(2026, 10, 23);
const MONO = 500_000;
const MINUTE = 60_000;
const NAMES = GATES.map(({ name }) => name);

type Change<T> = { [K in keyof T]?: T[K] };
type DeviceSketch = Change<Omit<DeviceSnapshot, 'healing' | 'device'>> & {
  id?: string;
  group?: string;
  parents?: readonly string[];
  healing?: Change<DeviceSnapshot['healing']>;
};

/** Hard down, nothing against healing it; what differs is given. */
function broken({
  id = 'd0',
  group = 'g',
  parents = [],
  healing,
  reachability = 'down',
  hardness = 'hard',
  ...rest
}: DeviceSketch = {}): DeviceSnapshot {
  return {
    device: { id, group, parents, address: '192.0.2.1', label: id.toUpperCase(), tags: {} },
    reachability,
    hardness,
    broken: reachability === 'down' && hardness === 'hard',
    since: NOW - MINUTE,
    rttMs: null,
    lossPercent: null,
    incident: '1',
    rootCause: null,
    healing: { enabled: true, phase: 'idle', attempts: 0, maxAttempts: 2, notBeforeMonoMs: null, ...healing },
    failing: true,
    flapping: false,
    downtime: null,
    acknowledged: null,
    paused: false,
    ...rest,
  };
}

const well = (sketch: DeviceSketch = {}) =>
  broken({ reachability: 'up', incident: null, failing: false, ...sketch });
const many = (count: number, make: typeof broken, group = 'g', from = 0) =>
  Array.from({ length: count }, (_, index) => make({ id: `${group}${from + index}`, group }));
const running = (device: string, group: string) => ({ device, group, targets: [device] });

type Situation = {
  /** The first is the one that is to be healed. */
  devices?: readonly DeviceSnapshot[];
  fleet?: Change<FleetSnapshot>;
  attempt?: Change<HealAttempt>;
  options?: object;
};

/** Asks through the hook, as the engine does; the answer is that of the first gate that objects. */
async function ask({
  devices = [broken()],
  fleet,
  attempt,
  options = {},
}: Situation): Promise<Veto | undefined> {
  const hooks = createHooks();
  const taps = tappableHooks(hooks, {
    account: new Account('guardrails'),
    monoMs: () => MONO,
    onFault: ({ what }) => expect.unreachable(what),
    onStartFailed: () => undefined,
  });
  const snapshot: FleetSnapshot = {
    at: NOW,
    monoMs: MONO,
    devices,
    device: (id) => devices.find(({ device }) => device.id === id),
    lateness: { p50Ms: 0, p99Ms: 0, longestMs: 0 },
    selfOffline: false,
    paused: null,
    healingStopped: null,
    heals: { running: [], begun: [] },
    ...fleet,
  };
  const api = { hooks: taps, snapshot: () => snapshot } as never;
  await guardrails.apply(api, guardrails.options!.parse(options) as never);
  const asked = {
    device: devices[0]!.device,
    attempt: 1,
    maxAttempts: 2,
    targets: [devices[0]!.device.id],
    force: [],
    ...attempt,
  } as unknown as HealAttempt;
  return hooks.beforeHeal.promise(asked);
}

const HOLDS: readonly [gate: string, when: string, situation: Situation, says: RegExp][] = [
  [
    'healing-disabled',
    'healing of the device is off',
    { devices: [broken({ healing: { enabled: false } })] },
    /turned off/,
  ],
  ['paused', 'everything is paused', { fleet: { paused: 'op' } }, /paused by op/],
  ['paused', 'the device is paused', { devices: [broken({ paused: true })] }, /paused/],
  [
    'paused',
    'the device a step runs on is paused',
    { devices: [broken(), well({ id: 'sw', paused: true })], attempt: { targets: ['d0', 'sw'] } },
    /SW, on which a step would run/,
  ],
  ['self-offline', 'we are cut off', { fleet: { selfOffline: true } }, /our own uplink/],
  ['downtime', 'the device is in downtime', { devices: [broken({ downtime: 'new roof' })] }, /new roof/],
  ['acknowledged', 'a person is on it', { devices: [broken({ acknowledged: 'ada' })] }, /ada/],
  [
    'unreachable',
    'its parent is down',
    { devices: [broken({ reachability: 'unreachable', rootCause: 'sw' })] },
    /behind sw/,
  ],
  [
    'unreachable',
    'it was down before its only parent broke',
    {
      devices: [broken({ parents: ['sw'] }), broken({ id: 'sw', group: 'h' })],
      options: { maxUnhealthyPercent: 100 },
    },
    /behind sw/,
  ],
  [
    'unreachable',
    'its parent fails, and that is not confirmed yet or does not count because it is being healed',
    { devices: [broken({ parents: ['sw'] }), well({ id: 'sw', group: 'h', failing: true })] },
    /behind sw/,
  ],
  [
    'unreachable',
    'the device a step runs on is down',
    { devices: [broken(), broken({ id: 'sw' })], attempt: { targets: ['d0', 'sw'] } },
    /SW, on which a step would run: it is down itself/,
  ],
  [
    'unreachable',
    'the device a step runs on is unreachable',
    {
      devices: [broken(), well({ id: 'sw', reachability: 'unreachable', rootCause: 'core' })],
      attempt: { targets: ['d0', 'sw'] },
    },
    /SW, on which a step would run: behind core/,
  ],
  [
    'unreachable',
    'the device a step runs on is behind a parent that fails',
    {
      devices: [broken(), well({ id: 'sw', parents: ['core'] }), well({ id: 'core', failing: true })],
      attempt: { targets: ['d0', 'sw'] },
    },
    /SW, on which a step would run: behind core/,
  ],
  [
    'unreachable',
    'the device a step runs on fails, and that is not confirmed yet',
    { devices: [broken(), well({ id: 'sw', failing: true })], attempt: { targets: ['d0', 'sw'] } },
    /SW, on which a step would run: it fails/,
  ],
  ['healthy', 'it is up', { devices: [well()] }, /it is up/],
  ['healthy', 'it only answers slowly', { devices: [well({ reachability: 'degraded' })] }, /degraded/],
  [
    'healthy',
    'its recovery is being confirmed',
    { devices: [broken({ hardness: 'soft' })] },
    /not confirmed/,
  ],
  ['healthy', 'it was never seen', { devices: [well({ reachability: 'unknown' })] }, /unknown/],
  ['flapping', 'it flaps', { devices: [broken({ flapping: true })] }, /flapping/],
  [
    'flapping',
    'the device a step runs on flaps',
    { devices: [broken(), well({ id: 'sw', flapping: true })], attempt: { targets: ['d0', 'sw'] } },
    /SW, on which a step would run: it is flapping/,
  ],
  ['attempts', 'all are used up', { attempt: { attempt: 3 } }, /all 2 attempts/],
  [
    'cooling-down',
    'the wait is not over',
    { devices: [broken({ healing: { notBeforeMonoMs: MONO + 4_200 } })] },
    /5 s more/,
  ],
  [
    'concurrency',
    'another one of the group is being healed',
    { fleet: { heals: { running: [running('d9', 'g')], begun: [] } } },
    /d9 of the same group/,
  ],
  [
    'concurrency',
    'a step would run on a device of a group in which somebody is being healed',
    {
      devices: [broken(), well({ id: 'pdu', group: 'power' })],
      attempt: { targets: ['d0', 'pdu'] },
      fleet: { heals: { running: [running('d9', 'power')], begun: [] } },
    },
    /d9 of the same group/,
  ],
  [
    'concurrency',
    'a heal of another group runs on a device of this one',
    {
      devices: [broken(), well({ id: 'd1' })],
      fleet: { heals: { running: [{ device: 'x', group: 'y', targets: ['x', 'd1'] }], begun: [] } },
    },
    /x of the same group/,
  ],
  [
    'concurrency',
    'three are being healed',
    { fleet: { heals: { running: ['x', 'y', 'z'].map((id) => running(id, id)), begun: [] } } },
    /3 heals are running/,
  ],
  [
    'hourly-cap',
    'as many as may be were begun in the last hour',
    {
      options: { maxPerHour: 2 },
      fleet: { heals: { running: [], begun: [NOW - 10 * MINUTE, NOW - 40 * MINUTE] } },
    },
    /2 heals in the last hour/,
  ],
  ['blast-radius', 'all healing was stopped', { fleet: { healingStopped: 'too many' } }, /stopped: too many/],
  [
    'blast-radius',
    'more than 30 % of the fleet is down',
    { devices: [...many(1, broken, 'a'), ...many(3, broken, 'b'), ...many(6, well, 'c')] },
    /4 of 10 devices of the fleet/,
  ],
  [
    'blast-radius',
    'more than 30 % of its group is down',
    { devices: [...many(2, broken, 'a'), ...many(3, well, 'a', 2), ...many(95, well, 'b')] },
    /2 of 5 devices of group "a"/,
  ],
  [
    'blast-radius',
    'others fail too and are not confirmed yet',
    { devices: [...many(1, broken, 'a'), ...many(9, (sketch) => well({ ...sketch, failing: true }), 'b')] },
    /9 more of the fleet fail/,
  ],
];

describe('a heal is held by the gate', () => {
  it.each(HOLDS)('%s while %s', async (gate, _when, situation, says) => {
    expect(await ask(situation)).toMatchObject({ gate, veto: expect.stringMatching(says) });
  });

  it('whichever there is: each of them has its situation here, and its line in the README', () => {
    expect([...new Set(HOLDS.map(([gate]) => gate))]).toEqual(NAMES);
    const readme = readFileSync(
      join(import.meta.dirname, '../../../src/plugins/guardrails/README.md'),
      'utf8',
    );
    const told = [...readme.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name);
    expect(told).toEqual(NAMES);
  });

  it('device unknown: a device that is no longer in the config is left alone', async () => {
    const gone = { device: broken({ id: 'gone' }).device };
    expect(await ask({ attempt: gone })).toMatchObject({
      needsHuman: true,
      veto: expect.stringContaining('no longer'),
    });
  });
});

describe('a heal passes', () => {
  it.each<[string, Situation]>([
    ['where nothing stands against it', {}],
    [
      'when the cool-down is over to the millisecond',
      { devices: [broken({ healing: { notBeforeMonoMs: MONO } })] },
    ],
    [
      'where a step runs on another device that is well',
      { devices: [broken(), well({ id: 'sw' })], attempt: { targets: ['d0', 'sw'] } },
    ],
    ['at its last attempt', { attempt: { attempt: 2 } }],
    [
      'behind two parents of which one is up',
      {
        devices: [broken({ parents: ['p', 'q'] }), broken({ id: 'p', group: 'h' }), well({ id: 'q' })],
        options: { maxUnhealthyPercent: 100 },
      },
    ],
    [
      'while a device that is not its target is paused, acknowledged or in downtime',
      {
        devices: [broken(), well({ id: 'x', paused: true, acknowledged: 'ada', downtime: 'roof' })],
      },
    ],
    [
      'while heals run in other groups, below the limit',
      {
        fleet: { heals: { running: [running('x', 'x'), running('y', 'y')], begun: [] } },
      },
    ],
    [
      'below the cap of an hour',
      { options: { maxPerHour: 2 }, fleet: { heals: { running: [], begun: [NOW - 1] } } },
    ],
    ['at exactly 30 % of the fleet', { devices: [...many(3, broken), ...many(7, well, 'g', 3)] }],
    [
      'while the many are only unreachable: they count with their root as one',
      {
        devices: [broken(), ...many(9, (sketch) => well({ ...sketch, reachability: 'unreachable' }), 'g', 1)],
      },
    ],
    [
      'while the many are in a planned outage',
      {
        devices: [
          broken(),
          ...many(5, (sketch) => broken({ ...sketch, downtime: 'roof' }), 'g', 1),
          ...many(5, well, 'g', 6),
        ],
      },
    ],
  ])('%s', async (_when, situation) => {
    expect(await ask(situation)).toBeUndefined();
  });

  it.each([1, 2, 3])('in a fleet of %i with a single failure, alone in its group or not', async (size) => {
    for (const group of ['g', 'elsewhere']) {
      const others = many(size - 1, well, group, 1);
      expect(await ask({ devices: [broken(), ...others] })).toBeUndefined();
    }
  });
});

describe('what a veto asks for', () => {
  const vetoOf = async (gate: string) => (await ask(HOLDS.find(([name]) => name === gate)![2]))!;

  it.each([
    ['cooling-down', 4_200],
    ['concurrency', 1_000],
    ['hourly-cap', 20 * MINUTE],
  ])('%s tells when to ask again', async (gate, waitMs) => {
    expect(await vetoOf(gate)).toMatchObject({ waitMs });
  });

  it('only what no waiting mends calls for a person', async () => {
    const calls = await Promise.all(
      NAMES.map(async (name) => [name, (await vetoOf(name)).needsHuman ?? false]),
    );
    expect(calls.filter(([, needsHuman]) => needsHuman).map(([name]) => name)).toEqual([
      'healing-disabled',
      'attempts',
    ]);
  });

  it('too many devices down stop everything; too many that only might be do not', async () => {
    const holds = HOLDS.filter(([gate]) => gate === 'blast-radius').map(([, , situation]) => situation);
    const [, fleet, group, doubt] = await Promise.all(holds.map(ask));
    expect([fleet!.stopsAll, group!.stopsAll, doubt!.stopsAll]).toEqual([true, true, undefined]);
  });
});

describe('limits', () => {
  it.each([
    { maxUnhealthyPercent: 101 },
    { maxUnhealthyPercent: -1 },
    { maxConcurrent: 0 },
    { maxPerHour: 0 },
    { colour: 1 },
  ])('%j are refused', (options) => {
    expect(guardrails.options!.safeParse(options).success).toBe(false);
  });

  it('have the defaults of a careful operator', () => {
    expect(guardrails.options!.parse({})).toEqual({
      maxUnhealthyPercent: 30,
      maxConcurrent: 3,
      maxPerHour: 20,
    });
  });
});
