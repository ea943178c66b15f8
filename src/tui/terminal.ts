type Env = Readonly<Record<string, string | undefined>>;

/** What the terminal can do, as its environment says. */
export type Terminal = Readonly<{ interactive: boolean; unicode: boolean; colour: boolean }>;

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
    // no-color.org: any value that is not empty.
    colour: !dumb && !env.NO_COLOR,
  };
}
