import { Secret } from '../secret.ts';
import { SECRET_KEY } from './secrets.ts';
import type { ResolvedConfig } from './types.ts';

const MASK = '<secret>';

/**
 * The config as `netheal config` prints it: resolved, secrets masked. A `Secret` masks itself; what stands as plain text
 * under a key such as `token`, or in a URL or header, is masked by its place.
 */
export function describeConfig({ locate: _, ...config }: ResolvedConfig): unknown {
  return masked(config, '');
}

/** The same as indented JSON, piece by piece: of a large fleet it is more than a string can hold. */
export function* configText({ locate: _, ...config }: ResolvedConfig): Generator<string> {
  let lead = '{\n';
  for (const [key, value] of Object.entries(config)) {
    yield `${lead}  ${JSON.stringify(key)}: `;
    lead = ',\n';
    if (!Array.isArray(value) || value.length === 0) yield indented(masked(value, key), '  ');
    else {
      for (const [at, item] of value.entries())
        yield `${at === 0 ? '[' : ','}\n    ${indented(masked(item, key), '    ')}`;
      yield '\n  ]';
    }
  }
  yield '\n}\n';
}

function indented(value: unknown, by: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${by}`);
}

function masked(value: unknown, key: string): unknown {
  if (value instanceof Secret) return MASK;
  if (typeof value === 'string') {
    if (SECRET_KEY.test(key)) return MASK;
    return value
      .replace(/(:\/\/[^/\s:@]*:)[^@/\s]+@/g, `$1${MASK}@`)
      .replace(/([?&]([^=&#\s]+)=)[^&#\s]+/g, (whole, begin: string, name: string) =>
        SECRET_KEY.test(name) || name === 'key' ? begin + MASK : whole,
      );
  }
  if (Array.isArray(value)) return value.map((item) => masked(item, key));
  // Own dialects are known to every device: their names are enough.
  if (value instanceof Map) return [...value.keys()];
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inside]) => !isPlace(name, inside))
      .map(([name, inside]) => [name, masked(inside, name)]),
  );
}

/** Where something stands in the file is for messages about it. */
function isPlace(name: string, value: unknown): boolean {
  return name === 'path' && Array.isArray(value);
}
