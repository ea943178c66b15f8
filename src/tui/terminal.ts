import type { ColourDepth, ThemeName } from './theme.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What the terminal can do and how it looks, as its environment says. */
export type Terminal = Readonly<{
  interactive: boolean;
  unicode: boolean;
  colours: ColourDepth;
  /** The theme that fits its background. */
  theme: ThemeName;
}>;

/** Looks at the terminal once, at the start. */
export function terminalOf(
  env: Env,
  stdin: Readonly<{ isTTY?: boolean }>,
  stdout: Readonly<{ isTTY?: boolean }>,
  plain: boolean,
): Terminal {
  const dumb = env.TERM === 'dumb';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    interactive: !plain && !dumb && Boolean(stdin.isTTY) && Boolean(stdout.isTTY),
    unicode: /utf-?8/i.test(locale),
    colours: coloursOf(env),
    theme: isLight(env) ? 'light' : 'dark',
  };
}

function coloursOf({ TERM = '', COLORTERM = '', NO_COLOR }: Env): ColourDepth {
  // no-color.org: any value that is not empty. The others have no colour at all.
  if (NO_COLOR || TERM === 'dumb' || /^vt\d/.test(TERM)) return 0;
  return /256|direct|kitty|alacritty|ghostty/.test(TERM) || COLORTERM !== '' ? 256 : 16;
}

/**
 * COLORFGBG ("15;0": numbers of the foreground and of the background) is what some terminals say unasked. To ask the others
 * (OSC 11) would not be safe: over a slow link the answer may come after the end, as rubbish at the shell.
 */
function isLight({ COLORFGBG }: Env): boolean {
  const background = COLORFGBG?.split(';').at(-1);
  return background === '7' || background === '15';
}
