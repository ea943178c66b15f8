import type { ProbeResult } from '../plugin.ts';

const REASONS: Readonly<Record<'false' | 'unknown', readonly string[]>> = {
  false: ['timeout', 'unreachable', 'refused', 'dns', 'failed'],
  unknown: ['local-error', 'stalled', 'skipped'],
};

/** Whether what a plugin answered is a probe result: everything behind it relies on its shape. */
export function isProbeResult(value: unknown): value is ProbeResult {
  if (typeof value !== 'object' || value === null) return false;
  const { ok, rttMs, lossPercent, answered, reason, message } = value as Record<string, unknown>;
  if (ok === true) return isNumber(rttMs) && (lossPercent === undefined || isNumber(lossPercent));
  if (ok !== false && ok !== 'unknown') return false;
  if (rttMs !== undefined && !isNumber(rttMs)) return false;
  if (answered !== undefined && typeof answered !== 'boolean') return false;
  return REASONS[`${ok}`].includes(String(reason)) && typeof message === 'string';
}

/**
 * Did packets come back? A wrong answer and a refusal prove that we are not cut off as well as a right one does. What a
 * command of the exec probe ends with proves nothing: its time is its own. Null: the monitor could not even look.
 */
export function cameBack(result: ProbeResult): boolean | null {
  if (result.ok !== false) return result.ok === 'unknown' ? null : true;
  const { reason, rttMs, exitCode, answered = rttMs !== undefined && exitCode === undefined } = result;
  return answered || reason === 'refused';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}
