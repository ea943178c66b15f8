import type { ProbeResult } from '../plugin.ts';

const REASONS: Readonly<Record<'false' | 'unknown', readonly string[]>> = {
  false: ['timeout', 'unreachable', 'refused', 'dns', 'failed'],
  unknown: ['local-error', 'stalled', 'skipped'],
};

/** Whether what a plugin answered is a probe result: everything behind it relies on its shape. */
export function isProbeResult(value: unknown): value is ProbeResult {
  if (typeof value !== 'object' || value === null) return false;
  const { ok, rttMs, lossPercent, reason, message } = value as Record<string, unknown>;
  if (ok === true) return isNumber(rttMs) && (lossPercent === undefined || isNumber(lossPercent));
  if (ok !== false && ok !== 'unknown') return false;
  if (rttMs !== undefined && !isNumber(rttMs)) return false;
  return REASONS[`${ok}`].includes(String(reason)) && typeof message === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}
