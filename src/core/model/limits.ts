/** When a device that answers does not answer well enough. Pure. */
import type { CheckOutcome, CheckPolicy, Failure } from './types.ts';

/** Over how many checks loss is averaged. */
export const LOSS_WINDOW = 20;
/** Average loss over the last checks in percent; 0 before the first. */
export function averageLossPercent(lossWindow: readonly number[]): number {
  if (lossWindow.length === 0) return 0;
  let sum = 0;
  for (const loss of lossWindow) sum += loss;
  return sum / lossWindow.length;
}

/** Why an answer is over the limits of the policy, or null where it is within them. */
export function limitFailure(
  outcome: Extract<CheckOutcome, { verdict: 'ok' }>,
  lossWindow: readonly number[],
  policy: CheckPolicy,
): Failure | null {
  const { degraded } = policy;
  const probe = outcome.probe ?? 'icmp';
  // Of a young window the checks to come count as answered: one lost packet in five is no scandal yet.
  const loss = (averageLossPercent(lossWindow) * lossWindow.length) / LOSS_WINDOW;
  if (loss >= degraded.lossPercent) {
    const message = `${round(loss)} % loss over the last ${LOSS_WINDOW} checks, the limit is ${degraded.lossPercent} %`;
    return { kind: 'loss', probe, message };
  }
  if (outcome.rttMs !== null && outcome.rttMs > degraded.rttMs) {
    const message = `answered in ${round(outcome.rttMs)} ms, the limit is ${degraded.rttMs} ms`;
    return { kind: 'rtt', probe, message };
  }
  return null;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
