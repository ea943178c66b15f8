import { parse, stringify } from 'yaml';
import { NethealError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Problems } from './problems.ts';
import type { ConfigPath } from './types.ts';

/** A seed-shaped config in the contract's shape, and the way back from a path there to the seed's own. */
export type MappedSeed = Readonly<{ config: unknown; original: (path: ConfigPath) => ConfigPath }>;

type Raw = Record<string, unknown>;
/** How a value of the seed looks in the new shape. */
type Convert = (value: unknown) => unknown;

const same: Convert = (value) => value;
/** The seed's seconds; what is no number is left for the schema to complain about. */
const seconds: Convert = (value) =>
  typeof value === 'number' && value >= 0 ? `${Math.round(value * 1_000)}ms` : value;

/** Seed key -> new path inside its section, and how its value is written there. */
const DEVICE_KEYS: Readonly<Record<string, readonly [path: readonly string[], convert: Convert]>> = {
  ip: [['ip'], same],
  label: [['label'], same],
  ssh_username: [['ssh', 'username'], same],
  ssh_password: [['ssh', 'password'], same],
  ssh_port: [['ssh', 'port'], same],
  healing_commands: [['heal'], same],
};
const MONITORING_KEYS: typeof DEVICE_KEYS = {
  ping_interval_seconds: [['interval'], seconds],
  ping_timeout_seconds: [['timeout'], seconds],
  failure_threshold: [['failureThreshold'], same],
};
const HEALING_KEYS: typeof DEVICE_KEYS = {
  enabled: [['enabled'], same],
  max_attempts: [['maxAttempts'], same],
  wait_between_attempts_seconds: [['waitBetweenAttempts'], seconds],
};
const SECTIONS: Readonly<Record<string, typeof DEVICE_KEYS>> = {
  devices: DEVICE_KEYS,
  monitoring: MONITORING_KEYS,
  healing: HEALING_KEYS,
};
/** Keys that only the seed has: one of them makes a file a seed-shaped one. */
const SEED_ONLY =
  /^(ssh_enabled|ssh_username|ssh_password|ssh_port|healing_commands|ping_interval_seconds|ping_timeout_seconds|failure_threshold|max_attempts|wait_between_attempts_seconds)$/;

/** Maps the seed's shape to the contract's; null where the file has the contract's shape already. */
export function mapSeed(raw: unknown, problems: Problems): MappedSeed | null {
  if (!isMap(raw)) return null;
  const sections = [raw.monitoring, raw.healing, ...(Array.isArray(raw.devices) ? raw.devices : [])];
  if (!sections.some((section) => isMap(section) && Object.keys(section).some((key) => SEED_ONLY.test(key))))
    return null;

  /** Sections that have the new shape already. */
  const asTheyAre = new Set<string>();
  const map = (section: unknown, keys: typeof DEVICE_KEYS, at: ConfigPath): unknown => {
    if (!isMap(section)) return section;
    const mixed = Object.keys(section).filter((key) => !(key in keys) && key !== 'ssh_enabled');
    const hasSeedKeys = Object.keys(section).some((key) => SEED_ONLY.test(key));
    // A section without any seed key is one of the new shape, and may stand beside seed-shaped ones.
    if (!hasSeedKeys && mixed.length > 0) {
      asTheyAre.add(at.join('.'));
      return section;
    }
    for (const key of mixed) {
      const near = key.includes('_') ? nearest(key, [...Object.keys(keys), 'ssh_enabled']) : null;
      problems.add(
        [...at, key],
        near
          ? `unknown key, did you mean "${near}"?`
          : `unknown key; here stand keys of the first version (${Object.keys(keys).join(', ')}), and the two shapes may not be mixed`,
      );
    }
    if ('ssh_enabled' in section && typeof section.ssh_enabled !== 'boolean')
      problems.add([...at, 'ssh_enabled'], 'must be true or false, without quotes');
    const result: Raw = {};
    for (const [key, [path, convert]] of Object.entries(keys)) {
      if (!(key in section)) continue;
      set(result, path, convert(section[key]));
    }
    return result;
  };

  const devices = Array.isArray(raw.devices)
    ? raw.devices.map((device, index) => withoutAccess(device, map(device, DEVICE_KEYS, ['devices', index])))
    : raw.devices;
  const config: Raw = { ...raw, devices };
  if ('monitoring' in raw) config.monitoring = map(raw.monitoring, MONITORING_KEYS, ['monitoring']);
  if ('healing' in raw) config.healing = map(raw.healing, HEALING_KEYS, ['healing']);
  return { config, original: (path) => originOf(path, asTheyAre) };
}

/** `ssh_enabled: false` means: only watch it. */
function withoutAccess(seed: unknown, mapped: unknown): unknown {
  if (!isMap(seed) || !isMap(mapped) || seed.ssh_enabled !== false) return mapped;
  const { ssh: _ssh, heal: _heal, ...watched } = mapped;
  return watched;
}

/** The seed's path for the longest known beginning of a new path; what follows it is the same in both. */
function originOf(path: ConfigPath, asTheyAre: ReadonlySet<string>): ConfigPath {
  const depth = path[0] === 'devices' ? 2 : 1;
  const keys = SECTIONS[String(path[0])];
  const [at, inside] = [path.slice(0, depth), path.slice(depth)];
  if (!keys || asTheyAre.has(at.join('.'))) return path;
  for (let length = inside.length; length > 0; length--) {
    const wanted = inside.slice(0, length).join('.');
    const known = Object.entries(keys).find(([, [to]]) => to.join('.') === wanted);
    if (known) return [...at, known[0], ...inside.slice(length)];
  }
  return path;
}

/**
 * A seed-shaped file in the new shape, as YAML. Comments are not kept, passwords are (consider `{ env: NAME }`).
 *
 * @throws NethealError NH_ARGUMENT_INVALID where the text is not seed-shaped
 */
export function convertSeed(text: string): string {
  const mapped = mapSeed(parse(text), { add: () => undefined } as unknown as Problems);
  if (!mapped) throw new NethealError('NH_ARGUMENT_INVALID', 'the config has the new shape already');
  const { devices, ...rest } = mapped.config as Raw;
  // What the first version did without saying is said in the new shape.
  const trusting = (device: unknown) =>
    isMap(device) && isMap(device.ssh)
      ? { ...device, ssh: { ...device.ssh, hostKey: 'accept-new' } }
      : device;
  const config = { ...rest, devices: Array.isArray(devices) ? devices.map(trusting) : devices };
  return stringify(config, { lineWidth: 0 }).replace(/: "?(\d+)000ms"?$/gm, ': $1s');
}

function set(target: Raw, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) target[key!] = value;
  else {
    target[key!] ??= {};
    set(target[key!] as Raw, rest, value);
  }
}

function isMap(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
