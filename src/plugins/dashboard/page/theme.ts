/** How the page is coloured. `auto` follows the system; the choice is kept in this browser. */
import { byId, setText } from './dom.ts';

const KEY = 'netheal-theme';

/** In the order that `t` goes through them. */
const THEMES = [
  { name: 'auto', words: 'theme: as the system' },
  { name: 'dark', words: 'theme: dark' },
  { name: 'light', words: 'theme: light' },
  { name: 'blue-orange', words: 'theme: blue and orange' },
] as const;

type Theme = (typeof THEMES)[number];

const listeners = new Set<() => void>();

/** Called when colours have changed, by choice or because the system went dark: what is drawn must be drawn again. */
export function onColours(listener: () => void): void {
  listeners.add(listener);
}

/** Goes on to the next theme. */
export function nextTheme(): void {
  const theme = THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length]!;
  localStorage.setItem(KEY, theme.name);
  show(theme);
}

/** Takes up the theme that was chosen before. */
export function startTheme(): void {
  show(current());
  byId('theme').addEventListener('click', nextTheme);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell);
}

function current(): Theme {
  const name = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme.name === name) ?? THEMES[0];
}

function show({ name, words }: Theme): void {
  document.documentElement.dataset.theme = name;
  setText(byId('theme-words'), words);
  byId('theme').title = `${words} (t)`;
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}
