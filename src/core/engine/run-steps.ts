import { messageOf } from '../errors.ts';
import type { StepResult } from '../plugin.ts';
import type { Monitored } from './monitored.ts';
import type { BoundStrategy, PreparedStep } from './plan.ts';
import type { RemedyContext } from './remedy-context.ts';
import type { LiveTranscript } from './transcript.ts';

/** A healer ends by itself when its signal aborts; one that does not is left behind after this time. */
const HANG_MS = 5_000;

type StepContext = Pick<RemedyContext, 'clock' | 'hardStop'>;

/** Runs the steps in order and stops at the first that fails. `acted`: something may have been run somewhere. */
export async function runSteps(
  context: StepContext,
  device: Monitored,
  strategy: BoundStrategy,
  transcript: LiveTranscript,
): Promise<{ acted: boolean; failure: string | null }> {
  let acted = false;
  for (const step of strategy.steps) {
    if (context.hardStop.aborted) return { acted, failure: 'netheal was stopped' };
    const result = await runStep(context, device, step, transcript);
    if (!result.ok) return { acted: acted || result.acted, failure: transcript.masked(result.message) };
    acted ||= result.acted !== false;
  }
  return { acted, failure: null };
}

async function runStep(
  { clock, hardStop }: StepContext,
  device: Monitored,
  { healer, spec, target, ssh, timeoutMs }: PreparedStep,
  transcript: LiveTranscript,
): Promise<StepResult> {
  transcript.place = target.id === device.id ? null : target.label;
  if (transcript.place !== null) transcript.write('info', `on ${target.label} (${target.address})`);
  if (healer.needsSsh && !ssh) {
    return { ok: false, acted: false, message: `the config has no ssh access to ${target.id}` };
  }
  for (const secret of [ssh?.password, ssh?.passphrase, ssh?.enableSecret, ssh?.sudoPassword]) {
    if (secret) transcript.mask(secret);
  }
  const deadline = new AbortController();
  const hung = Promise.withResolvers<StepResult>();
  const giveUp = () => hung.resolve({ ok: false, acted: true, message: `healer ${healer.kind} hangs` });
  const timers = [
    clock.setTimer(() => deadline.abort(), timeoutMs),
    clock.setTimer(giveUp, timeoutMs + HANG_MS),
  ];
  const onHardStop = () => void timers.push(clock.setTimer(giveUp, HANG_MS));
  hardStop.addEventListener('abort', onHardStop);
  const signal = AbortSignal.any([deadline.signal, hardStop]);
  try {
    const result = await Promise.race([
      healer.run({ spec, device: device.device, target, ssh, timeoutMs, signal, transcript }),
      hung.promise,
    ]);
    if (isStepResult(result)) return result;
    const message = `healer ${healer.kind} answered something that is no result`;
    return { ok: false, acted: true, message };
  } catch (thrown) {
    // A healer that throws may have done anything: the attempt counts.
    return { ok: false, acted: true, message: `healer ${healer.kind} failed: ${messageOf(thrown)}` };
  } finally {
    hardStop.removeEventListener('abort', onHardStop);
    for (const timer of timers) clock.clearTimer(timer);
  }
}

function isStepResult(value: unknown): value is StepResult {
  if (typeof value !== 'object' || value === null) return false;
  const { ok, acted, message } = value as Record<string, unknown>;
  return ok === true || (ok === false && typeof acted === 'boolean' && typeof message === 'string');
}
