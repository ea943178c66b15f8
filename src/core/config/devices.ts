import { findCycle } from '../model/topology.ts';
import { nearest } from '../nearest.ts';
import { formatDuration } from './duration.ts';
import { Interned } from './intern.ts';
import { withSecrets } from './plugin-list.ts';
import type { Scope } from './resolve.ts';
import type { ParsedConfig, ParsedDevice } from './schema.ts';
import { isSecretRef } from './secrets.ts';
import { resolveSsh } from './ssh-access.ts';
import { resolveFleetStrategies, resolveStrategies } from './strategies.ts';
import type { DeviceConfig, HealPolicy, ProbeConfig, StrategyConfig } from './types.ts';

/** A device with the defaults merged under it, and what it is called. */
export type NamedDevice = Readonly<{
  id: string;
  label: string;
  address: string;
  parsed: ParsedDevice;
  index: number;
}>;

const HEAL_DEFAULTS: HealPolicy = {
  enabled: true,
  maxAttempts: 2,
  waitBetweenAttemptsMs: 10_000,
  settleMs: 10_000,
  verifyWindowMs: 120_000,
  minHealthyPeriodMs: 300_000,
  approval: 'auto',
};

const PING_ONLY: readonly ProbeConfig[] = [{ type: 'icmp', options: {}, path: ['devices'] }];

/** All devices, with defaults, fleet-wide values and references put in. */
export async function resolveDevices(config: ParsedConfig, scope: Scope): Promise<DeviceConfig[]> {
  const named = nameDevices(config, scope);
  checkParents(named, scope);
  if (named.length === 0) scope.warnings.push('the config has no devices: there is nothing to watch');
  const shared = { interned: new Interned(), strategies: resolveFleetStrategies(config, named, scope) };
  const devices = await Promise.all(
    named.map((device) => resolveDevice(device, named, config, scope, shared)),
  );
  warnOfClosedDoors(devices, scope.warnings);
  return devices;
}

/** Steps that log in where the config gives no login would only be found out in an outage. */
function warnOfClosedDoors(devices: readonly DeviceConfig[], warnings: string[]): void {
  const open = new Set(devices.flatMap(({ id, ssh }) => (ssh ? [id] : [])));
  for (const { id, strategies } of devices) {
    for (const { kind, on } of strategies.flatMap(({ steps }) => steps)) {
      if (!kind.startsWith('ssh') || open.has(on ?? id)) continue;
      const whose =
        on === undefined ? 'ssh steps but no ssh access' : `ssh steps on ${on}, which has no ssh access`;
      warnings.push(`${id} has ${whose}: it cannot be healed by them`);
    }
  }
}

async function resolveDevice(
  device: NamedDevice,
  all: readonly NamedDevice[],
  config: ParsedConfig,
  scope: Scope,
  { interned, strategies }: Readonly<{ interned: Interned; strategies: readonly StrategyConfig[] }>,
): Promise<DeviceConfig> {
  const { id, label, address, parsed } = device;
  const healPolicy = interned.of(healPolicyOf(parsed, config));
  const ssh = await resolveSsh(device, all, config, scope);
  return {
    id,
    address,
    label,
    group: parsed.group ?? 'default',
    tags: interned.of(parsed.tags ?? {}),
    parents: interned.of(parsed.parents ?? []),
    check: interned.of({
      ...checkPolicyOf(device, config, scope),
      minHealthyPeriodMs: healPolicy.minHealthyPeriodMs,
    }),
    probes: parsed.probes || parsed.icmp === false ? await probesOf(device, scope) : PING_ONLY,
    ssh,
    healPolicy,
    strategies: resolveStrategies(device, all, config, scope, strategies),
  };
}

function nameDevices(config: ParsedConfig, { problems, seed }: Scope): NamedDevice[] {
  const byId = new Map<string, number>();
  const taken = (id: string) => byId.has(id);
  return config.devices.map((own, index) => {
    const path = ['devices', index];
    if (own.ip === undefined && own.host === undefined)
      problems.add(path, 'needs an address: ip, or host with a name');
    if (own.ip !== undefined && own.host !== undefined)
      problems.add([...path, 'host'], 'ip and host are one thing: give one of them');
    const address = own.ip ?? own.host ?? '';
    const label = own.label ?? own.id ?? address;
    let id = own.id ?? (slug(own.label ?? '') || slug(address) || `device-${index + 1}`);
    // The seed knew no ids, so two devices of one label are no mistake there.
    if (seed && taken(id)) id = `${id}-${slug(address)}`;
    const first = byId.get(id);
    if (first === undefined) byId.set(id, index);
    else {
      const place = problems.place(['devices', first]);
      problems.add(
        own.id === undefined ? path : [...path, 'id'],
        `the id "${id}" is taken by the device at ${place}; give one of them another id`,
      );
    }
    return { id, label, address, index, parsed: merged(config.defaults ?? {}, own) as ParsedDevice };
  });
}

/** Maps are merged deeply, everything else of the device wins over the default. */
function merged(below: unknown, above: unknown): unknown {
  // A secret has one source: half of a default's reference must never be mixed into a device's own.
  if (!isMap(below) || !isMap(above) || isSecretRef(above)) return above === undefined ? below : above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(below[key], above[key])]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Core gateway` -> `core-gateway`. */
function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}

function checkParents(devices: readonly NamedDevice[], { problems }: Scope): void {
  const ids = devices.map(({ id }) => id);
  // Fleets may be large: a list would be searched once a parent.
  const known = new Set(ids);
  for (const { parsed, index } of devices) {
    for (const [at, parent] of (parsed.parents ?? []).entries()) {
      if (!known.has(parent)) problems.add(['devices', index, 'parents', at], unknownDevice(parent, ids));
    }
  }
  const cycle = findCycle(
    devices.map(({ id, parsed }) => ({ id, parents: (parsed.parents ?? []).filter((p) => known.has(p)) })),
  );
  if (!cycle) return;
  const index = devices.find(({ id }) => id === cycle[0])!.index;
  problems.add(['devices', index, 'parents'], `parents go round in a circle: ${cycle.join(' -> ')}`);
}

/** Words for a reference to a device that does not exist. */
export function unknownDevice(id: string, known: readonly string[]): string {
  const near = nearest(id, known);
  if (near) return `there is no device "${id}", did you mean "${near}"?`;
  const some = known.slice(0, 10).join(', ') + (known.length > 10 ? ', ...' : '');
  return `there is no device "${id}"; there are: ${some || 'none'}`;
}

function checkPolicyOf(
  { parsed, index }: NamedDevice,
  { monitoring = {} }: ParsedConfig,
  { problems }: Scope,
): Omit<DeviceConfig['check'], 'minHealthyPeriodMs'> {
  const pick = <
    K extends 'interval' | 'timeout' | 'failureThreshold' | 'successThreshold' | 'retryInterval' | 'packets',
  >(
    key: K,
  ) => parsed[key] ?? monitoring[key];
  const intervalMs = pick('interval') ?? 30_000;
  const timeoutMs = pick('timeout') ?? Math.min(2_000, intervalMs);
  if (timeoutMs > intervalMs) {
    const path =
      parsed.timeout !== undefined || parsed.interval !== undefined
        ? ['devices', index, parsed.timeout === undefined ? 'interval' : 'timeout']
        : ['monitoring', monitoring.timeout === undefined ? 'interval' : 'timeout'];
    problems.add(
      path,
      `the timeout (${formatDuration(timeoutMs)}) must not be longer than the interval (${formatDuration(intervalMs)})`,
    );
  }
  const degraded = { ...monitoring.degraded, ...parsed.degraded };
  return {
    intervalMs,
    timeoutMs,
    failureThreshold: pick('failureThreshold') ?? 3,
    successThreshold: pick('successThreshold') ?? 2,
    retryIntervalMs: pick('retryInterval') ?? Math.min(intervalMs, 5_000),
    packets: pick('packets') ?? 1,
    degraded: { lossPercent: degraded.lossPercent ?? 20, rttMs: degraded.rttMs ?? 500 },
  };
}

function healPolicyOf(
  { healing: own = {} }: ParsedDevice,
  { healing: fleet = {} }: ParsedConfig,
): HealPolicy {
  return {
    // Turned off for the fleet is turned off; a device can only be more careful.
    enabled: (fleet.enabled ?? true) && (own.enabled ?? true),
    maxAttempts: own.maxAttempts ?? fleet.maxAttempts ?? HEAL_DEFAULTS.maxAttempts,
    waitBetweenAttemptsMs:
      own.waitBetweenAttempts ?? fleet.waitBetweenAttempts ?? HEAL_DEFAULTS.waitBetweenAttemptsMs,
    settleMs: own.settle ?? fleet.settle ?? HEAL_DEFAULTS.settleMs,
    verifyWindowMs: own.verifyWindow ?? fleet.verifyWindow ?? HEAL_DEFAULTS.verifyWindowMs,
    minHealthyPeriodMs: own.minHealthyPeriod ?? fleet.minHealthyPeriod ?? HEAL_DEFAULTS.minHealthyPeriodMs,
    approval: own.approval ?? fleet.approval ?? HEAL_DEFAULTS.approval,
  };
}

async function probesOf({ parsed, index }: NamedDevice, scope: Scope): Promise<ProbeConfig[]> {
  const { problems } = scope;
  const path = ['devices', index, 'probes'];
  const given: ProbeConfig[] = [];
  for (const [at, { type, timeout, ...options }] of (parsed.probes ?? []).entries()) {
    const place = [...path, at];
    // Most probes have plain options, and of devices there may be a hundred thousand.
    const mayHoldSecrets = Object.values(options).some((value) => typeof value === 'object');
    given.push({
      type,
      options: mayHoldSecrets ? await withSecrets(options, place, scope) : options,
      path: place,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    });
  }
  if (parsed.icmp !== false) return [{ type: 'icmp', options: {}, path }, ...given];
  if (given.length === 0)
    problems.add(
      ['devices', index, 'icmp'],
      'without icmp the device needs a probe: probes: [{ type: tcp, port: 22 }]',
    );
  return given;
}
