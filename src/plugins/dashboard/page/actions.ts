import { byId, el, setText } from './dom.ts';
import { askForToken, storedToken } from './token.ts';

const TOAST_MS = 6_000;

/** False where no token is configured: then nobody may act, and no button is shown. */
export const MAY_ACT =
  document.querySelector<HTMLMetaElement>('meta[name=netheal-actions]')?.content === 'on';

/** A button that asks the API for something and says what came of it. */
export function actionButton(
  label: string,
  path: string,
  body: () => Readonly<Record<string, unknown>> = () => ({}),
): HTMLButtonElement {
  const button = el('button', '', [label], { type: 'button' });
  button.addEventListener('click', async () => {
    button.disabled = true;
    toast(await act(path, body()));
    button.disabled = false;
  });
  return button;
}

async function act(path: string, body: Readonly<Record<string, unknown>>): Promise<string> {
  try {
    if (storedToken() === null && !(await askForToken('Actions need the token.'))) return 'Nothing was done.';
    let response = await post(path, body);
    if (response.status === 401) {
      if (!(await askForToken('That token is not the right one.'))) return 'Nothing was done.';
      response = await post(path, body);
    }
    const answer = (await response.json()) as { message?: string; detail?: string; gate?: string };
    if (response.ok) return answer.message ?? 'Done.';
    return `Refused: ${answer.detail ?? `status ${response.status}`}`;
  } catch {
    return 'netheal does not answer.';
  }
}

function post(path: string, body: Readonly<Record<string, unknown>>): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${storedToken() ?? ''}` },
    body: JSON.stringify({ by: 'dashboard', ...body }),
  });
}

let hide: ReturnType<typeof setTimeout> | undefined;

function toast(text: string): void {
  const element = byId('toast');
  setText(element, text);
  element.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => {
    element.hidden = true;
  }, TOAST_MS);
}
