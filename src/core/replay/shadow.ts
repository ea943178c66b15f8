import type { DeviceConfig } from '../config/types.ts';
import { type Clock, pause } from '../engine/clock.ts';
import type { PreparedStrategy, SharedStep } from '../engine/plan.ts';
import type { Healer, StepRequest, StepResult } from '../plugin.ts';
import type { Track } from './track.ts';

/** As `verify` has it. */
const GOOD_CHECKS = 2;

/**
 * The strategies with healers that describe their steps as the real ones do, and do nothing: no command is run. A step
 * that only lets time pass does let it pass, on the clock of the replay.
 */
export function shadowStrategies(strategies: readonly PreparedStrategy[], clock: Clock): PreparedStrategy[] {
  return strategies.map((strategy) => ({
    ...strategy,
    steps: strategy.steps.map((step): SharedStep => ({ ...step, healer: shadow(step.healer, clock) })),
  }));
}

function shadow(healer: Healer, clock: Clock): Healer {
  return {
    kind: healer.kind,
    spec: healer.spec,
    describe: (spec, target) => healer.describe(spec, target),
    ...(healer.needsSsh !== undefined && { needsSsh: healer.needsSsh }),
    run: async ({ spec, signal }: StepRequest): Promise<StepResult> => {
      if (healer.kind === 'wait') await pause(clock, (spec as { wait: number }).wait, signal);
      return { ok: true };
    },
  };
}

/**
 * A device whose verification has as much time as its log needs for the good checks: a log of one check in five minutes
 * says nothing within the two minutes that a verification takes when netheal itself looks.
 */
export function withTimeToVerify(config: DeviceConfig, track: Track | undefined): DeviceConfig {
  const checks = Math.max(GOOD_CHECKS, config.check.successThreshold) + 1;
  const neededMs = checks * (track?.spacingMs ?? 0);
  const { healPolicy } = config;
  if (neededMs <= healPolicy.verifyWindowMs) return config;
  return { ...config, healPolicy: { ...healPolicy, verifyWindowMs: neededMs } };
}
