import type { ShownState } from '../core/model/shown-state.ts';

/** What a piece of text means; a theme says how that looks. */
export type Style =
  | ShownState
  | 'dim'
  | 'bold'
  | 'title'
  | 'key'
  | 'good'
  | 'warn'
  | 'bad'
  | 'info'
  | 'badge'
  | 'chart';

/** How many colours a terminal has; of more than 256 nothing here would look better. */
export type ColourDepth = 0 | 16 | 256;

export type ThemeName = 'dark' | 'light' | 'mono' | 'colour-blind';

/** The order in which `T` goes through them. */
export const THEMES: readonly ThemeName[] = ['dark', 'light', 'mono', 'colour-blind'];

/** SGR parameters that switch a style on and off. Never 0: the bar under the cursor must survive it. */
type Sgr = readonly [on: string, off: string];
type Theme = Readonly<Record<Style | 'selected', Sgr>>;

const fg = (colour: string): Sgr => [colour, '39'];
const boldFg = (colour: string): Sgr => [`1;${colour}`, '22;39'];
const DIM: Sgr = ['2', '22'];
const BOLD: Sgr = ['1', '22'];
const NONE: Sgr = ['', ''];

const DARK: Theme = {
  up: fg('32'),
  degraded: fg('33'),
  down: boldFg('91'),
  healing: boldFg('96'),
  unreachable: fg('35'),
  downtime: fg('94'),
  unknown: fg('37'),
  dim: fg('90'),
  bold: BOLD,
  title: boldFg('97'),
  key: fg('96'),
  good: fg('32'),
  warn: fg('33'),
  bad: fg('91'),
  info: fg('37'),
  badge: ['1;30;43', '22;39;49'],
  chart: fg('36'),
  selected: ['48;5;237', '49'],
};

const LIGHT: Theme = {
  ...DARK,
  degraded: fg('38;5;130'),
  down: boldFg('31'),
  healing: boldFg('34'),
  downtime: fg('34'),
  unknown: fg('90'),
  title: boldFg('30'),
  key: fg('34'),
  warn: fg('38;5;130'),
  bad: fg('31'),
  info: fg('30'),
  chart: fg('34'),
  selected: ['48;5;253', '49'],
};

const MONO: Theme = {
  up: NONE,
  degraded: BOLD,
  down: ['1;7', '22;27'],
  healing: BOLD,
  unreachable: DIM,
  downtime: DIM,
  unknown: DIM,
  dim: DIM,
  bold: BOLD,
  title: BOLD,
  key: BOLD,
  good: NONE,
  warn: BOLD,
  bad: BOLD,
  info: NONE,
  badge: ['7', '27'],
  chart: NONE,
  selected: ['4', '24'],
};

/** Blue and orange, which everybody can tell apart. */
const COLOUR_BLIND: Theme = {
  ...DARK,
  up: fg('38;5;75'),
  degraded: fg('38;5;222'),
  down: boldFg('38;5;208'),
  healing: boldFg('38;5;159'),
  unreachable: fg('38;5;250'),
  downtime: fg('38;5;146'),
  good: fg('38;5;75'),
  warn: fg('38;5;222'),
  bad: fg('38;5;208'),
  badge: ['1;30;48;5;208', '22;39;49'],
};

const TABLE: Readonly<Record<ThemeName, Theme>> = {
  dark: DARK,
  light: LIGHT,
  mono: MONO,
  'colour-blind': COLOUR_BLIND,
};

// Where there are 16 colours the bar is reversed: one of the eight backgrounds would hide a word of the same colour.
const REVERSED = { selected: ['7', '27'] } as const satisfies Partial<Theme>;

/** The same themes without what only a terminal of 256 colours has. */
const TABLE_16: Readonly<Record<ThemeName, Theme>> = {
  dark: { ...DARK, ...REVERSED },
  light: { ...LIGHT, ...REVERSED, degraded: fg('33'), warn: fg('33') },
  mono: MONO,
  'colour-blind': {
    ...DARK,
    ...REVERSED,
    up: fg('94'),
    degraded: fg('97'),
    down: boldFg('93'),
    unreachable: fg('37'),
    downtime: fg('90'),
    good: fg('94'),
    warn: fg('97'),
    bad: fg('93'),
  },
};

/** Puts a style on text. */
export type Paint = (style: Style | 'selected', text: string) => string;

/** The painter of a theme; without colours the text stays as it is. */
export function painter(theme: ThemeName, colours: ColourDepth): Paint {
  if (colours === 0) return (_style, text) => text;
  const table = (colours === 16 ? TABLE_16 : TABLE)[theme];
  return (style, text) => {
    const [on, off] = table[style];
    return on === '' || text === '' ? text : `\x1b[${on}m${text}\x1b[${off}m`;
  };
}
