import type { PlannedStep } from '../model/types.ts';
import type { PlanEdit } from './journal-state.ts';
import { type BoundStrategy, type Planned, type PreparedStep, planOf, riskOf } from './plan.ts';

/** What stands in a line for a secret; the person who edits it has never seen what is behind. */
const MASK = '<secret>';

/** What a person is asked about: the plan as the config has it, and as it would run. */
export type Proposal = Readonly<{ configured: Planned; planned: Planned; editedBy?: string }>;

/** The plan as somebody has changed it in this incident, or as the config has it where nobody has. */
export function propose(configured: Planned, edits: readonly PlanEdit[], incident: string): Proposal {
  const edit = edits.find((one) => one.incident === incident && one.of === configured.plan.hash);
  const planned = edit ? editPlan(configured, edit.steps) : configured;
  // What another version of netheal or of the config cannot edit that way is shown as the config has it.
  if ('refused' in planned || planned.plan.hash === configured.plan.hash)
    return { configured, planned: configured };
  return { configured, planned, editedBy: edit!.by };
}

/**
 * The plan with the lines of its steps as a person has changed them: with its risk and its hash for what it is now. A step
 * that stands as it was is the very same; what cannot be edited says why.
 */
export function editPlan(
  { plan, strategy, targets }: Planned,
  edited: readonly (readonly string[])[],
): Planned | Readonly<{ refused: string }> {
  if (edited.length !== plan.steps.length) {
    return { refused: `the plan has ${plan.steps.length} step(s), not ${edited.length}` };
  }
  const steps: PreparedStep[] = [];
  for (const [index, step] of strategy.steps.entries()) {
    const changed = editStep(step, plan.steps[index]!, edited[index]!);
    if ('refused' in changed)
      return { refused: `step ${index + 1} (${step.healer.kind}): ${changed.refused}` };
    steps.push(changed);
  }
  const before = new Set<unknown>(strategy.steps);
  const own = steps.filter((step) => !before.has(step));
  // A risk that the config declares was declared for its own commands: it holds for others as the least there is.
  const risk = riskOf(strategy.declaredRisk === null ? steps : own, strategy.declaredRisk);
  const next: BoundStrategy = { ...strategy, steps, risk };
  return { plan: planOf(plan, next), strategy: next, targets };
}

function editStep(
  step: PreparedStep,
  { lines }: PlannedStep,
  edited: readonly string[],
): PreparedStep | Readonly<{ refused: string }> {
  const wanted = edited.map((line) => line.trimEnd()).filter((line) => line !== '');
  if (wanted.join('\n') === lines.map((line) => line.trimEnd()).join('\n')) return step;
  if (!step.healer.edit) return { refused: 'steps of this kind cannot be edited' };
  if (wanted.length === 0) return { refused: 'nothing is left of it; reject the heal instead' };
  const masked = wanted.find((line) => line.includes(MASK) && !lines.includes(line));
  if (masked !== undefined) {
    return { refused: `a line with ${MASK} in it can only stay as it is: what is behind it is not shown` };
  }
  const changed = step.healer.edit(step.spec, step.target, wanted);
  return 'refused' in changed ? changed : { ...step, spec: changed.spec };
}
