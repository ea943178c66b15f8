import { type Binding, bindingsOf } from './keys.ts';
import { clamp } from './list.ts';
import type { UiStore } from './store.ts';
import { type Palette, type Scene, screenOf, type Ui } from './ui.ts';

/** Opens the list of everything that is possible here, to be found by typing. */
export function openPalette(store: UiStore): void {
  store.set({ overlay: { kind: 'palette', text: '', index: 0, top: 0 }, message: null });
}

/** The actions whose words hold the letters that were typed, in their order; those that begin with them come first. */
export function paletteEntries(
  { bindings, ui, readOnly }: Pick<Scene, 'bindings' | 'readOnly'> & { ui: Pick<Ui, 'device' | 'view'> },
  { text }: Pick<Palette, 'text'>,
): Binding[] {
  const wanted = text.toLowerCase().trim();
  const possible = bindingsOf(bindings, screenOf(ui), readOnly).filter(
    ({ command }) => command !== 'palette',
  );
  return possible
    .map((binding) => ({ binding, rank: rankOf(binding.help.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => a.rank! - b.rank!)
    .map(({ binding }) => binding);
}

function rankOf(words: string, wanted: string): number | null {
  if (words.startsWith(wanted)) return 0;
  if (words.includes(` ${wanted}`)) return 1;
  if (words.includes(wanted)) return 2;
  let from = 0;
  for (const letter of wanted) {
    const at = words.indexOf(letter, from);
    if (at === -1) return null;
    from = at + 1;
  }
  return 3;
}

/** A key while the palette is open. Returns the action that is to run, if it was Enter. */
export function typeIntoPalette(store: UiStore, palette: Palette, key: string): Binding | null {
  const { text, index } = palette;
  const entries = paletteEntries(store.scene, palette);
  const change = (next: Partial<Palette>) => store.set({ overlay: { ...palette, ...next } });
  if (key === 'escape') store.set({ overlay: null });
  else if (key === 'down' || key === 'tab') change({ index: clamp(index + 1, 0, entries.length - 1) });
  else if (key === 'up') change({ index: Math.max(0, index - 1) });
  else if (key === 'backspace') change({ text: [...text].slice(0, -1).join(''), index: 0 });
  else if (key === 'ctrl+u') change({ text: '', index: 0 });
  else if (key === 'enter') {
    store.set({ overlay: null });
    return entries[index] ?? null;
  } else if ([...key].length === 1) change({ text: text + key, index: 0 });
  return null;
}
