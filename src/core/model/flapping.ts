/**
 * Flapping as Nagios detects it: the share of changes among the last 21 results, newer changes weighing more.
 * See "Detection and handling of state flapping" in the Nagios Core manual.
 */

/** How many results are looked at: 21 results have 20 possible changes. */
export const FLAP_HISTORY = 21;
/** A device that is not flapping starts to at this percentage. */
const FLAP_START_PERCENT = 30;
/** A flapping device stops at this percentage; the gap between the two keeps the notice from flapping itself. */
const FLAP_STOP_PERCENT = 20;

const CHANGES = FLAP_HISTORY - 1;
const OLDEST_WEIGHT = 0.75;
const NEWEST_WEIGHT = 1.25;
const WEIGHT_STEP = (NEWEST_WEIGHT - OLDEST_WEIGHT) / (CHANGES - 1);

/** Weighted percentage of change, 0..100. Results that are not there yet count as no change. */
export function flapPercent(history: readonly boolean[]): number {
  // A short history is the newest end of a full one, so its changes keep the weights they will have then.
  const missing = FLAP_HISTORY - history.length;
  let sum = 0;
  for (let i = 1; i < history.length; i++) {
    if (history[i] !== history[i - 1]) sum += OLDEST_WEIGHT + (missing + i - 1) * WEIGHT_STEP;
  }
  return (sum * 100) / CHANGES;
}

/** Whether a device flaps now, given whether it did before: between the two limits nothing changes. */
export function isFlapping(before: boolean, percent: number): boolean {
  return before ? percent > FLAP_STOP_PERCENT : percent >= FLAP_START_PERCENT;
}
