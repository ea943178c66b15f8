import { cleanLine, kindOfSystemError, type ProbeResult, wordsOfSystemError } from 'netheal/plugin';

/** The monitor's own fault: nothing is known about the device. */
export function localError(message: string): ProbeResult {
  return { ok: 'unknown', reason: 'local-error', message };
}

/** The check was given up by its caller. */
export function cancelled(): ProbeResult {
  return { ok: 'unknown', reason: 'skipped', message: 'the check was cancelled' };
}

/** The device did answer, only not as it should. */
export function failed(message: string, rttMs?: number): ProbeResult {
  return { ok: false, reason: 'failed', message, ...(rttMs === undefined ? {} : { rttMs }) };
}

/**
 * What an error of a socket says: about the device, or only about this machine. `about` leads the message; `answered`:
 * the connection had been made.
 */
export function resultOfError(error: unknown, about = '', answered = false): ProbeResult {
  if ((error as { code?: unknown } | null)?.code === 'ABORT_ERR') return cancelled();
  const message = about + cleanLine(wordsOfSystemError(error), 200);
  const kind = kindOfSystemError(error) ?? 'failed';
  if (kind === 'local-error') return localError(message);
  // Only the other side, or something on the way there, resets a connection.
  const isAnswer = answered || (error as { code?: unknown } | null)?.code === 'ECONNRESET';
  return { ok: false, reason: kind, message, ...(isAnswer && { answered: true }) };
}

/** The time a probe has: a little less than the check's own deadline, so that the probe's own words come first. */
export function windowOf(timeoutMs: number): Readonly<{ leftMs: () => number }> {
  const endMonoMs = performance.now() + timeoutMs - Math.min(50, timeoutMs / 10);
  return { leftMs: () => Math.max(1, endMonoMs - performance.now()) };
}
