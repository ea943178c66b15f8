import type { DeviceBrief } from '../api/select.ts';
import type { DeviceGlance, DeviceView } from '../api/types.ts';
import { averageLossPercent } from '../model/limits.ts';
import type { Incident } from '../model/types.ts';
import type { DeviceSnapshot, ProbeResult, SshAccess } from '../plugin.ts';
import type { Monitored } from './monitored.ts';

const RECENT = 20;

type Around = Readonly<{
  monoMs: number;
  incident: Incident | undefined;
  rootCause: string | null;
}>;

/** A device as the views see it. */
export function deviceView(device: Monitored, { monoMs, incident, rootCause }: Around): DeviceView {
  const { config, state, healing, stats } = device;
  const { since, uptimePercent, averageRttMs, totalChecks, onlineChecks } = stats.summary(monoMs);
  return {
    ...device.device,
    reachability: state.reachability,
    hardness: state.hardness,
    since: state.since,
    lastCheckAt: orNull(device.last.at),
    rttMs: orNull(device.last.judgedRttMs),
    lossPercent: averageLossPercent(state.lossWindow),
    recent: device.samples.last(RECENT).map(({ rttMs }) => rttMs),
    consecutiveFailures: state.consecutiveFailures,
    failure: state.failure,
    healing: {
      phase: healing.phase,
      attempts: incident?.attempts ?? 0,
      maxAttempts: config.healPolicy.maxAttempts,
      reason: healing.reason,
    },
    flags: {
      flapping: state.flapping,
      downtime: device.downtime?.reason ?? null,
      acknowledged: incident?.acknowledged ?? null,
      paused: device.paused,
    },
    rootCause,
    incident: state.incident,
    stats: { since, uptimePercent, averageRttMs, totalChecks, onlineChecks },
    probes: device.probes.map(({ name }, index) => probeView(name, device.lastResults[index])),
    config: {
      intervalMs: config.check.intervalMs,
      timeoutMs: config.check.timeoutMs,
      failureThreshold: config.check.failureThreshold,
      ssh: config.ssh ? loginOf(config.ssh) : null,
      ...(config.ssh && config.ssh.via.length > 0 && { via: config.ssh.via.map(loginOf) }),
      strategies: device.strategies.map(({ name }) => name),
    },
  };
}

function loginOf({ username, host, port }: SshAccess): string {
  return `${username}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A device as queries look at it: what it takes to tell whether it is meant. */
export function deviceBrief({ device, state, healing, downtime }: Monitored): DeviceBrief {
  const { id, label, address, group } = device;
  const flags = { downtime: downtime?.reason ?? null, flapping: state.flapping };
  return { id, label, address, group, reachability: state.reachability, healing, flags };
}

/** A device as a grid of all of them shows it. */
export function deviceGlance(device: Monitored, monoMs: number): DeviceGlance {
  return {
    ...deviceBrief(device),
    tags: device.device.tags,
    since: device.state.since,
    rttMs: orNull(device.last.judgedRttMs),
    lossPercent: averageLossPercent(device.state.lossWindow),
    stats: device.stats.summary(monoMs),
  };
}

function probeView(name: string, result: ProbeResult | undefined): DeviceView['probes'][number] {
  if (!result) return { name, ok: null, rttMs: null, message: null };
  if (result.ok === true) return { name, ok: true, rttMs: result.rttMs, message: result.detail ?? null };
  return { name, ok: result.ok === 'unknown' ? null : false, rttMs: null, message: result.message };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** A device as plugins see it, for gates above all. */
export function deviceSnapshot(
  device: Monitored,
  { incident, rootCause, healingOn }: Omit<Around, 'monoMs'> & Readonly<{ healingOn: boolean }>,
): DeviceSnapshot {
  const { state, healing, config } = device;
  return {
    device: device.device,
    reachability: state.reachability,
    hardness: state.hardness,
    broken: device.broken,
    since: state.since,
    rttMs: orNull(device.last.judgedRttMs),
    lossPercent: orNull(device.last.judgedLossPercent),
    incident: state.incident,
    rootCause,
    healing: {
      enabled: healingOn && config.healPolicy.enabled,
      phase: healing.phase,
      attempts: incident?.attempts ?? 0,
      maxAttempts: config.healPolicy.maxAttempts,
      notBeforeMonoMs: healing.notBeforeMonoMs,
    },
    failing:
      (state.consecutiveFailures > 0 || device.last.verdict === 'failed') &&
      state.reachability !== 'unreachable',
    flapping: state.flapping,
    downtime: device.downtime?.reason ?? null,
    acknowledged: incident?.acknowledged?.by ?? null,
    paused: device.paused,
  };
}
