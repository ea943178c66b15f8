import type { Binding } from './keys.ts';
import { clamp } from './list.ts';
import { paletteEntries } from './palette-entries.ts';
import type { UiStore } from './store.ts';
import type { Palette } from './ui.ts';

/** Opens the list of everything that is possible here, to be found by typing. */
export function openPalette(store: UiStore): void {
  store.set({ overlay: { kind: 'palette', text: '', index: 0, top: 0 }, message: null });
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
  } else if ([...key].length === 1) addToPalette(store, palette, key);
  return null;
}

/** Text that is typed or pasted: what is looked for grows by it. */
export function addToPalette(store: UiStore, palette: Palette, text: string): void {
  store.set({ overlay: { ...palette, text: palette.text + text, index: 0 } });
}
