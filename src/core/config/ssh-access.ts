import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { SshAccess } from '../plugin.ts';
import type { Secret } from '../secret.ts';
import { type NamedDevice, unknownDevice } from './devices.ts';
import { expandHome, type Scope } from './resolve.ts';
import type { ParsedConfig, ParsedJump, ParsedSsh } from './schema.ts';
import { resolveSecret, type SecretRef } from './secrets.ts';
import type { ConfigPath } from './types.ts';

/** Dialects of the contract. `linux` and `openwrt` take commands by exec, the others by an interactive shell. */
export const DIALECTS = [
  'auto',
  'linux',
  'cisco-ios',
  'cisco-nxos',
  'arista-eos',
  'juniper-junos',
  'mikrotik-routeros',
  'edgeos',
  'openwrt',
];
const SECRET_KEYS = ['password', 'passphrase', 'enableSecret', 'sudoPassword'] as const;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/** How to log in to a device, its jump hosts included; undefined where the config gives no access. */
export async function resolveSsh(
  device: NamedDevice,
  all: readonly NamedDevice[],
  config: ParsedConfig,
  scope: Scope,
  behind: readonly string[] = [],
): Promise<SshAccess | undefined> {
  const { parsed, index, id, address } = device;
  if (!parsed.ssh) return undefined;
  const path: ConfigPath = ['devices', index, 'ssh'];
  // `defaults.ssh.via: [bastion]` is for everybody but the bastion itself.
  const inherited = config.devices[index]?.ssh?.via === undefined;
  const hops = parsed.ssh.via?.filter((hop) => !(inherited && hop === id));
  const via = await resolveVia({ ...parsed.ssh, via: hops }, [...path, 'via'], all, config, scope, [
    ...behind,
    id,
  ]);
  return accessOf(parsed.ssh, parsed.ssh.host ?? address, id, via, path, config, scope);
}

async function resolveVia(
  { via = [] }: ParsedSsh,
  path: ConfigPath,
  all: readonly NamedDevice[],
  config: ParsedConfig,
  scope: Scope,
  chain: readonly string[],
): Promise<SshAccess[]> {
  const { problems } = scope;
  const hops: SshAccess[] = [];
  for (const [at, hop] of via.entries()) {
    const place = [...path, at];
    if (typeof hop !== 'string') {
      const name = `${hop.username ?? userName()}@${hop.host}`;
      hops.push(await accessOf(hop, hop.host, name, [], place, config, scope));
      continue;
    }
    const jump = all.find(({ id }) => id === hop);
    if (!jump)
      problems.add(
        place,
        unknownDevice(
          hop,
          all.map(({ id }) => id),
        ),
      );
    else if (chain.includes(hop))
      problems.add(place, `jump hosts go round in a circle: ${[...chain, hop].join(' -> ')}`);
    else {
      const access = await resolveSsh(jump, all, config, scope, chain);
      if (access) hops.push(access);
      else problems.add(place, `the jump host "${hop}" has no ssh section`);
    }
  }
  return hops;
}

async function accessOf(
  ssh: ParsedSsh | ParsedJump,
  host: string,
  name: string,
  via: readonly SshAccess[],
  path: ConfigPath,
  config: ParsedConfig,
  scope: Scope,
): Promise<SshAccess> {
  const { dir, env, warnings } = scope;
  checkDialect(ssh.dialect, path, config, scope);
  const absolute = (file: string) => resolve(dir, expandHome(file, env));
  const privateKey = ssh.privateKey === undefined ? undefined : absolute(ssh.privateKey);
  if (privateKey !== undefined && !existsSync(privateKey))
    warnings.push(`${name}: there is no private key ${privateKey}`);
  if (ssh.legacy) warnings.push(`${name}: legacy: true allows algorithms that are no longer safe`);
  return {
    name,
    host,
    port: ssh.port ?? 22,
    username: ssh.username ?? userName(),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(await secretsOf(ssh, path, scope)),
    ...agentOf(ssh.agent, absolute),
    ...hostKeyOf(ssh, absolute, scope),
    via,
    dialect: ssh.dialect ?? 'auto',
    legacy: ssh.legacy ?? false,
    connectTimeoutMs: ssh.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT_MS,
  };
}

/** The seed's users had no host keys: those are pinned at the first contact, in a file of netheal's own. */
function hostKeyOf(
  ssh: ParsedJump | ParsedSsh,
  absolute: (file: string) => string,
  { seed, stateDir, env }: Scope,
) {
  const home = expandHome('~/.ssh/known_hosts', env);
  const defaults = seed ? [join(stateDir, 'known_hosts'), home] : [home];
  return {
    hostKey: ssh.hostKey ?? (seed ? 'accept-new' : 'strict'),
    knownHosts: ssh.knownHosts === undefined ? defaults : [ssh.knownHosts].flat().map(absolute),
  };
}

function agentOf(agent: ParsedSsh['agent'], absolute: (file: string) => string): Pick<SshAccess, 'agent'> {
  if (agent === undefined || agent === true) return {};
  return { agent: agent === false ? false : absolute(agent) };
}

async function secretsOf(
  ssh: ParsedJump | ParsedSsh,
  path: ConfigPath,
  scope: Scope,
): Promise<Partial<Record<(typeof SECRET_KEYS)[number], Secret>>> {
  const found: Partial<Record<(typeof SECRET_KEYS)[number], Secret>> = {};
  for (const key of SECRET_KEYS) {
    const secret = ssh[key] === undefined ? null : await secretAt(ssh[key], [...path, key], scope);
    if (secret) found[key] = secret;
  }
  return found;
}

/** A secret, or a problem at its place that names the reference and never the value. */
export async function secretAt(
  ref: SecretRef,
  path: ConfigPath,
  { dir, env, problems, secrets }: Scope,
): Promise<Secret | null> {
  const key = JSON.stringify(ref);
  const secret = secrets.get(key) ?? resolveSecret(ref, { dir, env });
  secrets.set(key, secret);
  try {
    return await secret;
  } catch (thrown) {
    problems.add(path, messageOf(thrown));
    return null;
  }
}

function checkDialect(
  dialect: string | undefined,
  path: ConfigPath,
  { dialects = {} }: ParsedConfig,
  { problems }: Scope,
): void {
  const known = [...DIALECTS, ...Object.keys(dialects)];
  if (dialect === undefined || known.includes(dialect)) return;
  const near = nearest(dialect, known);
  problems.add(
    [...path, 'dialect'],
    `"${dialect}" is no known dialect${near ? `, did you mean "${near}"?` : `; there are: ${known.join(', ')}`}`,
  );
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'root';
  }
}
