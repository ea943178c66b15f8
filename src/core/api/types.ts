import type { ShownState } from '../model/shown-state.ts';
import type {
  Acknowledgement,
  Device,
  Failure,
  Hardness,
  HealingPhase,
  HealPlan,
  Incident,
  Reachability,
} from '../model/types.ts';
import type { EventRecord, HealRecord } from '../plugin.ts';

/**
 * What every view sees. All of it is JSON: in-process and over the socket the shapes are the same.
 * Times are epoch milliseconds.
 */
export type DeviceView = Device &
  Readonly<{
    reachability: Reachability;
    hardness: Hardness;
    /** When `reachability` last changed. */
    since: number;
    lastCheckAt: number | null;
    rttMs: number | null;
    /** Loss over the last 20 checks, percent. */
    lossPercent: number;
    /** RTT of the last 20 checks, oldest first; null = lost. */
    recent: readonly (number | null)[];
    consecutiveFailures: number;
    failure: Failure | null;
    healing: Readonly<{ phase: HealingPhase; attempts: number; maxAttempts: number; reason: string | null }>;
    flags: Readonly<{
      flapping: boolean;
      downtime: string | null;
      acknowledged: Acknowledgement | null;
      paused: boolean;
    }>;
    /** Id of the parent that explains an unreachable device: the root cause. */
    rootCause: string | null;
    incident: string | null;
    stats: Readonly<{
      /** Percent of the time that counts; null before the first check. */
      uptimePercent: number | null;
      averageRttMs: number | null;
      totalChecks: number;
      onlineChecks: number;
      since: number;
    }>;
    /** The probes by name, with the last result of each. */
    probes: readonly Readonly<{
      name: string;
      ok: boolean | null;
      rttMs: number | null;
      message: string | null;
    }>[];
    /** How it is checked and healed, in words, for the detail view: no secrets. */
    config: Readonly<{
      intervalMs: number;
      timeoutMs: number;
      failureThreshold: number;
      /** `user@host:port`, or null. */
      ssh: string | null;
      /** Its jump hosts, the first is connected to from here; absent where there is none. */
      via?: readonly string[];
      strategies: readonly string[];
    }>;
  }>;

/** A device as a grid of all of them needs it: cheap to come by for a hundred thousand of them. */
export type DeviceGlance = Pick<
  DeviceView,
  'id' | 'label' | 'address' | 'group' | 'tags' | 'reachability' | 'since' | 'rttMs' | 'lossPercent'
> &
  Readonly<{
    healing: Pick<DeviceView['healing'], 'phase'>;
    flags: Pick<DeviceView['flags'], 'downtime' | 'flapping'>;
    stats: Pick<DeviceView['stats'], 'uptimePercent'>;
  }>;

export type HealView = HealRecord &
  Readonly<{
    /** For a heal that waits for approval: it is rejected then. */
    expiresAt: number | null;
  }>;

export type PluginView = Readonly<{
  name: string;
  state: 'ok' | 'faulty' | 'disabled';
  hooks: readonly string[];
  calls: number;
  errors: number;
  timeouts: number;
  /** 95th percentile of its taps' time, milliseconds. */
  p95Ms: number;
  lastError: string | null;
  /** What it has to show itself; absent where it contributes no panel. */
  panels?: readonly Readonly<{ title: string; lines: readonly string[] }>[];
}>;

export type SampleView = Readonly<{ at: number; rttMs: number | null; ok: boolean | null }>;

export type MonitorView = Readonly<{
  version: string;
  pid: number;
  startedAt: number;
  configFile: string | null;
  /** True while the demo runs. */
  demo: boolean;
  healing: 'act' | 'observe' | 'off';
  /** Set while all healing is paused: by whom and why. */
  paused: Readonly<{ by: string; at: number }> | null;
  selfOffline: boolean;
  /** The ping engine in use, e.g. "fping". */
  engine: string;
  /** Blast radius tripped: why healing stopped until a person resets it. */
  healingStopped: string | null;
}>;

/** The whole picture; `seq` is the number of the newest event in it. */
export type Snapshot = Readonly<{
  seq: number;
  at: number;
  monitor: MonitorView;
  /** Of a fleet that is not shown whole: how many devices there are. */
  fleet?: FleetCounts;
  devices: readonly DeviceView[];
  incidents: readonly Incident[];
  heals: readonly HealView[];
  events: readonly EventRecord[];
  plugins: readonly PluginView[];
}>;

/** What changed since the last delta; devices, incidents and heals are replaced whole, by id. */
export type Delta = Readonly<{
  seq: number;
  at: number;
  monitor?: MonitorView;
  fleet?: FleetCounts;
  devices?: readonly DeviceView[];
  /** Ids of devices that are gone after a reload, or no longer seen through the lens. */
  removed?: readonly string[];
  incidents?: readonly Incident[];
  heals?: readonly HealView[];
  events?: readonly EventRecord[];
  plugins?: readonly PluginView[];
}>;

/** What a view can ask for. `by` is the name of the person, for the audit trail. */
export type Action =
  | Readonly<{ type: 'ping'; device: string }>
  | Readonly<{ type: 'heal'; device: string; by: string; force?: readonly string[] }>
  /** Plan and verdict of every gate; opens no connection. */
  | Readonly<{ type: 'dry-run'; device: string; by: string }>
  | Readonly<{ type: 'approve'; heal: string; hash: string; by: string; typedLabel?: string }>
  | Readonly<{ type: 'reject'; heal: string; by: string }>
  /** Other commands for a heal that waits for approval: the lines of each step, as its plan shows them. It goes on waiting. */
  | Readonly<{
      type: 'edit';
      heal: string;
      /** Of the plan that was edited. */
      hash: string;
      by: string;
      steps: readonly (readonly string[])[];
    }>
  | Readonly<{ type: 'ack'; device: string; by: string; reason: string; untilMs?: number }>
  | Readonly<{ type: 'unack'; device: string; by: string }>
  | Readonly<{ type: 'downtime'; device: string; by: string; reason: string; durationMs: number }>
  /** Ends what the device is in now, planned or not; what is planned for later stays. */
  | Readonly<{ type: 'end-downtime'; device: string; by: string }>
  /** A person's words, kept among the events. */
  | Readonly<{ type: 'note'; device: string; by: string; text: string }>
  /** The same as SIGHUP: log files are reopened, and the config is read again. */
  | Readonly<{ type: 'reload'; by: string }>
  /** Without a device: all healing. Resuming all also resets a tripped blast radius. */
  | Readonly<{ type: 'pause'; device?: string; by: string }>
  | Readonly<{ type: 'resume'; device?: string; by: string }>;

export type GateVerdict = Readonly<{ gate: string; ok: boolean; reason: string | null }>;

export type ActionResult =
  | Readonly<{ ok: true; message: string; heal?: string; plan?: HealPlan; gates?: readonly GateVerdict[] }>
  | Readonly<{ ok: false; code: string; message: string; gate?: string }>;

/** Every field that is given must match. */
export type DeviceQuery = Readonly<{
  /** Words of which each stands in the id, label, address or group, whatever its case. */
  q?: string;
  state?: ShownState;
  group?: string;
  /** Only those that somebody may have to look at, the gravest first. */
  problems?: boolean;
  offset?: number;
  limit?: number;
}>;

/** How many devices there are in all, and in each state. */
export type FleetCounts = Readonly<{ total: number; states: Readonly<Record<ShownState, number>> }>;

/** Ids of the devices of a query from `offset` on, how many match it, and the counts of the whole fleet. */
export type Selection = Readonly<{ fleet: FleetCounts; matching: number; ids: readonly string[] }>;

/** What a view looks for: words as in `DeviceQuery`, and the device that is open in detail. */
export type Search = Readonly<{ words: string; device: string | null }>;

/** One interface for all views, in-process or over the socket. */
export interface Source {
  /** The newest picture; always there once the source is open. */
  snapshot(): Snapshot;
  /** Which devices match, and the counts of all: without the views of a whole fleet, which take a while. */
  select(query: DeviceQuery): Selection;
  device(id: string): DeviceView | null;
  /** Every device at a glance, in the order of the config. */
  glances(): Iterable<DeviceGlance>;
  /** Grows with every change, so who has seen this number has seen it all. Absent where changes are not counted. */
  revision?(): number;
  /**
   * Of a fleet that is too large to be shown whole: what to look for. The snapshot then holds what matches too, beside
   * what somebody may have to look at. Absent where the picture is always whole.
   */
  search?(search: Search): void;
  /** Called after each change of the picture, at most ten times a second. Returns the way to stop. */
  subscribe(listener: (delta: Delta) => void): () => void;
  act(action: Action): Promise<ActionResult>;
  /** The last samples of a device, oldest first, at most 600. */
  samples(device: string): Promise<readonly SampleView[]>;
  /**
   * What a plugin answers at `/api/plugins/<address>`, as in "history/days?device=ap"; null where nothing does. Absent where
   * there are no plugins.
   */
  askPlugin?(address: string): Promise<unknown>;
  /** `stale`: the daemon is gone; the picture is as old as `since`. In-process: always live. */
  connection(): Readonly<{ state: 'live' | 'stale'; since: number }>;
  /** True where the engine runs in this process and ends with it. */
  readonly inProcess: boolean;
  close(): Promise<void>;
}
