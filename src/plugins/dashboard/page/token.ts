import { byId, setText } from './dom.ts';

const KEY = 'netheal-token';

/** Takes a token handed over in the address (`#token=...`), which never reaches a server, and hides it again. */
export function takeTokenFromAddress(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  sessionStorage.setItem(KEY, token);
  history.replaceState(null, '', location.pathname);
}

/** The token of this tab, if it was given. */
export function storedToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** The header by which a request is known; none without a token. */
export function tokenHeader(): Readonly<Record<string, string>> {
  const token = storedToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

let asking: Promise<boolean> | null = null;

/** Asks for the token; false where the person would rather not. One dialog at a time. */
export function askForToken(why: string): Promise<boolean> {
  asking ??= showDialog(why).finally(() => {
    asking = null;
  });
  return asking;
}

function showDialog(why: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>('token-dialog');
  const input = byId<HTMLInputElement>('token');
  setText(byId('token-why'), why);
  input.value = '';
  dialog.returnValue = '';
  byId('token-cancel').onclick = () => dialog.close();
  byId<HTMLFormElement>('token-form').onsubmit = () => {
    sessionStorage.setItem(KEY, input.value.trim());
    dialog.returnValue = 'given';
  };
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === 'given');
  });
}
