/**
 * What one check of a device means. Pure: time, policy and surroundings are arguments, and nothing else is looked at.
 *
 * In short:
 * - A failure is *soft* until `failureThreshold` of them came in a row; soft failures change no reachability.
 * - Confirmed with reachable parents it is hard `down` and opens (or continues) an incident; confirmed behind blocked
 *   parents it is hard `unreachable` and opens none.
 * - An unreachable device whose parents are back, and which still fails, is judged afresh: what failed behind a dead
 *   parent proves nothing, and it may take longer to come back than the parent.
 * - A down device with its own open incident stays `down` when its parents break too: the incident goes on.
 * - Recovery is visible only when it is hard, after `successThreshold` good checks. Two cases are quick: the first
 *   answer of a device never seen, and the first answer after soft failures.
 * - `degraded` answers, but over its limits. It counts as up for flapping and as recovered for an incident (unless a
 *   strategy is for it: then it opens one), but the healthy period that closes the incident runs only while hard up.
 */
import { FLAP_HISTORY, flapPercent, isFlapping } from './flapping.ts';
import { LOSS_WINDOW, limitFailure } from './limits.ts';
import { slide } from './sliding-window.ts';
import type {
  CheckOutcome,
  CheckPolicy,
  DeviceState,
  Fact,
  Failure,
  Hardness,
  Reachability,
  Surroundings,
} from './types.ts';

/** The next state, and what follows from the check in the order in which it should be told. */
export type Transition = Readonly<{
  state: DeviceState;
  facts: readonly Fact[];
  /** False: the check says nothing about the device, or nothing that may be held against it now. */
  judged: boolean;
}>;

type OkOutcome = Extract<CheckOutcome, { verdict: 'ok' }>;
type FailedOutcome = Extract<CheckOutcome, { verdict: 'failed' }>;

/** What a check says about the device itself, before incidents and flapping are looked at. */
type Verdict = Readonly<{
  reachability: Reachability;
  hardness: Hardness;
  failure: Failure | null;
  failing: readonly string[];
  consecutiveFailures: number;
  consecutiveSuccesses: number;
  consecutiveOverLimits: number;
  lossWindow: readonly number[];
  /** What to tell of the confirmation itself. */
  soft: Fact | null;
}>;

const NOTHING: readonly never[] = Object.freeze([]);

/** A device before its first check. */
export function initialState(at: number, monoMs: number): DeviceState {
  return {
    reachability: 'unknown',
    hardness: 'soft',
    since: at,
    sinceMonoMs: monoMs,
    consecutiveFailures: 0,
    consecutiveSuccesses: 0,
    consecutiveOverLimits: 0,
    failure: null,
    failing: NOTHING,
    lossWindow: NOTHING,
    flapHistory: NOTHING,
    flapping: false,
    incident: null,
    incidentRecovered: false,
    healthySinceMonoMs: null,
  };
}

const STATE_KEYS = Object.keys(initialState(0, 0)) as readonly (keyof DeviceState)[];

/** The state of a device that is the root cause of incident `id`, until `incident-closed`. */
export function withIncident(state: DeviceState, id: string): DeviceState {
  // A person may heal what is well: the healthy period that ends the incident begins with it.
  return { ...state, incident: id, incidentRecovered: false, healthySinceMonoMs: null };
}

/** The state of a device that flapped when netheal ended: it has to settle before it is healed, as if nothing had been. */
export function withFlapping(state: DeviceState, flapHistory: readonly boolean[]): DeviceState {
  return { ...state, flapHistory, flapping: true };
}

/** Whether the device is what an incident is about: confirmed down, or degraded where a strategy is for that. */
export function isBroken(
  { reachability, hardness }: Pick<DeviceState, 'reachability' | 'hardness'>,
  { healsDegraded = false }: Pick<CheckPolicy, 'healsDegraded'>,
): boolean {
  return hardness === 'hard' && (reachability === 'down' || (healsDegraded && reachability === 'degraded'));
}

/** After the remedy for a degraded device: the losses before it say nothing about how it is now. */
export function measuredAfresh(state: DeviceState): DeviceState {
  return state.reachability === 'degraded' ? { ...state, lossWindow: NOTHING } : state;
}

/** Once our own uplink is found to be gone: failures that were not confirmed yet were perhaps its doing. */
export function withoutSoftFailures(state: DeviceState): DeviceState {
  return state.reachability === 'down' || state.consecutiveFailures === 0
    ? state
    : { ...state, consecutiveFailures: 0 };
}

/**
 * One check, judged. A check that says nothing about the device (our own fault, our own uplink gone, failures that a
 * running heal explains) returns the very same state and no facts, and so does one that only confirms what is known.
 */
export function transition(
  state: DeviceState,
  outcome: CheckOutcome,
  policy: CheckPolicy,
  surroundings: Surroundings,
): Transition {
  if (outcome.verdict === 'unknown' || surroundings.selfOffline)
    return { state, facts: NOTHING, judged: false };
  if (outcome.verdict === 'failed') {
    if (surroundings.failuresIgnored) return { state, facts: NOTHING, judged: false };
    return conclude(state, failedCheck(state, outcome, policy, surroundings), outcome, policy);
  }
  const lossWindow = lossWindowAfterAnswer(state, outcome.lossPercent);
  // A rebooting device is slow at first: while its heal settles the limits can keep it degraded, but not make it so.
  const judgeLimits = !surroundings.failuresIgnored || state.reachability === 'degraded';
  const overLimit = judgeLimits ? limitFailure(outcome, lossWindow, policy) : null;
  if (!isAnswering(state.reachability)) {
    return conclude(state, answerOfSilentDevice(state, overLimit, lossWindow, policy), outcome, policy);
  }
  if (overLimit === null) {
    return conclude(state, answerWithinLimits(state, lossWindow, policy), outcome, policy);
  }
  return conclude(state, answerOverLimits(state, overLimit, lossWindow, policy), outcome, policy);
}

function goodInARow(state: DeviceState, policy: CheckPolicy): number {
  return Math.min(state.consecutiveSuccesses + 1, policy.successThreshold);
}

function isAnswering(reachability: Reachability): boolean {
  return reachability === 'up' || reachability === 'degraded';
}

function failedCheck(
  state: DeviceState,
  outcome: FailedOutcome,
  policy: CheckPolicy,
  surroundings: Surroundings,
): Verdict {
  const blocked = surroundings.parents === 'blocked';
  // What failed behind a dead parent proves nothing: once the parent is back, the device is given time to come back too.
  const afresh = state.reachability === 'unreachable' && state.hardness === 'hard' && !blocked;
  const count = afresh ? 1 : state.consecutiveFailures + 1;
  const threshold = policy.failureThreshold;
  const reachability = reachabilityAfterFailure(state, count >= threshold, blocked);
  const hard = reachability === 'down' || (reachability === 'unreachable' && blocked);
  return {
    reachability,
    hardness: hard ? 'hard' : 'soft',
    failure: outcome.failure,
    failing: outcome.failing,
    consecutiveFailures: count,
    consecutiveSuccesses: 0,
    consecutiveOverLimits: hard ? 0 : state.consecutiveOverLimits,
    lossWindow: slide(state.lossWindow, outcome.lossPercent, LOSS_WINDOW),
    soft: hard ? null : { type: 'soft-failure', failure: outcome.failure, count, threshold },
  };
}

function reachabilityAfterFailure(state: DeviceState, confirmed: boolean, blocked: boolean): Reachability {
  if (state.reachability === 'down') return blocked && state.incident === null ? 'unreachable' : 'down';
  if (!confirmed) return state.reachability;
  return blocked ? 'unreachable' : 'down';
}

/** The losses of an outage belong to the outage: what comes after it is measured afresh, or it would look degraded. */
function lossWindowAfterAnswer(state: DeviceState, lossPercent: number): readonly number[] {
  if (state.reachability === 'down' || state.reachability === 'unreachable') return [lossPercent];
  return slide(state.lossWindow, lossPercent, LOSS_WINDOW);
}

/** An answer of a device that is unknown, down or unreachable: the way back up. */
function answerOfSilentDevice(
  state: DeviceState,
  overLimit: Failure | null,
  lossWindow: readonly number[],
  policy: CheckPolicy,
): Verdict {
  const successes = goodInARow(state, policy);
  const overLimits = overLimit === null ? 0 : state.consecutiveOverLimits + 1;
  const common = { failing: NOTHING, consecutiveFailures: 0, consecutiveOverLimits: overLimits, lossWindow };
  const recovered = state.reachability === 'unknown' || successes >= policy.successThreshold;
  if (!recovered) {
    return {
      ...common,
      reachability: state.reachability,
      hardness: 'soft',
      failure: state.failure,
      consecutiveSuccesses: successes,
      soft: null,
    };
  }
  const degraded = overLimit !== null && overLimits >= policy.failureThreshold;
  return {
    ...common,
    reachability: degraded ? 'degraded' : 'up',
    hardness: 'hard',
    failure: degraded ? overLimit : null,
    consecutiveSuccesses: degraded ? 0 : successes,
    soft: null,
  };
}

function answerWithinLimits(state: DeviceState, lossWindow: readonly number[], policy: CheckPolicy): Verdict {
  const successes = goodInARow(state, policy);
  const up = state.reachability === 'up' || successes >= policy.successThreshold;
  // In a degraded device "soft" may also mean that the way back up is being confirmed: that was no soft failure.
  const softFailures =
    state.reachability === 'up' && state.hardness === 'soft'
      ? state.consecutiveFailures + state.consecutiveOverLimits
      : state.consecutiveFailures;
  return {
    reachability: up ? 'up' : 'degraded',
    hardness: up ? 'hard' : 'soft',
    failure: up ? null : state.failure,
    failing: NOTHING,
    consecutiveFailures: 0,
    consecutiveSuccesses: successes,
    consecutiveOverLimits: 0,
    lossWindow,
    soft: softFailures > 0 ? { type: 'soft-recovery', failures: softFailures } : null,
  };
}

function answerOverLimits(
  state: DeviceState,
  overLimit: Failure,
  lossWindow: readonly number[],
  policy: CheckPolicy,
): Verdict {
  const count = state.consecutiveOverLimits + 1;
  const threshold = policy.failureThreshold;
  const wasDegraded = state.reachability === 'degraded';
  const degraded = wasDegraded || count >= threshold;
  const softFailures = state.consecutiveFailures;
  const backToDegraded: Fact | null =
    wasDegraded && softFailures > 0 ? { type: 'soft-recovery', failures: softFailures } : null;
  return {
    reachability: degraded ? 'degraded' : 'up',
    hardness: degraded ? 'hard' : 'soft',
    failure: overLimit,
    failing: NOTHING,
    consecutiveFailures: 0,
    consecutiveSuccesses: 0,
    consecutiveOverLimits: count,
    lossWindow,
    soft: degraded ? backToDegraded : { type: 'soft-failure', failure: overLimit, count, threshold },
  };
}

/** Puts the verdict into the state, and finds out what it means for the incident and for flapping. */
function conclude(
  state: DeviceState,
  verdict: Verdict,
  outcome: OkOutcome | FailedOutcome,
  policy: CheckPolicy,
): Transition {
  const { soft, ...judged } = verdict;
  const changed = judged.reachability !== state.reachability;
  const facts: Fact[] = [];
  if (soft !== null) facts.push(soft);
  if (changed) {
    const { reachability: to, failure } = judged;
    facts.push({ type: 'status-change', from: state.reachability, to, failure });
  }
  const hardUp = judged.reachability === 'up' && judged.hardness === 'hard';
  const healthySinceMonoMs = hardUp ? (state.healthySinceMonoMs ?? outcome.monoMs) : null;
  const healthyMs = healthySinceMonoMs === null ? null : outcome.monoMs - healthySinceMonoMs;
  const next: DeviceState = {
    ...judged,
    since: changed ? outcome.at : state.since,
    sinceMonoMs: changed ? outcome.monoMs : state.sinceMonoMs,
    ...incidentAfter(state, judged, healthyMs, policy, facts),
    healthySinceMonoMs,
    ...flappingAfter(state, judged, facts),
  };
  if (facts.length > 0) return { state: next, facts, judged: true };
  return { state: same(state, next) ? state : next, facts: NOTHING, judged: true };
}

/** Nearly every check of a healthy fleet changes nothing: then the old object stays, and is no work for the collector. */
function same(a: DeviceState, b: DeviceState): boolean {
  for (const key of STATE_KEYS) if (a[key] !== b[key]) return false;
  return true;
}

/** Where the incident stands after a verdict; its facts are added to `facts`. */
function incidentAfter(
  state: DeviceState,
  judged: Pick<DeviceState, 'reachability' | 'hardness' | 'failure'>,
  healthyMs: number | null,
  policy: CheckPolicy,
  facts: Fact[],
): Pick<DeviceState, 'incident' | 'incidentRecovered'> {
  const { incident } = state;
  const changed = judged.reachability !== state.reachability;
  if (changed && isBroken(judged, policy) && judged.failure !== null) {
    facts.push({ type: incident === null ? 'threshold-reached' : 'relapse', failure: judged.failure });
    return { incident, incidentRecovered: false };
  }
  if (incident === null) return { incident, incidentRecovered: false };

  // From up to degraded is a change for the worse; every other way into these two is a recovery.
  const better = changed && isAnswering(judged.reachability) && state.reachability !== 'up';
  if (better && !state.incidentRecovered) facts.push({ type: 'incident-recovered' });
  if (healthyMs !== null && healthyMs >= policy.minHealthyPeriodMs) {
    facts.push({ type: 'incident-closed' });
    return { incident: null, incidentRecovered: false };
  }
  return { incident, incidentRecovered: state.incidentRecovered || better };
}

/**
 * The history after a verdict. Soft results are not recorded (a soft recovery is a hard result again), and neither is
 * `unreachable`: a flapping parent must not make its children flap.
 */
function flappingAfter(
  state: DeviceState,
  judged: Pick<DeviceState, 'reachability' | 'hardness'>,
  facts: Fact[],
): Pick<DeviceState, 'flapHistory' | 'flapping'> {
  if (judged.hardness === 'soft' || judged.reachability === 'unreachable') {
    return { flapHistory: state.flapHistory, flapping: state.flapping };
  }
  const flapHistory = slide(state.flapHistory, judged.reachability !== 'down', FLAP_HISTORY);
  const percent = flapPercent(flapHistory);
  const flapping = isFlapping(state.flapping, percent);
  if (flapping !== state.flapping) {
    facts.push({ type: flapping ? 'flapping-started' : 'flapping-stopped', percent });
  }
  return { flapHistory, flapping };
}
