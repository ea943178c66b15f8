import { formatDuration } from './duration.ts';
import { Interned } from './intern.ts';
import { type NamedDevice, type NamedFleet, nameDevices } from './name-devices.ts';
import { withSecrets } from './plugin-list.ts';
import type { ParsedConfig, ParsedDevice } from './schema.ts';
import type { Scope } from './scope.ts';
import { SshAccesses } from './ssh-access.ts';
import { resolveFleetStrategies, resolveStrategies } from './strategies.ts';
import type { DeviceConfig, HealPolicy, ProbeConfig, StrategyConfig } from './types.ts';
import type { Warnings } from './warnings.ts';

const HEAL_DEFAULTS: HealPolicy = {
  enabled: true,
  maxAttempts: 2,
  waitBetweenAttemptsMs: 10_000,
  settleMs: 10_000,
  verifyWindowMs: 120_000,
  minHealthyPeriodMs: 300_000,
  approval: 'auto',
};

/** The strictest first. */
const APPROVALS: readonly HealPolicy['approval'][] = ['never', 'ask', 'auto'];

const PING_ONLY: readonly ProbeConfig[] = [{ type: 'icmp', options: {}, path: ['devices'] }];

/** What the devices of a fleet are resolved with. */
type Fleet = Readonly<{
  named: NamedFleet;
  config: ParsedConfig;
  scope: Scope;
  ssh: SshAccesses;
  /** Of every device that has none of its own. */
  strategies: readonly StrategyConfig[];
  interned: Interned;
}>;

/** All devices, with defaults, fleet-wide values and references put in. */
export function resolveDevices(config: ParsedConfig, scope: Scope): DeviceConfig[] {
  const named = nameDevices(config, scope);
  if (named.devices.length === 0) scope.warnings.add('the config has no devices: there is nothing to watch');
  const fleet: Fleet = {
    named,
    config,
    scope,
    ssh: new SshAccesses(named, config, scope),
    strategies: resolveFleetStrategies(config, named, scope),
    interned: new Interned(),
  };
  const devices = named.devices.map((device) => resolveDevice(device, fleet));
  warnOfClosedDoors(devices, scope.warnings);
  return devices;
}

/** Steps that log in where the config gives no login would only be found out in an outage. */
function warnOfClosedDoors(devices: readonly DeviceConfig[], warnings: Warnings): void {
  const open = new Set(devices.flatMap(({ id, ssh }) => (ssh ? [id] : [])));
  for (const { id, strategies } of devices) {
    for (const { steps } of strategies) {
      for (const { kind, on } of steps) {
        if (!kind.startsWith('ssh') || open.has(on ?? id)) continue;
        const whose =
          on === undefined ? 'ssh steps but no ssh access' : `ssh steps on ${on}, which has no ssh access`;
        warnings.about(id, ` has ${whose}: it cannot be healed by them`);
      }
    }
  }
}

function resolveDevice(device: NamedDevice, fleet: Fleet): DeviceConfig {
  const { id, label, address, parsed } = device;
  const { config, scope, interned } = fleet;
  const healPolicy = interned.of(healPolicyOf(parsed, config));
  const check = {
    ...checkPolicyOf(device, config, scope),
    minHealthyPeriodMs: healPolicy.minHealthyPeriodMs,
  };
  return {
    id,
    address,
    label,
    group: parsed.group ?? 'default',
    tags: interned.of(parsed.tags ?? {}),
    parents: interned.of(parsed.parents ?? []),
    check: interned.of(check),
    probes: probesOf(device, fleet),
    ssh: fleet.ssh.of(device),
    healPolicy,
    strategies: strategiesOf(device, fleet),
  };
}

function strategiesOf(
  device: NamedDevice,
  { named, config, scope, interned, strategies }: Fleet,
): readonly StrategyConfig[] {
  const own = device.parsed.heal;
  if (own === undefined) return strategies;
  return interned.made(
    'heal',
    own,
    () => resolveStrategies(own, device, named, config, scope),
    scope.problems,
  );
}

function probesOf(device: NamedDevice, { scope, interned }: Fleet): readonly ProbeConfig[] {
  const { icmp = true, probes = [] } = device.parsed;
  if (icmp && probes.length === 0) return PING_ONLY;
  return interned.made('probes', { icmp, probes }, () => resolveProbes(device, scope), scope.problems);
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
  { healing: own = {}, tags = {} }: ParsedDevice,
  { healing: fleet = {} }: ParsedConfig,
): HealPolicy {
  const byTag = (fleet.approvalFor ?? []).filter((rule) =>
    Object.entries(rule.tags).every(([key, value]) => tags[key] === value),
  );
  return {
    // Turned off for the fleet is turned off; a device can only be more careful.
    enabled: (fleet.enabled ?? true) && (own.enabled ?? true),
    maxAttempts: own.maxAttempts ?? fleet.maxAttempts ?? HEAL_DEFAULTS.maxAttempts,
    waitBetweenAttemptsMs:
      own.waitBetweenAttempts ?? fleet.waitBetweenAttempts ?? HEAL_DEFAULTS.waitBetweenAttemptsMs,
    settleMs: own.settle ?? fleet.settle ?? HEAL_DEFAULTS.settleMs,
    verifyWindowMs: own.verifyWindow ?? fleet.verifyWindow ?? HEAL_DEFAULTS.verifyWindowMs,
    minHealthyPeriodMs: own.minHealthyPeriod ?? fleet.minHealthyPeriod ?? HEAL_DEFAULTS.minHealthyPeriodMs,
    // The most particular word holds; of several about its tags the strictest.
    approval:
      own.approval ??
      APPROVALS.find((mode) => byTag.some(({ approval }) => approval === mode)) ??
      fleet.approval ??
      HEAL_DEFAULTS.approval,
  };
}

function resolveProbes({ parsed, index }: NamedDevice, scope: Scope): ProbeConfig[] {
  const { problems } = scope;
  const path = ['devices', index, 'probes'];
  const given = (parsed.probes ?? []).map(({ type, timeout, ...options }, at): ProbeConfig => {
    const place = [...path, at];
    return {
      type,
      options: withSecrets(options, place, scope),
      path: place,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    };
  });
  if (parsed.icmp !== false) return [{ type: 'icmp', options: {}, path }, ...given];
  if (given.length === 0)
    problems.add(
      ['devices', index, 'icmp'],
      'without icmp the device needs a probe: probes: [{ type: tcp, port: 22 }]',
    );
  return given;
}
