import type { ProbeResult } from 'netheal/plugin';

/** The monitor's own fault: nothing is known about the device. */
export function localError(message: string): ProbeResult {
  return { ok: 'unknown', reason: 'local-error', message };
}

/** The check was given up by its caller. */
export function cancelled(): ProbeResult {
  return { ok: 'unknown', reason: 'skipped', message: 'the check was cancelled' };
}

/** The time a probe has: a little less than the check's own deadline, so that the probe's own words come first. */
export function windowOf(timeoutMs: number): Readonly<{ leftMs: () => number }> {
  const endMonoMs = performance.now() + timeoutMs - Math.min(50, timeoutMs / 10);
  return { leftMs: () => Math.max(1, endMonoMs - performance.now()) };
}
