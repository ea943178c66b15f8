/** What the page reads of the API's answers; the API may send more. Times are epoch milliseconds. */
import type { EventRecord, Hardness, HealingPhase, HealRecord, Incident, Reachability } from 'netheal/plugin';

export type { EventRecord, Incident };

export type DeviceRow = Readonly<{
  id: string;
  address: string;
  label: string;
  group: string;
  tags: Readonly<Record<string, string>>;
  parents: readonly string[];
  reachability: Reachability;
  hardness: Hardness;
  since: number;
  rttMs: number | null;
  lossPercent: number;
  recent: readonly (number | null)[];
  lastCheckAt: number | null;
  consecutiveFailures: number;
  failure: Readonly<{ kind: string; probe: string; message: string }> | null;
  healing: Readonly<{ phase: HealingPhase; attempts: number; maxAttempts: number; reason: string | null }>;
  flags: Readonly<{
    flapping: boolean;
    downtime: string | null;
    acknowledged: Readonly<{ by: string; reason: string }> | null;
    paused: boolean;
  }>;
  rootCause: string | null;
  stats: Readonly<{ uptimePercent: number | null; averageRttMs: number | null; totalChecks: number }>;
  probes: readonly Readonly<{
    name: string;
    ok: boolean | null;
    rttMs: number | null;
    message: string | null;
  }>[];
  /** How it is checked and healed, in words. */
  config: Readonly<{
    intervalMs: number;
    timeoutMs: number;
    failureThreshold: number;
    ssh: string | null;
    via?: readonly string[];
    strategies: readonly string[];
  }>;
}>;

export type HealRow = HealRecord &
  Readonly<{
    /** For a heal that waits for approval: it is rejected then. */
    expiresAt: number | null;
  }>;

export type Monitor = Readonly<{
  startedAt: number;
  healing: 'act' | 'observe' | 'off';
  paused: Readonly<{ by: string }> | null;
  selfOffline: boolean;
  healingStopped: string | null;
}>;

/** Of a fleet too large to be sent whole: how many there are, and in which state. */
export type Fleet = Readonly<{ total: number; states: Readonly<Record<string, number>> }>;

export type Snapshot = Readonly<{
  seq: number;
  at: number;
  monitor: Monitor;
  fleet?: Fleet;
  devices: readonly DeviceRow[];
  incidents: readonly Incident[];
  heals: readonly HealRow[];
  events: readonly EventRecord[];
}>;

export type Delta = Readonly<{ seq: number; at: number; removed?: readonly string[] }> &
  Partial<Pick<Snapshot, 'monitor' | 'fleet' | 'devices' | 'incidents' | 'heals' | 'events'>>;

/** A block of columns of /api/grid/names, and of /api/grid: as many entries as there are devices in it. */
export type NamesBlock = Readonly<{
  ids: readonly string[];
  labels: readonly string[];
  addresses: readonly string[];
  groups: readonly string[];
  tags: readonly Readonly<Record<string, string>>[];
}>;
export type GridBlock = Readonly<{
  /** A digit a device: its place in the list of all looks. */
  states: string;
  rttMs: readonly (number | null)[];
  lossPercent: readonly number[];
  uptimePercent: readonly (number | null)[];
  since: readonly number[];
}>;
/** `names` stands for what the names are: it differs when they do. */
export type Columns<Block> = Readonly<{ names: string; blocks: readonly Block[] }>;
