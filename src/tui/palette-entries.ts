import { type Binding, bindingsOf } from './keys.ts';
import { type Palette, type Scene, screenOf, type Ui } from './ui.ts';

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
