import { createHash } from 'node:crypto';
import type { DeviceConfig, HealPolicy, StrategyConfig } from '../config/types.ts';
import { chooseStrategy } from '../model/heal-policy.ts';
import type { Device, Failure, HealPlan, PlannedStep, Risk } from '../model/types.ts';
import type { Healer, SshAccess } from '../plugin.ts';

const DEFAULT_STEP_TIMEOUT_MS = 120_000;
const RISKS: readonly Risk[] = ['low', 'medium', 'high'];

/** A step whose spec its healer has parsed; the devices of a strategy share it. */
export type SharedStep = Readonly<{
  healer: Healer;
  spec: unknown;
  /** The device it runs on; null for the one that is healed. */
  on: DeviceConfig | null;
  timeoutMs: number;
}>;
/** A step as it runs for one device: with its target, and how to log in there. */
export type PreparedStep = Omit<SharedStep, 'on'> & Readonly<{ target: Device; ssh: SshAccess | undefined }>;

type StrategyOf<Step> = Readonly<{
  name: string;
  when: StrategyConfig['when'];
  steps: readonly Step[];
  settleMs: number;
  /** As the config says it, or null where its steps tell. */
  declaredRisk: Risk | null;
  risk: Risk;
  approval: HealPolicy['approval'];
}>;
/** What all devices share that are healed by it alike. */
export type PreparedStrategy = StrategyOf<SharedStep>;
/** For one device. */
export type BoundStrategy = StrategyOf<PreparedStep>;

/** Parses the steps of a strategy by their healers' schemas; `parse` complains with the place in the config. */
export function prepareStrategy(
  strategy: StrategyConfig,
  policy: Pick<HealPolicy, 'settleMs' | 'approval'>,
  context: Readonly<{
    healer: (kind: string, path: StrategyConfig['steps'][number]['path']) => Healer;
    device: (id: string) => DeviceConfig;
    parse: (schema: Healer['spec'], value: unknown, path: StrategyConfig['steps'][number]['path']) => unknown;
  }>,
): PreparedStrategy {
  const steps = strategy.steps.map((step): SharedStep => {
    const healer = context.healer(step.kind, step.path);
    const spec = context.parse(healer.spec, step.spec, step.path);
    return {
      healer,
      spec,
      on: step.on === undefined ? null : context.device(step.on),
      timeoutMs: step.timeoutMs ?? healer.defaultTimeoutMs?.(spec) ?? DEFAULT_STEP_TIMEOUT_MS,
    };
  });
  return {
    name: strategy.name,
    when: strategy.when,
    steps,
    settleMs: strategy.settleMs ?? policy.settleMs,
    declaredRisk: strategy.risk ?? null,
    risk: strategy.risk ?? riskOf(steps, null),
    approval: strategy.approval ?? policy.approval,
  };
}

/** A strategy for one of the devices that share it. */
export function bind(strategy: PreparedStrategy, owner: DeviceConfig): BoundStrategy {
  const steps = strategy.steps.map(({ on, ...step }): PreparedStep => {
    const target = on ?? owner;
    return { ...step, target: publicDevice(target), ssh: target.ssh };
  });
  return { ...strategy, steps };
}

export type Planned = Readonly<{ plan: HealPlan; strategy: BoundStrategy; targets: readonly string[] }>;

/** What the next attempt would do, or null where no strategy matches. Opens no connection. */
export function planAttempt(
  device: DeviceConfig,
  strategies: readonly PreparedStrategy[],
  policy: HealPolicy,
  failure: Failure,
  attempt: number,
): Planned | null {
  const dialect = device.ssh?.dialect ?? null;
  const chosen = chooseStrategy(strategies, { attempt, failure, tags: device.tags, dialect });
  if (!chosen) return null;
  const strategy = bind(chosen, device);
  const plan = planOf({ device: device.id, attempt, maxAttempts: policy.maxAttempts }, strategy);
  // Waiting and local steps have the failed device as their target: its lock is taken in any case.
  const targets = [...new Set([device.id, ...strategy.steps.map((step) => step.target.id)])];
  return { plan, strategy, targets };
}

/** A strategy as a person reads it before it runs. */
export function planOf(
  { device, attempt, maxAttempts }: Pick<HealPlan, 'device' | 'attempt' | 'maxAttempts'>,
  strategy: BoundStrategy,
): HealPlan {
  const { name, risk, approval, settleMs } = strategy;
  const steps = strategy.steps.map(
    ({ healer, spec, target }): PlannedStep => ({
      kind: healer.kind,
      target: target.id,
      lines: healer.describe(spec, target),
    }),
  );
  const hash = hashOf({ device, strategy: name, steps });
  return { device, strategy: name, attempt, maxAttempts, steps, risk, approval, settleMs, hash };
}

/** The gravest of the steps, and at least `least`. */
export function riskOf(steps: readonly Pick<SharedStep, 'healer' | 'spec'>[], least: Risk | null): Risk {
  const risks = steps.map(({ healer, spec }) => healer.risk?.(spec) ?? 'medium');
  return RISKS[Math.max(0, ...[...risks, least ?? 'low'].map((risk) => RISKS.indexOf(risk)))]!;
}

/** The device without its secrets and policies, as plugins may see it. */
export function publicDevice({ id, address, label, group, tags, parents }: Device): Device {
  return { id, address, label, group, tags, parents };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
}
