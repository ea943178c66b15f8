import type { ApprovalMode, CheckPolicy, Device, Risk, StrategyCondition } from '../model/types.ts';
import type { SshAccess } from '../plugin.ts';

/** The config as the engine reads it: durations in ms, paths absolute, secrets sealed, defaults merged in. */
export type ResolvedConfig = Readonly<{
  /** Absolute path of the file it came from; null where it was built in code (the demo). */
  file: string | null;
  /** Folder that relative paths start from. */
  dir: string;
  format: 'netheal' | 'seed';
  stateDir: string;
  /** `witnesses: null` = not given: the default gateway, if it answers at start. */
  monitoring: Readonly<{ engine: 'auto' | 'icmp' | 'fping' | 'ping'; witnesses: readonly string[] | null }>;
  healing: HealingConfig;
  devices: readonly DeviceConfig[];
  downtimes: readonly DowntimeConfig[];
  /** Name, ./path or package -> raw options; `false` turns one off. Built-ins included, in order of application. */
  plugins: readonly PluginConfig[];
  /** Things worth telling at start (hints how to convert, permissions, legacy algorithms). */
  warnings: readonly string[];
  /** `file:line:col` of a value, or of the nearest thing above it; for schemas that plugins bring. */
  locate(path: ConfigPath): string;
}>;

/** Where a value stands in the file: `['devices', 1, 'ip']`. */
export type ConfigPath = readonly (string | number)[];

/** Options are raw here: the plugin's own schema parses them; `path` leads its complaints. */
export type PluginConfig = Readonly<{ name: string; options: unknown; path: ConfigPath }>;

export type HealingConfig = Readonly<{
  enabled: boolean;
  mode: 'act' | 'observe';
  maxUnhealthyPercent: number;
  maxConcurrent: number;
  maxPerHour: number;
  /** A request for approval that nobody answers is a rejection after this time. */
  approvalExpiresMs: number;
}>;

/** Fleet-wide healing values that a device may override (all under `healing` / on the device). */
export type HealPolicy = Readonly<{
  enabled: boolean;
  maxAttempts: number;
  waitBetweenAttemptsMs: number;
  settleMs: number;
  verifyWindowMs: number;
  minHealthyPeriodMs: number;
  approval: ApprovalMode;
}>;

export type DeviceConfig = Device &
  Readonly<{
    check: CheckPolicy &
      Readonly<{ intervalMs: number; timeoutMs: number; retryIntervalMs: number; packets: number }>;
    /** The first is the primary one: `icmp` unless the config turns it off or replaces it. */
    probes: readonly ProbeConfig[];
    ssh: SshAccess | undefined;
    healPolicy: HealPolicy;
    strategies: readonly StrategyConfig[];
  }>;

/** `options` are raw: the probe's own schema parses them. */
export type ProbeConfig = Readonly<{ type: string; options: unknown; path: ConfigPath; timeoutMs?: number }>;

/** A strategy whose steps are still raw: the healer's own schema parses `spec`. */
export type StrategyConfig = Readonly<{
  name: string;
  when: StrategyCondition;
  steps: readonly StepConfig[];
  settleMs?: number;
  risk?: Risk;
  approval?: ApprovalMode;
}>;

/**
 * `kind` is the key that names the healer; `spec` is `{ [kind]: value, ...other keys }` without the core's own
 * keys `on` and `timeout`.
 */
export type StepConfig = Readonly<{
  kind: string;
  spec: Readonly<Record<string, unknown>>;
  on?: string;
  timeoutMs?: number;
  path: ConfigPath;
}>;

/** A planned outage: a fixed window, a cron start with a length, or a window in which it may begin, with its length. */
export type DowntimeConfig = Readonly<{
  devices: readonly string[];
  groups: readonly string[];
  reason: string;
  /** Epoch ms; for windows. */
  from?: number;
  to?: number;
  /** Cron expression (local time). */
  cron?: string;
  /** Of a cron or flexible downtime. */
  durationMs?: number;
  /** It begins when a device goes down within the window, once for each device. */
  flexible?: true;
}>;
