import type { HealView } from '../api/types.ts';
import { messageOf } from '../errors.ts';
import { waitBeforeNext } from '../model/heal-policy.ts';
import { measuredAfresh } from '../model/state.ts';
import type { HealResult, Incident } from '../model/types.ts';
import type { HealAttempt, Veto } from '../plugin.ts';
import { AttemptRecord, coolDown } from './attempt-record.ts';
import { pause } from './clock.ts';
import { propose } from './edit-plan.ts';
import type { Monitored } from './monitored.ts';
import { type Planned, planAttempt } from './plan.ts';
import type { RemedyContext } from './remedy-context.ts';
import { runSteps } from './run-steps.ts';
import { LiveTranscript } from './transcript.ts';
import { verify } from './verify.ts';

/** Who wants it, and which gates they override. */
export type HealRequest = Readonly<{ by: string; force: readonly string[] }>;

/** How it goes on after one turn. */
export type Next =
  | Readonly<{ kind: 'over'; outcome: HealResult; reason: string; heal: string | null }>
  /** Nothing is run; had it been, and in vain, its end and the wait after it would be over in `tookMs`. */
  | Readonly<{ kind: 'observed'; reason: string; tookMs: number }>
  | Readonly<{ kind: 'retry'; reason: string; heal: string }>
  | Readonly<{ kind: 'held'; veto: Veto }>
  | Readonly<{ kind: 'needs-human'; reason: string; gate?: string; heal: string | null }>;

/**
 * One attempt to heal, from start to end: plan, gates, approval, gates again, journal, commands, settling,
 * verification, account. `signal` aborts while it waits (the device came back, netheal stops); once commands run only
 * `context.hardStop` ends it.
 */
export async function attemptHeal(
  context: RemedyContext,
  device: Monitored,
  incident: Incident,
  request: HealRequest,
  signal: AbortSignal,
): Promise<Next> {
  const { gates, approvals } = context;

  const attempt = incident.attempts + 1;
  const policy = device.config.healPolicy;
  // What fails now decides, not what failed when the incident began.
  const failure = device.state.failure ?? incident.failure;
  let planned = planAttempt(device.config, device.strategies, policy, failure, attempt);
  let asked = toAttempt(
    device,
    incident,
    planned ?? nothingPlanned(device, incident),
    request,
    context.hardStop,
  );

  const veto = await gates.ask(asked);
  if (veto) return heldBy(veto);
  if (!planned) return { kind: 'needs-human', reason: 'no strategy matches this failure', heal: null };
  const approval = request.force.includes('approval') ? 'auto' : planned.plan.approval;
  if (approval === 'never') {
    return { kind: 'needs-human', reason: 'its strategy says: approval never', gate: 'approval', heal: null };
  }
  if (context.mode() === 'observe') return observed(context, device, planned);

  const id = context.nextHealId();
  let heal = newHeal(id, asked, context.clock.now());
  if (approval === 'ask') {
    const proposal = propose(planned, context.journal.state.edits, incident.id);
    const { editedBy } = proposal;
    heal = { ...heal, plan: proposal.planned.plan, ...(editedBy !== undefined && { editedBy }) };
    const answer = await approvals.ask(heal, proposal, device, signal);
    if (answer.given === 'withdrawn')
      return { kind: 'over', outcome: 'refused', reason: answer.reason, heal: id };
    if (answer.given === 'rejected') {
      return { kind: 'needs-human', reason: answer.reason, gate: 'approval', heal: id };
    }
    // What was approved is what runs: a person may have changed the commands.
    planned = answer.planned;
    asked = { ...asked, plan: planned.plan };
    heal = { ...answer.heal, phase: 'running', by: answer.by, expiresAt: null };
  }

  // What is known may be old by now: a cool-down, a downtime, an approval or our own uplink has taken its time.
  // Nobody sends the commands for a port to a switch that has died since it was last looked at.
  const looked = planned.targets.filter((id) => id !== device.id || isOld(context, device));
  await Promise.all(looked.map((id) => context.checkNow(id)));
  const isKnown = !isOld(context, device) || request.force.includes('healthy');
  // A silence is also what a lost uplink looks like, and the witnesses were last asked some seconds ago.
  if (isKnown) await context.confirmUplink();
  // Gates are read again at the last moment, for the same reason.
  const entered = isKnown ? await gates.enter(asked) : { veto: UNKNOWN };
  if ('veto' in entered) {
    closeUnrun(context, heal, entered.veto.veto);
    return heldBy(entered.veto);
  }
  // The gates may have taken their time: the device came back meanwhile, a person took over, or netheal stops.
  if (signal.aborted) {
    entered.slot.leave();
    const reason = String(signal.reason ?? 'no longer needed');
    closeUnrun(context, heal, reason);
    return { kind: 'over', outcome: 'refused', reason, heal: null };
  }
  try {
    return await run(context, device, { ...asked, by: heal.by }, heal, planned);
  } finally {
    entered.slot.leave();
  }
}

/** After a restart: the attempt that was cut off counts, and the device is looked at before anything else is done. */
export async function verifyInterrupted(
  context: RemedyContext,
  device: Monitored,
  settleMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  device.setHealing(context.store, { phase: 'settling', reason: 'an attempt was interrupted by a restart' });
  await pause(context.clock, settleMs, signal);
  device.setHealing(context.store, { phase: 'verifying' });
  const transcript = new LiveTranscript(context.clock.now, () => undefined);
  return verify(context, device, transcript, signal);
}

async function run(
  context: RemedyContext,
  device: Monitored,
  attempt: HealAttempt,
  pending: HealView,
  planned: Planned,
): Promise<Next> {
  const { clock, hardStop } = context;

  // On the disk before the first command: after kill -9 nobody may believe that nothing was done.
  const record = new AttemptRecord(context, device, attempt, pending);
  try {
    record.begin();
  } catch (thrown) {
    const veto = `the attempt cannot be written to the journal (${messageOf(thrown)}), and without that it must not run`;
    closeUnrun(context, pending, veto);
    return heldBy({ gate: 'journal', veto, waitMs: 5_000 });
  }

  const steps = await runSteps(context, device, planned.strategy, record.transcript);
  if (hardStop.aborted) return interrupted(record, 'netheal was stopped', steps.acted);
  if (steps.failure !== null && !steps.acted) {
    record.finish('refused', steps.failure, false);
    return { kind: 'needs-human', reason: steps.failure, gate: 'access', heal: pending.id };
  }

  record.enter('settling');
  await pause(clock, planned.plan.settleMs, hardStop);
  record.enter('verifying');
  device.state = measuredAfresh(device.state);
  const verified = await verify(context, device, record.transcript, hardStop);
  if (hardStop.aborted && !verified)
    return interrupted(record, 'netheal was stopped before verification', true);

  coolDown(context, device, attempt.attempt);
  if (!verified) {
    const reason = steps.failure ?? 'the commands ran, but the device is still not well';
    record.finish('failed', reason, true);
    return { kind: 'retry', reason, heal: pending.id };
  }
  const reason =
    steps.failure === null
      ? 'verified by good checks in a row'
      : `${steps.failure}, yet the device is well again`;
  record.finish('healed', reason, true);
  return { kind: 'over', outcome: 'healed', reason, heal: pending.id };
}

/** A heal that was shown for its approval, and of which nothing was run in the end, does not look as if it ran. */
function closeUnrun({ clock, store }: RemedyContext, heal: HealView, reason: string): void {
  if (!store.heal(heal.id)) return;
  store.putHeal({ ...heal, phase: 'done', outcome: 'refused', reason, finishedAt: clock.now() });
}

function interrupted(record: AttemptRecord, reason: string, acted: boolean): Next {
  record.finish('interrupted', reason, acted);
  return { kind: 'over', outcome: 'interrupted', reason, heal: record.id };
}

const UNKNOWN: Veto = { gate: 'healthy', veto: 'its newest check says nothing' };

/** Whether the verdict on a device stems from another check than the newest, or from one that is long ago. */
function isOld({ clock }: RemedyContext, { last, config }: Monitored): boolean {
  return !last.judged || clock.monoMs() - last.endedMonoMs > config.check.retryIntervalMs;
}

function observed(context: RemedyContext, device: Monitored, { plan }: Planned): Next {
  const asked = plan.approval === 'ask' ? ', once somebody had approved it' : '';
  const reason = `would have run "${plan.strategy}" (attempt ${plan.attempt}/${plan.maxAttempts})${asked}`;
  tellObserved(context, device, reason);
  const { verifyWindowMs, waitBetweenAttemptsMs } = device.config.healPolicy;
  const tookMs = plan.settleMs + verifyWindowMs + waitBeforeNext(waitBetweenAttemptsMs, plan.attempt);
  return { kind: 'observed', reason: `observe mode: ${reason}`, tookMs };
}

/** What observe mode has in the place of a heal, and of the call for a person where the ladder ends. */
export function tellObserved(
  { store }: Pick<RemedyContext, 'store'>,
  { id, device }: Monitored,
  what: string,
): void {
  const message = `${device.label}: observe mode: ${what}`;
  store.addEvent({ type: 'heal-observed', level: 'info', device: id, message });
}

function heldBy(veto: Veto): Next {
  return veto.needsHuman
    ? { kind: 'needs-human', reason: veto.veto, gate: veto.gate, heal: null }
    : { kind: 'held', veto };
}

/** What the gates are asked about once the ladder has no rung left: they say why not. */
function nothingPlanned(device: Monitored, incident: Incident): Planned {
  const { maxAttempts, settleMs } = device.config.healPolicy;
  const attempt = incident.attempts + 1;
  return {
    plan: {
      device: device.id,
      strategy: 'none',
      attempt,
      maxAttempts,
      steps: [],
      risk: 'low',
      approval: 'auto',
      settleMs,
      hash: '',
    },
    strategy: {
      name: 'none',
      when: {},
      steps: [],
      settleMs,
      declaredRisk: null,
      risk: 'low',
      approval: 'auto',
    },
    targets: [device.id],
  };
}

export function toAttempt(
  device: Monitored,
  incident: Incident,
  planned: Planned,
  request: HealRequest,
  signal: AbortSignal,
): HealAttempt {
  const { plan, targets } = planned;
  const { attempt, maxAttempts } = plan;
  return {
    incident,
    device: device.device,
    plan,
    attempt,
    maxAttempts,
    by: request.by,
    force: request.force,
    targets,
    signal,
  };
}

function newHeal(id: string, attempt: HealAttempt, now: number): HealView {
  return {
    id,
    device: attempt.device.id,
    incident: attempt.incident.id,
    attempt: attempt.attempt,
    maxAttempts: attempt.maxAttempts,
    strategy: attempt.plan.strategy,
    phase: 'running',
    outcome: null,
    reason: null,
    by: attempt.by,
    plan: attempt.plan,
    startedAt: now,
    finishedAt: null,
    expiresAt: null,
    transcript: [],
  };
}
