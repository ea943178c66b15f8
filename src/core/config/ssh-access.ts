import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { nearest } from '../nearest.ts';
import type { SshAccess } from '../plugin.ts';
import type { Secret } from '../secret.ts';
import type { Dialect } from './dialect.ts';
import { expandHome } from './environment.ts';
import { type NamedDevice, type NamedFleet, unknownDevice } from './name-devices.ts';
import type { ParsedConfig, ParsedJump, ParsedSsh } from './schema.ts';
import type { Scope } from './scope.ts';
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

/** What a section `ssh` says, whichever device it is for. */
type Login = Omit<SshAccess, 'name' | 'host' | 'via'> & Readonly<{ lacksKey: boolean }>;

/**
 * How to log in to the devices of a fleet. Nearly all of a large one inherit the same section: what it says is worked out
 * once and shared.
 */
export class SshAccesses {
  readonly #fleet: NamedFleet;
  readonly #config: ParsedConfig;
  readonly #scope: Scope;
  readonly #usualKnownHosts: readonly string[];
  readonly #logins = new Map<ParsedSsh | ParsedJump, Login>();
  readonly #routes = new Map<ParsedSsh['via'], readonly SshAccess[]>();
  /** One map for all: undefined where the config has no dialects of its own. */
  readonly #ownDialects: ReadonlyMap<string, Dialect> | undefined;

  constructor(fleet: NamedFleet, config: ParsedConfig, scope: Scope) {
    this.#fleet = fleet;
    this.#config = config;
    this.#scope = scope;
    const home = expandHome('~/.ssh/known_hosts', scope.env);
    // The seed's users had no host keys: those are pinned at the first contact, in a file of netheal's own.
    this.#usualKnownHosts = scope.seed ? [join(scope.stateDir, 'known_hosts'), home] : [home];
    const own = Object.entries(config.dialects ?? {});
    if (own.length > 0) this.#ownDialects = new Map(own);
    this.#checkLikes();
  }

  /** Access to a device, its jump hosts included; undefined where the config gives none. */
  of({ parsed, index, id, address }: NamedDevice, behind: readonly string[] = []): SshAccess | undefined {
    const { ssh } = parsed;
    if (!ssh) return undefined;
    const path: ConfigPath = ['devices', index, 'ssh'];
    // `defaults.ssh.via: [bastion]` is for everybody but the bastion itself.
    const inherited = this.#config.devices[index]?.ssh?.via === undefined;
    const via = inherited && ssh.via?.includes(id) ? ssh.via.filter((hop) => hop !== id) : ssh.via;
    const route = this.#route(via, [...path, 'via'], [...behind, id]);
    return this.#access(ssh, ssh.host ?? address, id, route, path);
  }

  #route(via: ParsedSsh['via'], path: ConfigPath, chain: readonly string[]): readonly SshAccess[] {
    if (via === undefined) return NO_HOPS;
    const known = this.#routes.get(via);
    // Whoever is a hop of it would go round in a circle.
    if (known && !leadsThrough(known, chain)) return known;
    const { problems } = this.#scope;
    const before = problems.count;
    const hops = via.flatMap((hop, at) => this.#hop(hop, [...path, at], chain) ?? []);
    if (problems.count === before) this.#routes.set(via, hops);
    return hops;
  }

  #hop(hop: string | ParsedJump, place: ConfigPath, chain: readonly string[]): SshAccess | null {
    if (typeof hop !== 'string')
      return this.#access(hop, hop.host, `${hop.username ?? userName()}@${hop.host}`, NO_HOPS, place);
    const { byId } = this.#fleet;
    const { problems } = this.#scope;
    const jump = byId.get(hop);
    if (!jump) problems.add(place, unknownDevice(hop, byId.keys()));
    else if (chain.includes(hop))
      problems.add(place, `jump hosts go round in a circle: ${[...chain, hop].join(' -> ')}`);
    else {
      const access = this.of(jump, chain);
      if (access) return access;
      problems.add(place, `the jump host "${hop}" has no ssh section`);
    }
    return null;
  }

  #access(
    ssh: ParsedSsh | ParsedJump,
    host: string,
    name: string,
    via: readonly SshAccess[],
    path: ConfigPath,
  ): SshAccess {
    const { lacksKey, ...login } = this.#login(ssh, path);
    const { warnings } = this.#scope;
    if (lacksKey) warnings.about(name, `: there is no private key ${login.privateKey}`);
    if (login.legacy) warnings.about(name, ': legacy: true allows algorithms that are no longer safe');
    return { name, host, ...login, via };
  }

  #login(ssh: ParsedSsh | ParsedJump, path: ConfigPath): Login {
    const known = this.#logins.get(ssh);
    if (known) return known;
    const { dir, env, problems, seed } = this.#scope;
    const before = problems.count;
    this.#checkDialect(ssh.dialect, path);
    const absolute = (file: string) => resolve(dir, expandHome(file, env));
    const privateKey = ssh.privateKey === undefined ? undefined : absolute(ssh.privateKey);
    const login = {
      port: ssh.port ?? 22,
      username: ssh.username ?? userName(),
      ...(privateKey === undefined ? {} : { privateKey }),
      ...this.#secretsOf(ssh, path),
      ...agentOf(ssh.agent, absolute),
      hostKey: ssh.hostKey ?? (seed ? 'accept-new' : 'strict'),
      knownHosts:
        ssh.knownHosts === undefined ? this.#usualKnownHosts : [ssh.knownHosts].flat().map(absolute),
      dialect: ssh.dialect ?? 'auto',
      ...(this.#ownDialects && { ownDialects: this.#ownDialects }),
      legacy: ssh.legacy ?? false,
      connectTimeoutMs: ssh.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT_MS,
      lacksKey: privateKey !== undefined && !existsSync(privateKey),
    };
    // A mistake in it is told of at every place.
    if (problems.count === before) this.#logins.set(ssh, login);
    return login;
  }

  #secretsOf(
    ssh: ParsedSsh | ParsedJump,
    path: ConfigPath,
  ): Partial<Record<(typeof SECRET_KEYS)[number], Secret>> {
    const { secrets, problems } = this.#scope;
    const found: Partial<Record<(typeof SECRET_KEYS)[number], Secret>> = {};
    for (const key of SECRET_KEYS) {
      const secret = ssh[key] === undefined ? null : secrets.at(ssh[key], [...path, key], problems);
      if (secret) found[key] = secret;
    }
    return found;
  }

  #checkDialect(dialect: string | undefined, path: ConfigPath): void {
    const { dialects, problems } = this.#scope;
    if (dialect !== undefined && !dialects.includes(dialect))
      problems.add([...path, 'dialect'], unknownDialect(dialect, dialects));
  }

  /** A dialect may be like a built-in one, its own namesake included; never like another own one: no circles. */
  #checkLikes(): void {
    const known = DIALECTS.filter((name) => name !== 'auto');
    for (const [name, { like }] of this.#ownDialects ?? [])
      if (like !== undefined && !known.includes(like))
        this.#scope.problems.add(['dialects', name, 'like'], unknownDialect(like, known));
  }
}

/** Says that a dialect is not known, and which one may have been meant. */
export function unknownDialect(dialect: string, known: readonly string[]): string {
  const near = nearest(dialect, known);
  return `"${dialect}" is no known dialect${near ? `, did you mean "${near}"?` : `; there are: ${known.join(', ')}`}`;
}

const NO_HOPS: readonly SshAccess[] = [];

function leadsThrough(hops: readonly SshAccess[], names: readonly string[]): boolean {
  return hops.some(({ name, via }) => names.includes(name) || leadsThrough(via, names));
}

function agentOf(agent: ParsedSsh['agent'], absolute: (file: string) => string): Pick<SshAccess, 'agent'> {
  if (agent === undefined || agent === true) return {};
  return { agent: agent === false ? false : absolute(agent) };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'root';
  }
}
