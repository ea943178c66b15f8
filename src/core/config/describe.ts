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
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, masked(inside, name)]));
}
