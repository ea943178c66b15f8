import { pause } from './clock.ts';
import type { Monitored } from './monitored.ts';
import type { RemedyContext } from './remedy-context.ts';
import type { LiveTranscript } from './transcript.ts';

/** At least; where a recovery takes more to be believed, a healed device must be up by the same measure. */
const GOOD_CHECKS = 2;

/**
 * Two good checks (or `successThreshold`) in a row, of all probes, within the window, both begun after the settling. While
 * our own uplink is down nothing can be said: the window begins when it is back.
 */
export async function verify(
  { clock, checkNow, selfOffline }: Pick<RemedyContext, 'clock' | 'checkNow' | 'selfOffline'>,
  device: Monitored,
  transcript: LiveTranscript,
  signal: AbortSignal,
): Promise<boolean> {
  let seen = clock.monoMs();
  const { verifyWindowMs } = device.config.healPolicy;
  let deadline = seen + verifyWindowMs;
  const needed = Math.max(GOOD_CHECKS, device.config.check.successThreshold);
  let good = 0;
  while (!signal.aborted) {
    await checkNow(device.id);
    const { verdict, judged, monoMs, message } = device.last;
    // A check that was under way when the settling ended belongs to the time before.
    // One that the state did not take (our own uplink is down) proves nothing.
    const counts = verdict === 'failed' || (verdict === 'ok' && judged);
    if (monoMs >= seen && counts) {
      seen = monoMs;
      const overLimits = device.policy.healsDegraded === true && device.state.consecutiveOverLimits > 0;
      const isGood = verdict === 'ok' && !overLimits;
      good = isGood ? good + 1 : 0;
      const why = overLimits ? device.state.failure?.message : message;
      const said = isGood ? `good check ${good} of ${needed}` : `still failing: ${why}`;
      transcript.write('info', `verify: ${said}`);
      if (good === needed) return true;
    }
    if (selfOffline()) deadline = clock.monoMs() + verifyWindowMs;
    const leftMs = deadline - clock.monoMs();
    if (leftMs <= 0) return false;
    await pause(clock, Math.min(device.config.check.retryIntervalMs, leftMs), signal);
  }
  return false;
}
