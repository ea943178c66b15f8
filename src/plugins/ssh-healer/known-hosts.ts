import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { cleanLine } from 'netheal/plugin';

/** One line of a known_hosts file. */
export type KnownHost = Readonly<{
  /** `/path/known_hosts:12`, for messages. */
  place: string;
  marker: 'revoked' | 'cert-authority' | null;
  patterns: readonly string[];
  keyType: string;
  key: Buffer;
}>;

/** What known_hosts says about a key that a host has shown. */
export type Verdict =
  | Readonly<{ state: 'known'; entry: KnownHost }>
  | Readonly<{ state: 'revoked'; entry: KnownHost }>
  /** Other keys are known for this host. */
  | Readonly<{ state: 'changed'; entries: readonly KnownHost[] }>
  | Readonly<{ state: 'unknown'; authorities: readonly KnownHost[] }>;

/** The name under which known_hosts keeps a host. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** The fingerprint as ssh-keygen prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The key type that stands inside the key itself. */
export function keyTypeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return cleanLine(key.toString('latin1', 4, 4 + Math.min(length, 64)));
}

/** Reads the text of a known_hosts file; lines that make no sense are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, path: string): KnownHost[] {
  return text.split(/\r?\n/).flatMap((line, index): KnownHost[] => {
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === '' || words[0]?.startsWith('#')) return [];
    const marker = words[0]?.startsWith('@') ? words.shift()?.slice(1) : null;
    if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return [];
    const [patterns, keyType, encoded] = words;
    if (!patterns || !keyType || !encoded) return [];
    const key = Buffer.from(encoded, 'base64');
    if (keyTypeOf(key) !== keyType) return [];
    return [{ place: `${path}:${index + 1}`, marker, patterns: patterns.split(','), keyType, key }];
  });
}

/** The lines that speak about this host. */
export function entriesFor(entries: readonly KnownHost[], name: string): KnownHost[] {
  return entries.filter((entry) => matches(entry.patterns, name));
}

/** Judges a key by the lines of its host (see `entriesFor`); a revocation outweighs everything. */
export function judge(entries: readonly KnownHost[], key: Buffer): Verdict {
  const same = entries.filter((entry) => entry.key.equals(key));
  const revoked = same.find((entry) => entry.marker === 'revoked');
  if (revoked) return { state: 'revoked', entry: revoked };
  const known = same.find((entry) => entry.marker === null);
  if (known) return { state: 'known', entry: known };
  // A host of which only keys of another type are known counts as changed too: else an impostor would just
  // offer a type that nobody has seen yet.
  const others = entries.filter((entry) => entry.marker === null);
  if (others.length > 0) return { state: 'changed', entries: others };
  return { state: 'unknown', authorities: entries.filter((entry) => entry.marker === 'cert-authority') };
}

function matches(patterns: readonly string[], name: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else matched ||= matchesPattern(pattern, name);
  }
  return matched;
}

function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.startsWith('|')) return matchesHash(pattern, name);
  // Greedy with one step back: patterns of many stars must not take exponential time, as a regex would.
  const wanted = pattern.toLowerCase();
  let at = 0;
  let star = -1;
  let starAt = 0;
  let p = 0;
  while (at < name.length) {
    if (p < wanted.length && wanted[p] !== '*' && (wanted[p] === '?' || wanted[p] === name[at])) {
      p++;
      at++;
    } else if (wanted[p] === '*') {
      star = p++;
      starAt = at;
    } else if (star >= 0) {
      p = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (wanted[p] === '*') p++;
  return p === wanted.length;
}

/** `|1|salt|hash`: HMAC-SHA1 of the name. */
function matchesHash(pattern: string, name: string): boolean {
  const [, version, salt, hash] = pattern.split('|');
  if (version !== '1' || !salt || !hash) return false;
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  const wanted = Buffer.from(hash, 'base64');
  return actual.length === wanted.length && timingSafeEqual(actual, wanted);
}
