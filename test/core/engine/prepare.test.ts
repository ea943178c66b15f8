import { expect, it } from 'vitest';
import { z } from 'zod';
import type { DeviceConfig, HealPolicy } from '../../../src/core/config/types.ts';
import { prepareProbes, prepareStrategies } from '../../../src/core/engine/prepare.ts';
import { Registry } from '../../../src/core/kernel/registry.ts';
import type { Healer, Probe } from '../../../src/core/plugin.ts';

const POLICY = { settleMs: 1_000, approval: 'auto' } as HealPolicy;

function contextOf() {
  const registry = new Registry();
  let parsed = 0;
  const counting = z.looseObject({}).transform((value) => {
    parsed++;
    return value;
  });
  registry.probes.add('icmp', 'p', { type: 'icmp', options: counting } as unknown as Probe);
  registry.healers.add('wait', 'p', {
    kind: 'wait',
    spec: counting,
    describe: () => [],
    run: async () => ({ ok: true }),
  } as unknown as Healer);
  return {
    registry,
    parse: <T>(schema: z.ZodType<T>, value: unknown) => schema.parse(value),
    locate: () => 'here',
    device: () => undefined as never,
    prepared: new Map(),
    parsed: () => parsed,
  };
}

const probes = [{ type: 'icmp', options: {}, path: [] }];
const strategies = [{ name: 's', when: {}, steps: [{ kind: 'wait', spec: {}, path: [] }] }];
const device = (index: number, rest: Partial<DeviceConfig> = {}) =>
  ({
    id: `d${index}`,
    probes,
    strategies,
    check: { timeoutMs: 1_000 },
    healPolicy: POLICY,
    ...rest,
  }) as unknown as DeviceConfig;

it('a hundred thousand devices that are alike share their probes and strategies, parsed once', () => {
  const context = contextOf();
  const all = Array.from({ length: 100_000 }, (_, index) => device(index));
  expect(new Set(all.map((one) => prepareProbes(one, context))).size).toBe(1);
  expect(new Set(all.map((one) => prepareStrategies(one, context))).size).toBe(1);
  expect(context.parsed()).toBe(2);
});

it('a device with a time or a policy of its own shares with those that have the same', () => {
  const context = contextOf();
  const slow = { check: { timeoutMs: 9_000 } } as Partial<DeviceConfig>;
  const careful = { healPolicy: { ...POLICY, settleMs: 5, approval: 'ask' } } as Partial<DeviceConfig>;
  prepareProbes(device(0), context);
  const [one, other] = [prepareProbes(device(1, slow), context), prepareProbes(device(2, slow), context)];
  expect(one[0]!.timeoutMs).toBe(9_000);
  expect(other).toBe(one);
  expect(prepareProbes(device(3), context)[0]!.timeoutMs).toBe(1_000);
  prepareStrategies(device(0), context);
  expect(prepareStrategies(device(1, careful), context)[0]).toMatchObject({ settleMs: 5, approval: 'ask' });
});
