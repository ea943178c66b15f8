import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConfigPath } from './types.ts';

/** `$${` (a literal), `${NAME}` or `${NAME:-default}`; a `${` that is none of these is caught by the last branch. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/** A text of the config as it is written and as it is with the environment put in. */
export type Filled = Readonly<{ written: string; value: string }>;

/**
 * Replaces references to the environment in every string of a raw config. `fail` is told, with its place, of each that
 * is unset or malformed; `filled` of each text that changed. Keys are never touched. What refers to nothing is given
 * back as it is: a large config has no room for a copy.
 */
export function interpolate(
  raw: unknown,
  env: NodeJS.ProcessEnv,
  fail: (path: ConfigPath, message: string) => void,
  filled: (text: Filled) => void = () => undefined,
): unknown {
  const path: (string | number)[] = [];
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (!value.includes('${')) return value;
      const text = replace(value, env, (message) => fail([...path], message));
      if (text !== value) filled({ written: value, value: text });
      return text;
    }
    if (!Array.isArray(value) && !isPlainMap(value)) return value;
    let copy: Record<string, unknown> | unknown[] | null = null;
    for (const [key, inside] of Object.entries(value)) {
      path.push(Array.isArray(value) ? Number(key) : key);
      const text = fill(inside);
      path.pop();
      if (text === inside) continue;
      copy ??= Array.isArray(value) ? [...value] : { ...value };
      (copy as Record<string, unknown>)[key] = text;
    }
    return copy ?? value;
  };
  return fill(raw);
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return value !== null && Object.getPrototypeOf(value ?? 0) === Object.prototype;
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

/** `~` is the home of the user; other paths stay as they are. */
export function expandHome(path: string, env: NodeJS.ProcessEnv): string {
  return path === '~' || path.startsWith('~/') ? join(env.HOME || homedir(), path.slice(1)) : path;
}
