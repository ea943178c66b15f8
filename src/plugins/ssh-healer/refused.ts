import type { SshAccess } from 'netheal/plugin';

/** The step of a login at which it ended. */
export type Stage = 'credentials' | 'connect' | 'handshake' | 'host key' | 'login' | 'jump';

/** Why there is no session. Nothing was run. */
export type Refused = Readonly<{
  stage: Stage;
  message: string;
  /** What to do about it. */
  mend?: string;
  /** The hop it happened at, once that is known. */
  at?: SshAccess;
}>;

/** What an aborted signal means, in words. */
export function abortReason(signal: AbortSignal): string {
  return signal.reason?.name === 'TimeoutError' ? 'the time of the step was up' : 'cancelled';
}

/** The refusal as one sentence: where, at which step, why, and the mend. */
export function describeRefused(refused: Refused, access: SshAccess): string {
  const at = refused.at ?? access;
  const place = `${at.username}@${at.host}:${at.port}`;
  const hop = at === access ? '' : ` (on the way to ${access.name})`;
  const mend = refused.mend ? `; mend: ${refused.mend}` : '';
  return `SSH to ${at.name} [${place}]${hop} failed at ${refused.stage}: ${refused.message}${mend}`;
}
