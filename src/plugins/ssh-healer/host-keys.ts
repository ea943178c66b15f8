import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, type SshAccess } from 'netheal/plugin';
import {
  entriesFor,
  fingerprintOf,
  judge,
  type KnownHost,
  keyTypeOf,
  knownHostName,
  parseKnownHosts,
} from './known-hosts.ts';
import type { Refused } from './refused.ts';

/** What may be trusted for one host, read before the connection is opened. */
export type HostTrust = Readonly<{
  access: SshAccess;
  name: string;
  entries: readonly KnownHost[];
  /** Known_hosts files that are there and could not be read. */
  problems: readonly string[];
}>;

/** The answer about one key; `pin` = accepted as new, to be written down once the server has proved it owns it. */
export type HostKeyAnswer =
  | Readonly<{ ok: true; pin: boolean; how: string }>
  | Readonly<{ ok: false; refused: Refused }>;

/** Reads every known_hosts file of a host. A missing file knows nobody. */
export async function readHostTrust(access: SshAccess): Promise<HostTrust> {
  const name = knownHostName(access.host, access.port);
  const entries: KnownHost[] = [];
  const problems: string[] = [];
  for (const path of access.knownHosts) {
    try {
      entries.push(...entriesFor(parseKnownHosts(await readFile(path, 'utf8'), path), name));
    } catch (error) {
      if (!isMissing(error)) problems.push(`${path} cannot be read: ${messageOf(error)}`);
    }
  }
  return { access, name, entries, problems };
}

/** Key types worth asking the server for first. */
export function knownKeyTypes(trust: HostTrust): string[] {
  return trust.entries.filter((entry) => entry.marker === null).map((entry) => entry.keyType);
}

/** Decides about the key a server has shown. Pure; the reasons name fingerprints and places. */
export function checkHostKey(trust: HostTrust, key: Buffer): HostKeyAnswer {
  const { access, name, entries } = trust;
  const got = `${fingerprintOf(key)} (${keyTypeOf(key)})`;
  const verdict = judge(entries, key);
  if (verdict.state === 'revoked')
    return refuse(`the host key ${got} is marked @revoked in ${verdict.entry.place}`, 'do not use this host');

  if (access.hostKey.startsWith('SHA256:')) {
    if (access.hostKey.replace(/=+$/, '') === fingerprintOf(key))
      return { ok: true, pin: false, how: 'pinned in the config' };
    return refuse(
      `the host key is not the pinned one: expected ${access.hostKey} (hostKey in the config), got ${got}`,
      `if the device was really set up anew, pin the new fingerprint; the pin must be that of its ${keyTypeOf(key)} key`,
    );
  }
  if (verdict.state === 'known') return { ok: true, pin: false, how: `known from ${verdict.entry.place}` };
  if (verdict.state === 'changed') {
    const expected = verdict.entries.map(
      (entry) => `${fingerprintOf(entry.key)} (${entry.keyType}, ${entry.place})`,
    );
    const files = new Set(verdict.entries.map((entry) => entry.place.replace(/:\d+$/, '')));
    return refuse(
      `the host key has CHANGED: expected ${expected.join(' or ')}, got ${got}`,
      'someone may be in between; only if the device was really set up anew: ' +
        [...files].map((file) => `ssh-keygen -R '${name}' -f ${file}`).join(' && '),
    );
  }
  // Known hosts that could not be read might have said no.
  if (access.hostKey === 'accept-new' && trust.problems.length === 0)
    return { ok: true, pin: true, how: 'new' };

  const file = access.knownHosts[0];
  const searched =
    access.knownHosts.length > 0 ? `no key for ${name} in ${access.knownHosts.join(', ')}` : '';
  const reasons = [
    searched || 'no knownHosts file is configured',
    ...trust.problems,
    ...verdict.authorities.map(
      (entry) => `${entry.place} names a certificate authority, which is not supported: add the plain key`,
    ),
  ];
  return refuse(
    `the host key is unknown: got ${got}; ${reasons.join('; ')}`,
    `compare the fingerprint at the device (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then ${scanCommand(access, file)}`,
  );
}

/** The command that adds a host's key to known_hosts. */
function scanCommand(access: SshAccess, file: string | undefined): string {
  return `ssh-keyscan -p ${access.port} ${access.host} >> ${file ?? '~/.ssh/known_hosts'}`;
}

/**
 * Writes an accepted new key to the first known_hosts file; returns what is wrong, or null.
 * Synchronous: between a look at the file and the write no other login of ours may come.
 */
export function pinHostKey(trust: HostTrust, key: Buffer): Refused | null {
  const path = trust.access.knownHosts[0];
  if (path === undefined)
    return {
      stage: 'host key',
      message: 'hostKey: accept-new needs a knownHosts file to write the key to',
      mend: 'name one under ssh.knownHosts',
    };
  try {
    const text = textOf(path);
    // Two heals may meet the same new host at once; and the first answer stands.
    const entries = entriesFor(parseKnownHosts(text, path), trust.name);
    const verdict = judge(entries, key);
    if (verdict.state === 'known') return null;
    if (verdict.state !== 'unknown') {
      const answer = checkHostKey({ ...trust, entries }, key);
      return answer.ok ? null : answer.refused;
    }
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const line = `${trust.name} ${keyTypeOf(key)} ${key.toString('base64')}\n`;
    const file = openSync(path, 'a', 0o600);
    try {
      writeSync(file, text === '' || text.endsWith('\n') ? line : `\n${line}`);
    } finally {
      closeSync(file);
    }
    return null;
  } catch (error) {
    return {
      stage: 'host key',
      message: `the new host key could not be written to ${path}: ${messageOf(error)}`,
      mend: 'make the file writable, or add the key by hand and use hostKey: strict',
    };
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

function refuse(message: string, mend: string): HostKeyAnswer {
  return { ok: false, refused: { stage: 'host key', message, mend } };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
