/** The keys of the page: one table that both obeys them and explains them. */
import { byId, el } from './dom.ts';

/** One row: the keys as `KeyboardEvent.key` names them, how they are written in the help, and what they do. */
export type KeyRow = Readonly<{
  keys: readonly string[];
  shown: string;
  does: string;
  /** False: here the key is the browser's. */
  isFor?(): boolean;
  run(): void;
}>;

/** Obeys the keys wherever nobody types, and lists them in the help. */
export function listenForKeys(rows: readonly KeyRow[]): void {
  const byKey = new Map(rows.flatMap((row) => row.keys.map((key) => [key, row] as const)));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]') !== null || isTyped(event)) return;
    const row = byKey.get(event.key);
    if (row === undefined || row.isFor?.() === false) return;
    event.preventDefault();
    row.run();
  });
  byId('help-keys').replaceChildren(
    ...rows.map(({ shown, does }) =>
      el('tr', '', [el('th', '', [el('kbd', '', [shown])], { scope: 'row' }), el('td', '', [does])]),
    ),
  );
  byId('help-open').addEventListener('click', showHelp);
  byId('help-close').addEventListener('click', () => byId<HTMLDialogElement>('help').close());
}

/** Opens the help. */
export function showHelp(): void {
  byId<HTMLDialogElement>('help').showModal();
}

/** A field gets its letters, and a control its Enter and Space; Escape is for the page wherever it is pressed. */
function isTyped({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement) || key === 'Escape') return false;
  if (target.matches('input, textarea, select')) return true;
  return (key === 'Enter' || key === ' ') && target.closest('a, button, summary') !== null;
}
