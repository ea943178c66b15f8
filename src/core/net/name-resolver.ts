/**
 * Host names to addresses for probes. The last good answer is kept and used while the resolver fails or hangs, so a
 * dead name server takes no device down with it.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { kindOfSystemError, wordsOfSystemError } from './system-error.ts';

export type ResolvedAddress = Readonly<{ address: string; family: 4 | 6 }>;
/** An address, or why there is none: the name does not exist (`dns`), or our resolver is at fault. */
export type Resolution =
  | (ResolvedAddress & Readonly<{ ok: true }>)
  | Readonly<{ ok: false; reason: 'dns' | 'local-error'; message: string }>;

type Lookup = (name: string) => Promise<readonly ResolvedAddress[]>;
type Entry = { good?: ResolvedAddress; triedAtMonoMs: number; pending?: Promise<Resolution> };

/** How long an answer counts as fresh; an older one is still used, while it is asked for again. */
const FRESH_MS = 30_000;
// getaddrinfo blocks one of libuv's four threads until it returns: two hung lookups must leave two for the file system.
const MAX_LOOKUPS = 2;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,62})$/i;

export class NameResolver {
  readonly #lookup: Lookup;
  readonly #monoMs: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: { lookup?: Lookup; monoMs?: () => number } = {}) {
    this.#lookup = options.lookup ?? lookupAll;
    this.#monoMs = options.monoMs ?? (() => performance.now());
  }

  /** Resolves a name (or passes an address through) and answers after `timeoutMs` at the latest. */
  async resolve(name: string, timeoutMs: number): Promise<Resolution> {
    const family = isIP(name);
    if (family === 4 || family === 6) return { ok: true, address: name, family };

    if (!isHostName(name)) return { ok: false, reason: 'local-error', message: 'not a valid address' };

    const entry = this.#entryOf(name);
    const isStale = this.#monoMs() - entry.triedAtMonoMs >= FRESH_MS;
    if (!entry.pending && (isStale || !entry.good)) this.#refresh(name, entry);
    if (entry.good) return { ok: true, ...entry.good };
    return await within(entry.pending as Promise<Resolution>, timeoutMs, name);
  }

  #entryOf(name: string): Entry {
    const known = this.#entries.get(name);
    if (known) return known;
    const entry: Entry = { triedAtMonoMs: Number.NEGATIVE_INFINITY };
    this.#entries.set(name, entry);
    return entry;
  }

  #refresh(name: string, entry: Entry): void {
    entry.pending = this.#ask(name)
      .then((addresses): Resolution => {
        const first = addresses[0];
        if (!first) return { ok: false, reason: 'dns', message: `${name} has no address` };
        entry.good = { address: first.address, family: first.family };
        return { ok: true, ...entry.good };
      })
      .catch((error: unknown): Resolution => {
        const reason = kindOfSystemError(error) === 'dns' ? 'dns' : 'local-error';
        return { ok: false, reason, message: `cannot resolve ${name}: ${wordsOfSystemError(error)}` };
      })
      .finally(() => {
        entry.triedAtMonoMs = this.#monoMs();
        delete entry.pending;
      });
  }

  async #ask(name: string): Promise<readonly ResolvedAddress[]> {
    // A finished lookup hands its place to the first in the queue, so the count stays as it is.
    if (this.#running >= MAX_LOOKUPS) await new Promise<void>((go) => this.#queue.push(go));
    else this.#running += 1;
    try {
      return await this.#lookup(name);
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

async function lookupAll(name: string): Promise<ResolvedAddress[]> {
  const found = await systemLookup(name, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

function isHostName(name: string): boolean {
  if (name.length > 253) return false;
  return name
    .replace(/\.$/, '')
    .split('.')
    .every((label) => LABEL.test(label));
}

function within(pending: Promise<Resolution>, timeoutMs: number, name: string): Promise<Resolution> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () =>
        resolve({
          ok: false,
          reason: 'local-error',
          message: `the resolver gave no answer for ${name} in time`,
        }),
      timeoutMs,
    );
    void pending.then((resolution) => {
      clearTimeout(timer);
      resolve(resolution);
    });
  });
}
