import { messageOf } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { Problems } from './problems.ts';
import type { ParsedConfig } from './schema.ts';
import { isSecretRef, resolveSecret, SECRET_KEY, type SecretRef } from './secrets.ts';
import type { ConfigPath } from './types.ts';

type Source = Readonly<{ dir: string; env: NodeJS.ProcessEnv }>;
type Reference = Exclude<SecretRef, string>;

/** Every device may have a command of its own; the machine would not bear all of them at once. */
const AT_ONCE = 16;

/**
 * The secrets that a config refers to, fetched before anything asks for one. However many devices share a reference, its
 * file is read and its command is run once, and they share the secret.
 */
export class FetchedSecrets {
  /** By reference: the secret, or why there is none. */
  readonly #fetched: ReadonlyMap<string, Secret | string>;
  /** Those that stand in the config itself. */
  readonly #plain = new Map<string, Secret>();

  constructor(fetched: ReadonlyMap<string, Secret | string>) {
    this.#fetched = fetched;
  }

  /** The secret at a place, or a problem there that names the reference and never the value. */
  at(ref: SecretRef, path: ConfigPath, problems: Problems): Secret | null {
    if (typeof ref === 'string') {
      const known = this.#plain.get(ref) ?? new Secret(ref);
      this.#plain.set(ref, known);
      return known;
    }
    const found = this.#fetched.get(keyOf(ref));
    if (found instanceof Secret) return found;
    problems.add(path, found ?? 'this secret was not fetched');
    return null;
  }
}

/** Fetches all secrets that a config refers to. One that cannot be had is told of by whoever needs it. */
export async function fetchSecrets(config: ParsedConfig, source: Source): Promise<FetchedSecrets> {
  const wanted = new Map<string, Reference>();
  for (const part of [config.defaults, ...config.devices]) {
    collect(part?.ssh, wanted);
    collect(part?.probes, wanted);
    collect(part?.heal, wanted);
  }
  collect(config.healing?.strategies, wanted);
  collect(config.plugins, wanted);
  const fetched = new Map<string, Secret | string>();
  // All workers take from one iterator.
  const entries = wanted.entries();
  const work = async () => {
    for (const [key, ref] of entries) fetched.set(key, await resolveSecret(ref, source).catch(messageOf));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted.size) }, work));
  return new FetchedSecrets(fetched);
}

function collect(value: unknown, wanted: Map<string, Reference>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, wanted);
    return;
  }
  for (const [key, inside] of Object.entries(value)) {
    if (SECRET_KEY.test(key) && isSecretRef(inside)) wanted.set(keyOf(inside), inside);
    else if (typeof inside === 'object') collect(inside, wanted);
  }
}

function keyOf(ref: Reference): string {
  return JSON.stringify(ref);
}
