import type { StepResult } from 'netheal/plugin';

/** Nothing reached the target: the attempt is not spent. */
export function notActed(message: string): StepResult {
  return { ok: false, acted: false, message };
}

/** Something may have happened, and it was not what was wanted. */
export function actedInVain(message: string): StepResult {
  return { ok: false, acted: true, message };
}
