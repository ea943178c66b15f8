import type { Hooks } from '../kernel/hooks.ts';
import { transition } from '../model/state.ts';
import type { Topology } from '../model/topology.ts';
import { parentsVerdict } from '../model/topology.ts';
import type { CheckOutcome, HealingPhase, Surroundings } from '../model/types.ts';
import type { CheckRecord, ProbeResult } from '../plugin.ts';
import type { Store } from '../store.ts';
import type { Clock } from './clock.ts';
import { type FactsContext, tellFacts } from './facts.ts';
import { judge } from './judge.ts';
import type { Monitored } from './monitored.ts';
import { type RunProbeContext, runProbe } from './run-probe.ts';
import type { StallWatch } from './stall-watch.ts';
import type { Uplink } from './uplink.ts';

export type CycleContext = RunProbeContext &
  FactsContext &
  Readonly<{
    clock: Clock;
    hooks: Hooks;
    store: Store;
    stalls: StallWatch;
    uplink: Uplink;
    topology: () => Topology;
    device: (id: string) => Monitored | undefined;
    checkNow: (id: string) => Promise<void>;
    /** What keeps this machine from sending to an address; undefined where nothing does, or it is not known. */
    sendFault: (address: string) => Promise<string | undefined>;
    record: (record: CheckRecord) => void;
  }>;

/** A check that says nothing is repeated after this time at the soonest: a broken prober must not spin. */
const REPEAT_MS = 100;

/**
 * One check of one device, from start to end: probes, verdict, state, records, events, hooks; a heal is started by the
 * facts and not awaited. Answers when the next check is due.
 */
export async function runCheck(
  context: CycleContext,
  device: Monitored,
  dueMonoMs: number,
): Promise<Readonly<{ delayMs: number; jitter: boolean }>> {
  const { clock, hooks, store } = context;
  const at = clock.now();
  const monoMs = clock.monoMs();
  const { packets, intervalMs, retryIntervalMs } = device.config.check;
  // A probe may have more time than the others: its silence is no sign that we were late.
  const timeoutMs = Math.max(device.config.check.timeoutMs, ...device.probes.map((probe) => probe.timeoutMs));

  const results = await Promise.all(
    device.probes.map((probe) => runProbe(context, probe, device.device, packets)),
  );

  let outcome = judge(device.probes, results, at, monoMs);
  if (outcome.verdict === 'ok' && isUnknown(device, results)) {
    outcome = { verdict: 'unknown', at, monoMs, reason: 'the probe that failed could not look' };
  }
  let repeat = false;
  if (outcome.verdict === 'failed' && stalled(context, dueMonoMs, timeoutMs)) {
    outcome = { verdict: 'unknown', at, monoMs, reason: 'netheal itself was held up during the check' };
    repeat = true;
  }
  if (outcome.verdict === 'failed' && wouldBeHard(device)) {
    outcome = await confirmed(context, device, outcome);
  }
  // Judged by the uplink as it is when the check ends, a request from before its return would be held against the device.
  if (outcome.verdict === 'failed' && !context.uplink.offline && context.uplink.wasOfflineSince(monoMs)) {
    outcome = { verdict: 'unknown', at, monoMs, reason: 'our own uplink was down during the check' };
  }

  const before = device.state;
  const { state, facts, judged } = transition(
    before,
    outcome,
    device.policy,
    surroundingsOf(context, device),
  );
  device.state = state;
  device.last.note(outcome, judged, clock.monoMs());
  account(context, device, outcome, results);
  store.deviceChanged(device.id);

  context.record(toRecord(context, device, outcome));
  if (hooks.onSample.isUsed()) {
    for (const [index, { name }] of device.probes.entries()) {
      const result = results[index]!;
      hooks.onSample.call({ at, device: device.device, probe: name, primary: index === 0, result });
    }
  }
  tellFacts(context, device, facts);

  if (repeat) return { delayMs: Math.max(0, clock.monoMs() - dueMonoMs) + REPEAT_MS, jitter: false };
  const quick = outcome.verdict === 'failed' ? device.state.hardness === 'soft' : isConfirming(device);
  return quick || outcome.verdict === 'unknown'
    ? { delayMs: retryIntervalMs, jitter: false }
    : { delayMs: intervalMs, jitter: true };
}

/** Could a probe that failed last time not look this time? A device is not well because its other probes say so. */
function isUnknown({ state, probes }: Monitored, results: readonly ProbeResult[]): boolean {
  if (state.failing.length === 0) return false;
  return probes.some(({ name }, index) => results[index]!.ok === 'unknown' && state.failing.includes(name));
}

/** While a recovery is being confirmed, checks come as quickly as while a failure is. */
function isConfirming({ state }: Monitored): boolean {
  return state.hardness === 'soft' && state.reachability !== 'unknown';
}

/** Did this process sleep while the answer may have come? Then the silence says nothing. */
function stalled({ clock, stalls }: CycleContext, dueMonoMs: number, timeoutMs: number): boolean {
  const longest = stalls.longestSince(dueMonoMs);
  // A check takes up to its timeout; what is far beyond that was not the device's doing either.
  const lateMs = clock.monoMs() - dueMonoMs - timeoutMs;
  return longest > Math.max(200, timeoutMs / 2) || lateMs > Math.max(2_000, 2 * timeoutMs);
}

function wouldBeHard({ state, config }: Monitored): boolean {
  return state.reachability !== 'down' && state.consecutiveFailures + 1 >= config.check.failureThreshold;
}

/**
 * Before a device is declared down: are we ourselves cut off, and what about its parents? They are looked at now, so
 * that a slow poll of a parent cannot put the blame on the child. While a parent's own failure is being confirmed, the
 * child's verdict waits.
 */
async function confirmed(
  context: CycleContext,
  device: Monitored,
  outcome: CheckOutcome,
): Promise<CheckOutcome> {
  const parents = device.device.parents
    .map((id) => context.device(id))
    .filter((parent) => parent !== undefined);
  const doubtful = parents.filter(({ state }) => state.reachability === 'up' || state.hardness === 'soft');
  await Promise.all([context.uplink.confirm(), ...doubtful.map(({ id }) => context.checkNow(id))]);
  const failing = parents.find(isInDoubt);
  const answering = parents.some(
    (parent) =>
      isWell(parent.state.reachability) && parent.state.consecutiveFailures === 0 && !isInDoubt(parent),
  );
  const { at, monoMs } = outcome;
  // A firewall of our own may swallow what we send: then the silence is ours.
  const isSilent = outcome.verdict === 'failed' && outcome.failure.kind === 'timeout';
  const fault = isSilent ? await context.sendFault(device.device.address) : undefined;
  if (fault !== undefined)
    return { verdict: 'unknown', at, monoMs, reason: `nothing can be sent to it from here: ${fault}` };
  if (!failing || answering) return outcome;
  return {
    verdict: 'unknown',
    at,
    monoMs,
    reason: `waits for the verdict on ${failing.id}, which it hangs under`,
  };
}

/** Its failure is being confirmed, or it is being healed, so that its silence does not count yet: a switch that reboots. */
function isInDoubt({ state, healing, last }: Monitored): boolean {
  return (
    (state.hardness === 'soft' && state.consecutiveFailures > 0) ||
    (isBeingHealed(healing.phase) && last.verdict === 'failed' && state.reachability !== 'down')
  );
}

/** Its commands run, it settles, or it is being verified: its failures do not count. */
export function isBeingHealed(phase: HealingPhase): boolean {
  return phase === 'running' || phase === 'settling' || phase === 'verifying';
}

function isWell(reachability: string): boolean {
  return reachability === 'up' || reachability === 'degraded';
}

function surroundingsOf({ topology, device: find, uplink }: CycleContext, device: Monitored): Surroundings {
  const { phase } = device.healing;
  return {
    parents: parentsVerdict(
      device.id,
      topology(),
      (id) => find(id)?.state,
      (id) => find(id)?.primaryProbe,
    ),
    selfOffline: uplink.offline,
    failuresIgnored: isBeingHealed(phase),
  };
}

function account(
  { clock, uplink }: CycleContext,
  device: Monitored,
  outcome: CheckOutcome,
  results: readonly ProbeResult[],
): void {
  device.lastResults = results;
  const ok = outcome.verdict === 'unknown' || uplink.offline ? null : outcome.verdict === 'ok';
  const rttMs = outcome.verdict === 'unknown' ? null : outcome.rttMs;
  device.samples.add(outcome.at, rttMs, ok);
  if (ok !== null) device.stats.countCheck(ok, rttMs);
  device.stand(clock.monoMs(), uplink.offline);
}

function toRecord({ uplink }: CycleContext, device: Monitored, outcome: CheckOutcome): CheckRecord {
  const { reachability } = device.state;
  const excluded = uplink.offline || device.downtime !== null;
  const common = { at: outcome.at, device: device.device, reachability, excluded };
  if (outcome.verdict === 'unknown')
    return { ...common, ok: null, rttMs: null, lossPercent: 0, failure: null };
  return {
    ...common,
    ok: outcome.verdict === 'ok',
    rttMs: outcome.rttMs,
    lossPercent: outcome.lossPercent,
    failure: outcome.verdict === 'failed' ? outcome.failure : null,
  };
}
