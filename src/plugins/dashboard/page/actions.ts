import type { HealPlan } from 'netheal/plugin';
import { byId, setText } from './dom.ts';
import { askForToken, storedToken, tokenHeader } from './token.ts';

const TOAST_MS = 6_000;

/** False where no token is configured: then nobody may act, and no button is shown. */
export const MAY_ACT =
  document.querySelector<HTMLMetaElement>('meta[name=netheal-actions]')?.content === 'on';

/** What came of an action, in words; `plan` and `gates` where it was a dry run. */
export type Outcome = Readonly<{
  ok: boolean;
  message: string;
  plan?: HealPlan;
  gates?: readonly Readonly<{ gate: string; ok: boolean; reason: string | null }>[];
}>;

/** Asks the API to do something, and for the token where there is none yet. */
export async function act(path: string, body: Readonly<Record<string, unknown>> = {}): Promise<Outcome> {
  try {
    if (storedToken() === null && !(await askForToken('Actions need the token.'))) return NOTHING;
    let response = await post(path, body);
    if (response.status === 401) {
      if (!(await askForToken('That token is not the right one.'))) return NOTHING;
      response = await post(path, body);
    }
    const answer = (await response.json()) as Partial<Outcome> & { detail?: string };
    return response.ok
      ? { ...answer, ok: true, message: answer.message ?? 'Done.' }
      : { ok: false, message: `Refused: ${answer.detail ?? `status ${response.status}`}` };
  } catch {
    return { ok: false, message: 'netheal does not answer.' };
  }
}

const NOTHING: Outcome = { ok: false, message: 'Nothing was done.' };

function post(path: string, body: Readonly<Record<string, unknown>>): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...tokenHeader() },
    body: JSON.stringify({ by: 'dashboard', ...body }),
  });
}

let hide: ReturnType<typeof setTimeout> | undefined;

/** Says something for a moment. */
export function tell(text: string): void {
  const element = byId('toast');
  setText(element, text);
  element.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => {
    element.hidden = true;
  }, TOAST_MS);
}
