import type { ConfigPath } from './types.ts';

/** `$${` (a literal), `${NAME}` or `${NAME:-default}`; a `${` that is none of these is caught by the last branch. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/** A text of the config as it is written and as it is with the environment put in. */
export type Filled = Readonly<{ written: string; value: string }>;

/**
 * Replaces references to the environment in every string of a raw config. `fail` is told, with its place, of each that
 * is unset or malformed; `filled` of each text that changed. Keys are never touched.
 */
export function interpolate(
  raw: unknown,
  env: NodeJS.ProcessEnv,
  fail: (path: ConfigPath, message: string) => void,
  filled: (text: Filled) => void = () => undefined,
  path: ConfigPath = [],
): unknown {
  if (typeof raw === 'string') {
    const value = replace(raw, env, (message) => fail(path, message));
    if (value !== raw) filled({ written: raw, value });
    return value;
  }
  if (Array.isArray(raw))
    return raw.map((item, index) => interpolate(item, env, fail, filled, [...path, index]));
  if (raw === null || Object.getPrototypeOf(raw ?? 0) !== Object.prototype) return raw;
  return Object.fromEntries(
    Object.entries(raw as object).map(([key, value]) => [
      key,
      interpolate(value, env, fail, filled, [...path, key]),
    ]),
  );
}

function replace(text: string, env: NodeJS.ProcessEnv, fail: (message: string) => void): string {
  return text.replace(REFERENCE, (whole, name?: string, fallback?: string) => {
    if (whole === '$${') return '${';
    if (name === undefined) {
      fail(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the very syntax that is handled here
        '"${" begins a reference to the environment: write ${NAME}, ${NAME:-default}, or $${ for the characters',
      );
      return whole;
    }
    // As in a shell, `:-` also stands in for what is set to nothing.
    const value = fallback === undefined ? env[name] : env[name] || fallback;
    if (value === undefined)
      fail(`the environment variable ${name} is not set; set it, or write \${${name}:-default}`);
    return value ?? '';
  });
}
