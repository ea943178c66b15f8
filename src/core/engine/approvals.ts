import type { ActionResult, HealView } from '../api/types.ts';
import type { Journal } from '../journal.ts';
import type { Store } from '../store.ts';
import type { Clock } from './clock.ts';
import { editPlan, type Proposal } from './edit-plan.ts';
import type { Monitored } from './monitored.ts';
import type { Planned } from './plan.ts';

export type Answer =
  /** With the plan that was approved, which may have been edited. */
  | Readonly<{ given: 'approved'; by: string; heal: HealView; planned: Planned }>
  | Readonly<{ given: 'rejected'; reason: string }>
  /** The question became void: the device came back, or netheal stops. */
  | Readonly<{ given: 'withdrawn'; reason: string }>;

type Pending = Readonly<{
  heal: HealView;
  /** As the config has it: edits are laid over this one, so that the same lines always make the same plan. */
  configured: Planned;
  planned: Planned;
  device: Monitored;
  settle: (answer: Answer) => void;
}>;

type ApprovalsContext = Readonly<{ clock: Clock; store: Store; journal: Journal; expiresMs: number }>;

/** Attempts that wait for a person. What is approved is what runs: an answer must carry the hash of the plan. */
export class Approvals {
  readonly #context: ApprovalsContext;
  readonly #pending = new Map<string, Pending>();

  constructor(context: ApprovalsContext) {
    this.#context = context;
  }

  async ask(
    heal: HealView,
    { configured, planned }: Proposal,
    device: Monitored,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { clock, store, journal, expiresMs } = this.#context;
    // Whoever has read this number must never say yes to another heal by it, not even after a restart.
    journal.append({ type: 'approval-asked', heal: heal.id, hash: heal.plan.hash, at: clock.now() });
    const waiting: HealView = { ...heal, phase: 'waiting-approval', expiresAt: clock.now() + expiresMs };
    store.putHeal(waiting);
    device.setHealing(store, {
      phase: 'waiting-approval',
      reason: `waits for approval of "${heal.strategy}"`,
    });
    store.addEvent({
      type: 'approval-asked',
      level: 'warn',
      device: device.id,
      heal: heal.id,
      message: `${device.device.label}: heal ${heal.attempt}/${heal.maxAttempts} "${heal.strategy}" waits for approval (heal ${heal.id}, plan ${heal.plan.hash})`,
    });
    const answer = await this.#answer({ heal: waiting, configured, planned, device }, signal);
    device.setHealing(store, { phase: 'idle', reason: null });
    if (answer.given === 'approved') {
      store.putHeal({ ...answer.heal, phase: 'running', by: answer.by, expiresAt: null });
      return answer;
    }
    store.putHeal({
      ...(store.heal(heal.id) ?? waiting),
      phase: 'done',
      outcome: 'refused',
      reason: answer.reason,
      finishedAt: clock.now(),
    });
    store.addEvent({
      type: 'heal-refused',
      level: 'warn',
      device: device.id,
      heal: heal.id,
      gate: 'approval',
      message: `${device.device.label}: heal refused: ${answer.reason}`,
    });
    return answer;
  }

  approve(id: string, hash: string, by: string, typedLabel: string | undefined): ActionResult {
    const pending = this.#pending.get(id);
    if (!pending) return notWaiting(id);
    const { heal, planned, device, settle } = pending;
    const other = otherPlan(heal, hash);
    if (other) return other;
    if (heal.plan.risk === 'high' && typedLabel !== device.device.label) {
      const message = `heal ${id} is of high risk: type the device's label, "${device.device.label}", to run it`;
      return { ok: false, code: 'NH_NOT_ALLOWED', gate: 'approval', message };
    }
    this.#record(heal, by, true);
    settle({ given: 'approved', by, heal, planned });
    return { ok: true, message: `approved: ${device.device.label} "${heal.strategy}"`, heal: id };
  }

  reject(id: string, by: string): ActionResult {
    const pending = this.#pending.get(id);
    if (!pending) return notWaiting(id);
    this.#record(pending.heal, by, false);
    pending.settle({ given: 'rejected', reason: `rejected by ${by}` });
    return {
      ok: true,
      message: `rejected: ${pending.device.device.label} "${pending.heal.strategy}"`,
      heal: id,
    };
  }

  /** Other commands, and so another plan: it goes on waiting, and whoever has seen the old one must look again. */
  edit(id: string, hash: string, by: string, steps: readonly (readonly string[])[]): ActionResult {
    const { store, journal, clock } = this.#context;
    const pending = this.#pending.get(id);
    if (!pending) return notWaiting(id);
    const other = otherPlan(pending.heal, hash);
    if (other) return other;
    const { configured } = pending;
    const planned = editPlan(configured, steps);
    if ('refused' in planned) return { ok: false, code: 'NH_NOT_ALLOWED', message: planned.refused };
    const { plan } = planned;
    if (plan.hash === hash) return { ok: true, message: 'nothing was changed', heal: id, plan };
    const heal: HealView = { ...pending.heal, plan, editedBy: by };
    // A gate may still hold what is approved, and netheal may end: the next question is about these commands again.
    const edit = { incident: heal.incident, of: configured.plan.hash, steps, by };
    journal.append({ type: 'plan-edited', heal: id, at: clock.now(), edit });
    this.#pending.set(id, { ...pending, planned, heal });
    store.putHeal(heal);
    const commands = plan.steps.flatMap(({ lines }) => lines).join('; ');
    store.addEvent({
      type: 'approval-edited',
      level: 'warn',
      device: heal.device,
      heal: id,
      message: `heal ${id} of ${heal.device} edited by ${by}: plan ${hash} is now ${plan.hash}, risk ${plan.risk}: ${commands}`,
    });
    return {
      ok: true,
      message: `heal ${id} waits with plan ${plan.hash}, risk ${plan.risk}`,
      heal: id,
      plan,
    };
  }

  #answer(asked: Omit<Pending, 'settle'>, signal: AbortSignal): Promise<Answer> {
    const { clock, expiresMs } = this.#context;
    const { heal } = asked;
    return new Promise((resolve) => {
      const settle = (answer: Answer) => {
        clock.clearTimer(timer);
        signal.removeEventListener('abort', withdraw);
        this.#pending.delete(heal.id);
        resolve(answer);
      };
      const withdraw = () =>
        settle({ given: 'withdrawn', reason: String(signal.reason ?? 'no longer needed') });
      const expired = `nobody approved it within ${Math.round(expiresMs / 1_000)} s`;
      const timer = clock.setTimer(() => settle({ given: 'rejected', reason: expired }), expiresMs);
      this.#pending.set(heal.id, { ...asked, settle });
      if (signal.aborted) withdraw();
      else signal.addEventListener('abort', withdraw);
    });
  }

  #record(heal: HealView, by: string, approved: boolean): void {
    const { journal, store, clock } = this.#context;
    journal.append({ type: 'approval', heal: heal.id, hash: heal.plan.hash, by, at: clock.now(), approved });
    store.addEvent({
      type: approved ? 'approval-given' : 'approval-rejected',
      level: 'info',
      device: heal.device,
      heal: heal.id,
      message: `heal ${heal.id} of ${heal.device} ${approved ? 'approved' : 'rejected'} by ${by}`,
    });
  }
}

/** The answer to who speaks of a plan that is not the one that waits. */
function otherPlan({ id, plan }: HealView, hash: string): ActionResult | null {
  if (hash === plan.hash) return null;
  const message = `the plan of heal ${id} is ${plan.hash}, not ${hash || '(none)'}: look at it again`;
  return { ok: false, code: 'NH_NOT_ALLOWED', gate: 'approval', message };
}

function notWaiting(id: string): ActionResult {
  return { ok: false, code: 'NH_NOT_ALLOWED', message: `heal ${id} does not wait for approval (any more)` };
}
