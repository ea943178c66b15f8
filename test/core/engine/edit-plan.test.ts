import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { editPlan } from '../../../src/core/engine/edit-plan.ts';
import {
  type BoundStrategy,
  type Planned,
  type PreparedStep,
  planOf,
} from '../../../src/core/engine/plan.ts';
import type { Healer } from '../../../src/core/plugin.ts';

const TARGET = { id: 'a', address: '192.0.2.1', label: 'A', group: 'g', tags: {}, parents: [] };
type Lines = readonly string[];

/** A kind of step whose lines are its commands; `reboot` is grave, and after a `#` stands what is not shown. */
const commands: Healer<Lines> = {
  kind: 'commands',
  spec: z.array(z.string()),
  describe: (spec) => spec.map((line) => line.replace(/#.*/, '<secret>')),
  edit: (spec, _target, lines) => ({
    spec: lines.map((line) => spec.find((known) => known.replace(/#.*/, '<secret>') === line) ?? line),
  }),
  risk: (spec) => (spec.includes('reboot') ? 'high' : 'low'),
  run: async () => ({ ok: true }),
};
const fixed: Healer<Lines> = { ...commands, kind: 'fixed', edit: undefined as never };

function plannedOf(declaredRisk: BoundStrategy['declaredRisk'], ...steps: [Healer<Lines>, Lines][]): Planned {
  const strategy: BoundStrategy = {
    name: 'mend',
    when: {},
    steps: steps.map(
      ([healer, spec]): PreparedStep => ({
        healer: healer as Healer,
        spec,
        target: TARGET,
        ssh: undefined,
        timeoutMs: 1_000,
      }),
    ),
    settleMs: 0,
    declaredRisk,
    risk: declaredRisk ?? 'low',
    approval: 'ask',
  };
  return { plan: planOf({ device: 'a', attempt: 1, maxAttempts: 2 }, strategy), strategy, targets: ['a'] };
}

function edited(planned: Planned, ...steps: Lines[]): Planned {
  const result = editPlan(planned, steps);
  if ('refused' in result) throw new Error(result.refused);
  return result;
}

describe('a plan that a person edits', () => {
  it('has another hash, shows the new commands and runs them', () => {
    const before = plannedOf(null, [commands, ['restart a']], [fixed, ['wait']]);
    const after = edited(before, ['restart b'], ['wait']);
    expect(after.plan.hash).not.toBe(before.plan.hash);
    expect(after.plan.steps.map(({ lines }) => lines)).toEqual([['restart b'], ['wait']]);
    expect(after.strategy.steps.map(({ spec }) => spec)).toEqual([['restart b'], ['wait']]);
    expect(after.targets).toEqual(before.targets);
  });

  it('is the same plan where nothing but white space at the end has changed', () => {
    const before = plannedOf(null, [commands, ['restart a']]);
    expect(edited(before, ['restart a  ', '']).plan.hash).toBe(before.plan.hash);
  });

  it('keeps what stands behind a masked line that nobody has touched', () => {
    const before = plannedOf(null, [commands, ['login #pw', 'restart a']]);
    expect(edited(before, ['login <secret>', 'restart b']).strategy.steps[0]!.spec).toEqual([
      'login #pw',
      'restart b',
    ]);
  });

  it.each([
    ['a mask in a changed line', [['login <secret> -v'], ['wait']], /step 1 \(commands\): .*<secret>/],
    ['a step that is not to be edited', [['restart a'], ['wait 2']], /step 2 \(fixed\): .*cannot be edited/],
    ['a step of which nothing is left', [[' '], ['wait']], /step 1 .*reject the heal instead/],
    ['a step too few', [['restart a']], /2 step\(s\), not 1/],
    ['a step too many', [['restart a'], ['wait'], ['more']], /2 step\(s\), not 3/],
  ])('is refused with %s', (_, steps, reason) => {
    const before = plannedOf(null, [commands, ['restart a']], [fixed, ['wait']]);
    expect(editPlan(before, steps)).toEqual({ refused: expect.stringMatching(reason) });
  });

  it.each([
    [null, ['restart'], ['reboot'], 'high'],
    [null, ['reboot'], ['restart'], 'low'],
    ['low', ['restart'], ['reboot'], 'high'],
    ['low', ['reboot'], ['restart', 'reboot'], 'high'],
    ['high', ['reboot'], ['restart'], 'high'],
  ] as const)(
    'that the config calls %j is as grave as its commands: %j -> %j is %s',
    (declared, from, to, risk) => {
      expect(edited(plannedOf(declared, [commands, from]), to).plan.risk).toBe(risk);
    },
  );
});
