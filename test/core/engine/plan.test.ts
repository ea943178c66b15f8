import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DeviceConfig, HealPolicy, StrategyConfig } from '../../../src/core/config/types.ts';
import { bind, planAttempt, prepareStrategy } from '../../../src/core/engine/plan.ts';
import type { Failure, Healer, Risk } from '../../../src/core/plugin.ts';
import { Secret } from '../../../src/core/secret.ts';

const POLICY = { maxAttempts: 2, settleMs: 10_000, approval: 'ask' } as HealPolicy;
const FAILURE: Failure = { kind: 'timeout', probe: 'icmp', message: 'no answer' };

const config = (id: string) =>
  ({
    id,
    address: '192.0.2.1',
    label: id,
    group: 'g',
    tags: {},
    parents: [],
    healPolicy: POLICY,
    ssh: { name: id, password: new Secret('hunter2') },
  }) as unknown as DeviceConfig;
const SWITCH = config('sw');

type RunSpec = { run: string[]; risk?: Risk };
const healer: Healer<RunSpec> = {
  kind: 'run',
  spec: z.object({ run: z.array(z.string()), risk: z.enum(['low', 'medium', 'high']).optional() }),
  describe: ({ run }, target) => run.map((command) => `${target.id}$ ${command}`),
  risk: ({ risk }) => risk ?? 'low',
  defaultTimeoutMs: () => 7_000,
  run: async () => ({ ok: true }),
};

type Step = Partial<StrategyConfig['steps'][number]> & { run?: string[]; risk?: Risk };
function strategyOf(steps: readonly Step[], rest: Partial<StrategyConfig> = {}) {
  const strategy: StrategyConfig = {
    name: 'mend',
    when: {},
    steps: steps.map(({ run = ['reboot'], risk, ...step }) => ({
      kind: 'run',
      spec: { run, ...(risk && { risk }) },
      path: [],
      ...step,
    })),
    ...rest,
  };
  return prepareStrategy(strategy, POLICY, {
    healer: () => healer as Healer,
    device: (id) => (id === 'sw' ? SWITCH : config(id)),
    parse: (schema, value) => schema.parse(value),
  });
}
const plan = (steps: readonly Step[], rest: Partial<StrategyConfig> = {}, attempt = 1) =>
  planAttempt(config('a'), [strategyOf(steps, rest)], POLICY, FAILURE, attempt);
const hash = (...args: Parameters<typeof plan>) => plan(...args)!.plan.hash;

describe('a plan', () => {
  it('is what a person reads before it runs: targets and exact commands', () => {
    expect(plan([{ run: ['stop', 'start'] }, { run: ['bounce 7'], on: 'sw' }])!.plan).toMatchObject({
      device: 'a',
      strategy: 'mend',
      attempt: 1,
      maxAttempts: 2,
      steps: [
        { kind: 'run', target: 'a', lines: ['a$ stop', 'a$ start'] },
        { kind: 'run', target: 'sw', lines: ['sw$ bounce 7'] },
      ],
    });
  });

  it('takes the failed device and every device that a step runs on, each once', () => {
    expect(plan([{ on: 'sw' }, { on: 'sw' }])!.targets).toEqual(['a', 'sw']);
  });

  it('is none where no strategy matches', () => {
    expect(plan([{}], { when: { attempt: [2] } })).toBeNull();
    expect(plan([{}], { when: { attempt: [2] } }, 2)).not.toBeNull();
  });

  it('holds no secret', () => {
    expect(JSON.stringify(plan([{}, { on: 'sw' }])!.plan)).not.toContain('hunter2');
  });
});

describe('the hash of a plan', () => {
  it('is the same for the same plan, whenever it is made', () => {
    expect(hash([{ run: ['reboot'] }])).toBe(hash([{ run: ['reboot'] }]));
    expect(hash([{}])).toMatch(/^[0-9a-f]{12}$/);
    expect(hash([{}], {}, 1)).toBe(hash([{}], {}, 2));
  });

  it.each<[string, readonly Step[], Partial<StrategyConfig>]>([
    ['a command', [{ run: ['reboot now'] }], {}],
    ['a further command', [{ run: ['reboot', 'reboot'] }], {}],
    ['where commands are cut into steps', [{ run: ['reboot'] }, { run: ['reboot'] }], {}],
    ['the device that a step runs on', [{ on: 'sw' }], {}],
    ['its name', [{}], { name: 'other' }],
  ])('changes with %s', (_what, steps, rest) => {
    expect(hash(steps, rest)).not.toBe(hash([{ run: ['reboot'] }]));
  });
});

describe('a strategy', () => {
  it('is as grave as the gravest of its steps, unless the config says otherwise', () => {
    expect(strategyOf([{ risk: 'low' }, { risk: 'high' }, { risk: 'medium' }]).risk).toBe('high');
    expect(strategyOf([{ risk: 'high' }], { risk: 'low' }).risk).toBe('low');
  });

  it('takes settling and approval from its device where it names none', () => {
    expect(strategyOf([{}])).toMatchObject({ settleMs: 10_000, approval: 'ask' });
    expect(strategyOf([{}], { settleMs: 5, approval: 'auto' })).toMatchObject({
      settleMs: 5,
      approval: 'auto',
    });
  });

  it('gives a step the time that the config says, or its healer', () => {
    const [given, usual] = strategyOf([{ timeoutMs: 3 }, {}]).steps;
    expect([given!.timeoutMs, usual!.timeoutMs]).toEqual([3, 7_000]);
  });

  it("runs a step on another device with that one's login", () => {
    const owner = config('a');
    const [there, here] = bind(strategyOf([{ on: 'sw' }, {}]), owner).steps;
    expect(there!.target.id).toBe('sw');
    expect(there!.ssh).toBe(SWITCH.ssh);
    expect(there!.target).not.toHaveProperty('ssh');
    expect(here!.target.id).toBe('a');
    expect(here!.ssh).toBe(owner.ssh);
  });
});
