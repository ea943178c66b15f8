/**
 * The public plugin API (import it as `netheal/plugin`). Built-ins and strangers use this file and nothing else.
 *
 * A plugin listens to hooks and contributes probes, healers, sinks, routes and panels:
 *
 *     export default definePlugin({
 *       name: 'pager',
 *       apiVersion: 1,
 *       options: z.object({ url: z.url() }),
 *       apply(api, options) {
 *         api.hooks.onThresholdReached.tap(async (incident) => { await fetch(options.url, { method: 'POST' }); });
 *       },
 *     });
 */
import { z } from 'zod';
import type { Dialect } from './config/dialect.ts';
import type {
  Device,
  Failure,
  Hardness,
  HealingPhase,
  HealPlan,
  HealResult,
  Incident,
  Reachability,
  Risk,
  TranscriptLine,
} from './model/types.ts';
import type { Secret } from './secret.ts';

export { type Dialect, type Dialogue, dialectSchema, dialogueSchema, HOST } from './config/dialect.ts';
export { durationMs } from './duration.ts';
export { messageOf, NethealError } from './errors.ts';
export type {
  ApprovalMode,
  Device,
  Failure,
  FailureKind,
  Hardness,
  HealingPhase,
  HealPlan,
  HealResult,
  Incident,
  PlannedStep,
  Reachability,
  Risk,
  TranscriptLine,
} from './model/types.ts';
// For plugins that look at the network: names with a last good address, a fair cap, and whose fault an error is.
export { NameResolver, type Resolution, type ResolvedAddress } from './net/name-resolver.ts';
export { sendFault } from './net/send-fault.ts';
export { type Release, Slots } from './net/slots.ts';
export { kindOfSystemError, wordsOfSystemError } from './net/system-error.ts';
export { Secret } from './secret.ts';
export { cleanLine, cleanLines } from './text.ts';
export { fillVariables, templateText, unknownVariable, variablesIn, variableValue } from './variables.ts';
export { z };

// ---------------------------------------------------------------- probes

/** One look at one device by one probe. */
export type ProbeRequest<O = unknown> = Readonly<{
  device: Device;
  /** Name of the probe on this device, unique there: "icmp", "tcp:22". */
  probe: string;
  /** The probe's own options, already parsed by its schema. */
  options: O;
  /** The answer must be there after this many milliseconds; then `signal` aborts and the engine says "timeout". */
  timeoutMs: number;
  /** How many packets one check sends (probes without packets ignore it). */
  packets: number;
  signal: AbortSignal;
}>;

/** What a probe found out. Times in milliseconds, loss in percent 0..100. */
export type ProbeResult =
  | Readonly<{ ok: true; rttMs: number; lossPercent?: number; jitterMs?: number; detail?: string }>
  | Readonly<{
      ok: false;
      reason: 'timeout' | 'unreachable' | 'refused' | 'dns' | 'failed';
      message: string;
      /** RTT, where the device did answer, only wrongly (an HTTP 500). */
      rttMs?: number;
      /** Something came back, if no answer (a reset, a bad certificate): the way there is open, so it is not we who are cut off. */
      answered?: boolean;
      exitCode?: number;
    }>
  /** The monitor's own fault (no file descriptors, no route, spawn failed): never counts against the device. */
  | Readonly<{ ok: 'unknown'; reason: 'local-error' | 'stalled' | 'skipped'; message: string }>;

/** A kind of probe. `type` is what a config says in `probes: [{ type: tcp, port: 22 }]`. */
export interface Probe<O = unknown> {
  readonly type: string;
  /** Schema of the options beside `type`; a strict object, so that unknown keys are found. */
  readonly options: z.ZodType<O>;
  /** Name of a probe with these options, unique on a device: "tcp:22". Default: the type. */
  name?(options: O): string;
  /**
   * What does the work and why it was chosen, for `doctor` and the views: `{ name: 'fping', reason: '...' }`;
   * `mend` says what a better one would need.
   */
  engine?(): Readonly<{ name: string; reason: string; mend?: string }>;
  /** Never throws for what the network does: every failure is a `ProbeResult`. */
  run(request: ProbeRequest<O>): Promise<ProbeResult>;
}

/** The record of one probe run, as sinks and `onSample` get it. */
export type Sample = Readonly<{
  /** Wall clock, epoch milliseconds, at the start of the check. */
  at: number;
  device: Device;
  probe: string;
  /** True for the first probe of a device, the one its RTT is taken from. */
  primary: boolean;
  result: ProbeResult;
}>;

/** The record of one check: all probes of a device reduced to one verdict. One row of the CSV. */
export type CheckRecord = Readonly<{
  at: number;
  device: Device;
  /** `null`: the monitor's own fault, no verdict. */
  ok: boolean | null;
  rttMs: number | null;
  lossPercent: number;
  failure: Failure | null;
  reachability: Reachability;
  /** In a downtime, or while our own uplink is gone: the time counts neither for nor against the device. */
  excluded: boolean;
}>;

// ---------------------------------------------------------------- healers

/** How to log in to a device. Paths are absolute, secrets are sealed. */
export type SshAccess = Readonly<{
  /** For messages: id of the device, or `user@host` of an inline jump host. */
  name: string;
  host: string;
  port: number;
  username: string;
  password?: Secret;
  /** Absolute path of a private key file. */
  privateKey?: string;
  passphrase?: Secret;
  /** Path of an agent socket; `false` never asks one. Default: $SSH_AUTH_SOCK where set. */
  agent?: string | false;
  /** Absolute paths of known_hosts files, the first is written to by `accept-new`. */
  knownHosts: readonly string[];
  /** `strict`, `accept-new`, or the pinned fingerprint `SHA256:...`. */
  hostKey: string;
  /** Jump hosts, the first is connected to from here. */
  via: readonly SshAccess[];
  dialect: string;
  /** The dialects of the config itself, by name. */
  ownDialects?: ReadonlyMap<string, Dialect>;
  enableSecret?: Secret;
  /** Password for sudo; default: `password`. */
  sudoPassword?: Secret;
  /** Allows ssh-rsa, group1/14-sha1, CBC ciphers. */
  legacy: boolean;
  connectTimeoutMs: number;
}>;

/** One step to run on one target. */
export type StepRequest<S = unknown> = Readonly<{
  spec: S;
  /** The device that failed. */
  device: Device;
  /** The device the step runs on; the same unless the step says `on`. */
  target: Device;
  /** Access to the target; undefined where the config gives none. */
  ssh: SshAccess | undefined;
  /** The step must be over after this many milliseconds. */
  timeoutMs: number;
  /** Aborts at the deadline, on shutdown after the grace period and when a person cancels. */
  signal: AbortSignal;
  transcript: Transcript;
}>;

/** Writes the live transcript of an attempt. Text is cleaned, bounded and masked by the core. */
export interface Transcript {
  write(kind: TranscriptLine['kind'], text: string): void;
  /** From now on this text is masked wherever it appears in this transcript. */
  mask(secret: Secret | string): void;
}

/** How a step ended. */
export type StepResult =
  /** `acted: false`: it only let time pass, and nothing was run anywhere. */
  | Readonly<{ ok: true; acted?: false }>
  | Readonly<{
      ok: false;
      /** False: nothing was run on the target, so the attempt is not spent (wrong host key, no way in). */
      acted: boolean;
      message: string;
    }>;

/** A kind of heal step. `kind` is the key that a config's step has: `{ ssh: [...] }`. */
export interface Healer<S = unknown> {
  readonly kind: string;
  /**
   * Schema of the whole step as the config writes it, `{ [kind]: value, ...own keys }`, without the core's own
   * keys `on` and `timeout`; a strict object, so that unknown keys are found.
   */
  readonly spec: z.ZodType<S>;
  /** The step in words, line by line, as the approver sees it. Opens no connection and shows no secret. */
  describe(spec: S, target: Device): readonly string[];
  /**
   * The step with other lines, written by the person who is asked to approve it: `lines` are those of `describe`, changed.
   * A line that stands as it was must keep what is behind it. Absent: steps of this kind cannot be edited.
   */
  edit?(
    spec: S,
    target: Device,
    lines: readonly string[],
  ): Readonly<{ spec: S }> | Readonly<{ refused: string }>;
  /** How grave it is; default "medium". A `risk` in the strategy wins. */
  risk?(spec: S): Risk;
  /** How long it may take where the config gives no `timeout`. Default: 2 minutes. */
  defaultTimeoutMs?(spec: S): number;
  /** True where the step logs in to the target, which then needs `ssh` in the config. */
  readonly needsSsh?: boolean;
  run(request: StepRequest<S>): Promise<StepResult>;
  /**
   * Says whether a login would work, without running anything: for `netheal doctor`.
   * Lines are for people; `ok: false` with the mend.
   */
  diagnose?(
    ssh: SshAccess,
    signal: AbortSignal,
  ): Promise<Readonly<{ ok: boolean; lines: readonly string[] }>>;
}

/** One attempt to heal, before it runs. */
export type HealAttempt = Readonly<{
  incident: Incident;
  device: Device;
  plan: HealPlan;
  attempt: number;
  maxAttempts: number;
  /** "auto" or the name of the person who asked for it. */
  by: string;
  /** Ids of all devices its steps run on. */
  targets: readonly string[];
  /** Gates that the person overrides; the core drops their vetoes. */
  force: readonly string[];
  signal: AbortSignal;
}>;

export type HealOutcome = Readonly<{
  outcome: HealResult;
  /** Why, in one sentence. */
  reason: string;
  /** Milliseconds from the first command to the end of verification. */
  durationMs: number;
  transcript: readonly TranscriptLine[];
}>;

// ---------------------------------------------------------------- hooks

export type Skip = Readonly<{ skip: string }>;
/** "Not now": the gate's name, the reason in words, and when asking again makes sense. */
export type Veto = Readonly<{
  veto: string;
  gate: string;
  waitMs?: number;
  /** True: waiting will not help, a person has to look. */
  needsHuman?: boolean;
  /** True: stops all healing, until a person resumes it (blast radius). */
  stopsAll?: boolean;
}>;

export type StatusChange = Readonly<{
  device: Device;
  from: Reachability;
  to: Reachability;
  at: number;
  failure: Failure | null;
}>;

/**
 * Every hook: its arguments and what a tap may answer. Everything else is derived from this table.
 *
 * - decide (`beforePing`, `beforeHeal`): taps run in order, the first answer other than `undefined` wins.
 * - transform (`afterPing`): each tap gets the value of the one before; `undefined` keeps it.
 * - observe (the rest): answers are ignored; a tap that fails is logged and counted.
 */
export type HookSignatures = {
  /** Decide, before a probe runs: skip it, or answer in its place. A tap that fails has no opinion. */
  beforePing: (request: ProbeRequest) => Skip | ProbeResult | undefined;
  /** Transform what a probe said. A tap that fails leaves the value as it was. */
  afterPing: (result: ProbeResult, request: ProbeRequest) => ProbeResult | undefined;
  /** Observe every sample. Synchronous, on the hot path: enqueue and return. */
  onSample: (sample: Sample) => void;
  /** Observe every visible change of a device. */
  onStatusChange: (change: StatusChange) => void;
  /** Observe a new incident: a root-cause device is hard down. Once an incident. */
  onThresholdReached: (incident: Incident, device: Device) => void;
  /** Decide, before every attempt: veto it with a reason. A tap that fails COUNTS AS A VETO. */
  beforeHeal: (attempt: HealAttempt) => Veto | undefined;
  /** Observe the end of an attempt, after verification. Once an attempt. */
  afterHeal: (attempt: HealAttempt, outcome: HealOutcome) => void;
  /** Observe the start, in order, before the first check; a tap that fails stops or disables its plugin. */
  start: () => void;
  /** Observe that monitoring runs. */
  ready: () => void;
};
export type HookName = keyof HookSignatures;

export type TapOptions = Readonly<{
  /** Lower runs first; default 0. */
  stage?: number;
  /** Name of a plugin whose taps must run after this one. */
  before?: string;
  /** The tap must settle within this time; default 5 s (`beforePing`, `afterPing`: 1 s, `start`: 10 s). */
  timeoutMs?: number;
  /** For `beforeHeal`: the name of the gate, so that a dry run can list it even where it lets the heal pass. */
  gate?: string;
}>;

/** A plugin can listen; only the engine fires. */
export interface Tappable<N extends HookName> {
  tap(fn: TapFn<N>, options?: TapOptions): void;
  /** tapable's own spelling; the name is ignored, taps carry their plugin's. */
  tap(name: string, fn: TapFn<N>): void;
  tapPromise(name: string, fn: TapFn<N>): void;
}
export type TapFn<N extends HookName> = (
  ...args: Parameters<HookSignatures[N]>
) => N extends 'onSample'
  ? void
  : ReturnType<HookSignatures[N]> extends void
    ? unknown
    : ReturnType<HookSignatures[N]> | Promise<ReturnType<HookSignatures[N]>>;

export type PluginHooks = Readonly<{ [N in HookName]: Tappable<N> }>;

// ---------------------------------------------------------------- other contributions

/** What goes through a sink's queue, in order. */
export type SinkRecord =
  | Readonly<{ type: 'check'; record: CheckRecord }>
  | Readonly<{ type: 'event'; event: EventRecord }>
  /** An incident as it is now, each time something of it has changed. */
  | Readonly<{ type: 'incident'; incident: Incident }>
  /** An attempt to heal as it is now, each time it enters a phase; its transcript is masked and bounded. */
  | Readonly<{ type: 'heal'; heal: HealRecord }>;

/** One attempt to heal, from the question whether it may run to its account. Epoch milliseconds. */
export type HealRecord = Readonly<{
  id: string;
  device: string;
  incident: string;
  attempt: number;
  maxAttempts: number;
  strategy: string;
  phase: 'waiting-approval' | 'running' | 'settling' | 'verifying' | 'done';
  /** Null until it is done. */
  outcome: HealResult | null;
  reason: string | null;
  /** "auto" or the name of the person who asked for it or approved it. */
  by: string;
  /** Who changed its commands before it was approved. */
  editedBy?: string;
  plan: HealPlan;
  startedAt: number;
  finishedAt: number | null;
  transcript: readonly TranscriptLine[];
}>;

/** Receives records in batches from a bounded queue; a slow or failing sink never delays a probe. */
export interface Sink {
  readonly name: string;
  /** Which records it wants. Default: all. */
  readonly accepts?: readonly SinkRecord['type'][];
  /** Writes a batch. A rejection is retried with the same batch (backoff 1..5 s); when the queue is full the oldest rows are dropped, counted and told once. */
  write(batch: readonly SinkRecord[]): Promise<void> | void;
  /** Called on SIGHUP, for log rotation. */
  reopen?(): Promise<void> | void;
  close?(): Promise<void> | void;
}

/** A numbered event, the same for the log, the TUI, the page and `--json`. */
export type EventRecord = Readonly<{
  seq: number;
  /** ISO 8601 with milliseconds, UTC. */
  at: string;
  type: EventType;
  level: 'info' | 'good' | 'warn' | 'bad';
  /** Id of the device it is about. */
  device?: string;
  message: string;
  gate?: string;
  outcome?: HealResult;
  /** For `status-change`: what it was and what it is now. */
  from?: Reachability;
  to?: Reachability;
  plugin?: string;
  /** Id of the heal it belongs to. */
  heal?: string;
  incident?: string;
}>;
export type EventType =
  | 'monitor-started'
  | 'monitor-stopped'
  | 'status-change'
  | 'incident-opened'
  | 'incident-closed'
  | 'flapping-started'
  | 'flapping-stopped'
  | 'heal-started'
  | 'heal-step'
  | 'heal-finished'
  | 'heal-refused'
  | 'heal-observed'
  | 'approval-asked'
  | 'approval-given'
  | 'approval-rejected'
  | 'approval-edited'
  | 'needs-human'
  | 'acknowledged'
  | 'downtime'
  | 'note'
  | 'paused'
  | 'resumed'
  | 'self-offline'
  | 'self-online'
  | 'stalled'
  | 'plugin-fault'
  | 'rows-lost'
  | 'config-reloaded'
  | 'notice';

/** A web-standard handler; mounted under `/api/plugins/<plugin>/`. */
export type RouteHandler = (request: Request) => Response | Promise<Response>;

/** Where a route stands: below `/api/plugins/<name>/` (the default), or at the top, as `/metrics` does. */
export type RouteOptions = Readonly<{ at?: 'plugin' | 'root' }>;

/** What somebody may do, each more than the one before: look, act, and approve what a healer is to run. */
export type Role = 'view' | 'operate' | 'approve';

/** Who asks the API over a network: `name` stands in the audit trail; null where no token was given. */
export type Caller = Readonly<{ name: string | null; role: Role }>;

/**
 * A panel of text lines in the terminal UI. It is asked for its lines every few seconds, so `lines` only tells what is known
 * already. They are cleaned by the core; at most 40 are shown.
 */
export interface Panel {
  readonly title: string;
  lines(): readonly string[];
}

/** A read-only picture of the fleet, for taps that need more than their arguments. */
export type FleetSnapshot = Readonly<{
  at: number;
  monoMs: number;
  /** All devices. Of a large fleet this picture is made at most ten times a second. */
  devices: readonly DeviceSnapshot[];
  /** One device as it is now. */
  device(id: string): DeviceSnapshot | undefined;
  /** How late checks began since the start, milliseconds: what netheal itself has to answer for. */
  lateness: Readonly<{ p50Ms: number; p99Ms: number; longestMs: number }>;
  /** Our own uplink is down: nothing is known about anybody. */
  selfOffline: boolean;
  /** All healing is paused: by whom. */
  paused: string | null;
  /** All healing was stopped by a gate (blast radius), until a person resumes it: why. */
  healingStopped: string | null;
  heals: Readonly<{
    /** Attempts that run, settle or verify now; `targets` are the devices their steps run on. */
    running: readonly Readonly<{ device: string; group: string; targets: readonly string[] }>[];
    /** Wall times of the attempts begun in the last hour. */
    begun: readonly number[];
  }>;
}>;
export type DeviceSnapshot = Readonly<{
  device: Device;
  reachability: Reachability;
  hardness: Hardness;
  /** Confirmed to be down, or to be degraded where a strategy is for that. */
  broken: boolean;
  since: number;
  /** Of the last check that counted; null: it got no answer, or there was none yet. */
  rttMs: number | null;
  lossPercent: number | null;
  incident: string | null;
  /** Root cause of an unreachable device. */
  rootCause: string | null;
  healing: Readonly<{
    enabled: boolean;
    phase: HealingPhase;
    attempts: number;
    maxAttempts: number;
    /** Monotonic time before which no further attempt may begin; null = any time. */
    notBeforeMonoMs: number | null;
  }>;
  /** Its last check failed, confirmed or not. */
  failing: boolean;
  flapping: boolean;
  /** Reason of the downtime it is in. */
  downtime: string | null;
  /** Who acknowledged its incident. */
  acknowledged: string | null;
  paused: boolean;
}>;

export interface PluginLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What a plugin is given. Valid until `signal` aborts. */
export interface PluginApi {
  readonly hooks: PluginHooks;
  probe<O>(probe: Probe<O>): void;
  healer<S>(healer: Healer<S>): void;
  sink(sink: Sink): void;
  /**
   * Answers at `/api/plugins/<name>/<path>`. With `{ at: 'root' }` at `/<path>`, for what programs look for at one fixed
   * address: one word, which no other plugin and nothing of netheal's own may have taken. Reading needs the role `view`,
   * a POST `operate`.
   */
  route(method: 'GET' | 'POST', path: string, handler: RouteHandler, options?: RouteOptions): void;
  panel(panel: Panel): void;
  /**
   * The probes of all plugins, for a probe that is made of others (`all`, `any`). Complete once every plugin is applied,
   * so ask when a device's options are parsed, not in `apply`. Throws a NethealError that names what there is instead.
   */
  readonly probes: Readonly<{ get(type: string): Probe }>;
  readonly log: PluginLog;
  /** Wall clock (`now`, epoch ms) and monotonic clock (`monoMs`). Durations: always the monotonic one. */
  readonly clock: Readonly<{ now(): number; monoMs(): number }>;
  snapshot(): FleetSnapshot;
  /** Aborts when netheal stops. */
  readonly signal: AbortSignal;
  /** Runs at stop, last registered first, each bounded to 5 s. */
  onStop(fn: () => unknown): void;
  /** Folder of the config file; relative paths in options start here. */
  readonly configDir: string;
  /** Folder for what must survive a restart. */
  readonly stateDir: string;
  /** Says something to the operator: one numbered event of type "notice". */
  notice(message: string, level?: EventRecord['level'], device?: string): void;
  /**
   * The whole HTTP API as one web-standard handler, for plugins that serve it (the dashboard). It does what the role of
   * the caller allows, in the caller's name; without a caller everything, as for the owner of the Unix socket.
   */
  readonly http: (request: Request, caller?: Caller) => Response | Promise<Response>;
}

export interface Plugin<O = unknown> {
  /** Lower-case words with dashes; the name in the config, in messages and in accounting. */
  readonly name: string;
  readonly apiVersion: 1;
  /** Schema of the options in the config's `plugins.<name>`; without it the plugin takes none. */
  readonly options?: z.ZodType<O>;
  /** Names of plugins that must be applied before this one, where present. */
  readonly after?: readonly string[];
  /** What happens when `apply` or its `start` tap fails. Default "fail". */
  readonly onStartupError?: 'fail' | 'disable' | 'retry';
  apply(api: PluginApi, options: O): void | Promise<void>;
}

/** Types the plugin's options from its schema; returns what it is given. */
export function definePlugin<S extends z.ZodType>(
  plugin: Omit<Plugin<z.output<S>>, 'options'> & { options: S },
): Plugin<z.output<S>>;
export function definePlugin(plugin: Omit<Plugin<undefined>, 'options'>): Plugin<undefined>;
export function definePlugin(plugin: Plugin<never>): Plugin<never> {
  return plugin;
}
