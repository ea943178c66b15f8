import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext, type SecureContext, type SecureVersion } from 'node:tls';
import { z } from 'netheal/plugin';

/** The option `ca`. */
export const ca = z
  .string()
  .min(1)
  .optional()
  .describe("PEM file of the authorities to trust instead of Node's own list; relative to the config.");
/** The option `minVersion`. */
export const minVersion = z
  .enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'])
  .default('TLSv1.2')
  .describe('The oldest TLS version to take.');

/** Which authorities are trusted, read from their files once: a list of the usual size takes 20 ms to parse. */
export class Trust {
  readonly #dir: string;
  readonly #contexts = new Map<string, Readonly<{ stamp: string; context: SecureContext }>>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Rejects when the file cannot be read: the monitor's own fault. A changed file is read again. */
  async contextFor(options: { ca?: string | undefined; minVersion: SecureVersion }): Promise<SecureContext> {
    const file = options.ca === undefined ? undefined : resolve(this.#dir, options.ca);
    const key = `${options.minVersion} ${file ?? ''}`;
    const stamp = file === undefined ? '' : await stampOf(file);
    const known = this.#contexts.get(key);
    if (known?.stamp === stamp) return known.context;
    const pem = file === undefined ? undefined : await readFile(file);
    const context = createSecureContext({
      minVersion: options.minVersion,
      ...(pem === undefined ? {} : { ca: pem }),
    });
    this.#contexts.set(key, { stamp, context });
    return context;
  }
}

async function stampOf(file: string): Promise<string> {
  const { mtimeMs, size } = await stat(file);
  return `${mtimeMs} ${size}`;
}
