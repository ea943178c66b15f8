/**
 * The vocabulary of netheal. Pure data: every type here can be logged, journalled and sent as JSON.
 * Times named `at`, `since` or `...At` are wall-clock epoch milliseconds; durations end in `Ms`.
 */

/** What a probe looks at and where: a device as every plugin may see it (no secrets). */
export type Device = Readonly<{
  /** Unique in the fleet; a slug, safe in URLs and file names. */
  id: string;
  /** IPv4, IPv6 or host name, already validated (never starts with `-`). */
  address: string;
  label: string;
  /** Blast radius and grouping; "default" where none was given. */
  group: string;
  tags: Readonly<Record<string, string>>;
  /** Ids of the devices this one is reached through. */
  parents: readonly string[];
}>;

/** Why a check failed, in the words that `heal[].when.failure` uses. */
export type FailureKind = 'timeout' | 'host-unreachable' | 'refused' | 'dns' | 'failed' | 'loss' | 'rtt';

/** A failed probe in words: which probe, what kind, and what it said. */
export type Failure = Readonly<{
  kind: FailureKind;
  /** Name of the probe, e.g. "icmp" or "tcp:22". */
  probe: string;
  message: string;
  /** Exit code, for exec probes. */
  exitCode?: number;
}>;

/** The result of one check of a device: all of its probes, reduced to one verdict. */
export type CheckOutcome =
  | Readonly<{
      verdict: 'ok';
      at: number;
      monoMs: number;
      rttMs: number | null;
      lossPercent: number;
      /** Name of the primary probe, which RTT and loss come from; default "icmp". */
      probe?: string;
    }>
  | Readonly<{
      verdict: 'failed';
      at: number;
      monoMs: number;
      /** The first failing probe, in the order of the config. */
      failure: Failure;
      /** Names of all failing probes. */
      failing: readonly string[];
      /** RTT of the primary probe where that one answered. */
      rttMs: number | null;
      lossPercent: number;
    }>
  /** A fault of the monitor's own side: counts neither for nor against the device. */
  | Readonly<{ verdict: 'unknown'; at: number; monoMs: number; reason: string }>;

export type Reachability = 'unknown' | 'up' | 'degraded' | 'down' | 'unreachable';
export type Hardness = 'soft' | 'hard';

/** Where the remedy of a device stands. */
export type HealingPhase =
  | 'idle'
  | 'waiting-approval'
  | 'running'
  | 'settling'
  | 'verifying'
  | 'cooling-down'
  | 'needs-human';

/** How a device is judged; durations in milliseconds, counts in checks. */
export type CheckPolicy = Readonly<{
  failureThreshold: number;
  successThreshold: number;
  degraded: Readonly<{ lossPercent: number; rttMs: number }>;
  /** A recovery must last this long before its incident is closed. */
  minHealthyPeriodMs: number;
  /** A strategy is for loss or slow answers: `degraded` opens an incident too. */
  healsDegraded?: boolean;
}>;

/** What is known about the neighbourhood at the moment of the verdict. */
export type Surroundings = Readonly<{
  /** All parents are hard-not-up: nothing can be said about the device itself. `null`: has no parents. */
  parents: 'reachable' | 'blocked' | null;
  /** Every witness is silent: no verdicts. */
  selfOffline: boolean;
  /** The heal of this device is settling or running: failures are expected and do not count. */
  failuresIgnored: boolean;
}>;

/** One outage of one root-cause device, from hard down to a lasting recovery. */
export type Incident = Readonly<{
  id: string;
  device: string;
  openedAt: number;
  failure: Failure;
  /** Attempts spent on it so far. */
  attempts: number;
  /** Set when the device is up again and the healthy period runs. */
  recoveredAt: number | null;
  closedAt: number | null;
  /** Why a person is needed, once the machine has given up. */
  needsHuman: string | null;
  acknowledged: Acknowledgement | null;
}>;

export type Acknowledgement = Readonly<{ by: string; reason: string; at: number; until: number | null }>;

/** What the checks of one device have come to. Replaced whole, never mutated; the same object while nothing changes. */
export type DeviceState = Readonly<{
  reachability: Reachability;
  hardness: Hardness;
  /** Wall time of the last visible change of reachability. */
  since: number;
  /** Monotonic time of the same moment: durations are measured with it. */
  sinceMonoMs: number;
  consecutiveFailures: number;
  /**
   * Good checks in a row, counted up to `successThreshold`: of a device that is not up any answer is good, of one that
   * is only those within limits.
   */
  consecutiveSuccesses: number;
  /** Answers over the limits of loss or RTT since the last one within them; failed checks in between do not break the row. */
  consecutiveOverLimits: number;
  /** The current failure; null while the device is up. */
  failure: Failure | null;
  /** Names of all probes that failed in the last check. */
  failing: readonly string[];
  /** Loss of the last 20 checks in percent: the oldest first, each 0..100. */
  lossWindow: readonly number[];
  /** The last 21 recorded hard results or soft recoveries, oldest first: true = up. */
  flapHistory: readonly boolean[];
  flapping: boolean;
  /** Id of the open incident of which this device is the root cause. */
  incident: string | null;
  /** True from the recovery of that incident's device to a relapse or the end of the incident. */
  incidentRecovered: boolean;
  /** When the current lasting recovery began (monotonic); null while not hard up. */
  healthySinceMonoMs: number | null;
}>;

/** What follows from one check; the engine turns facts into events, hooks and heals. */
export type Fact =
  | Readonly<{ type: 'status-change'; from: Reachability; to: Reachability; failure: Failure | null }>
  | Readonly<{ type: 'soft-failure'; failure: Failure; count: number; threshold: number }>
  | Readonly<{ type: 'soft-recovery'; failures: number }>
  | Readonly<{ type: 'threshold-reached'; failure: Failure }>
  /** The device of an open incident failed again before its healthy period was over. */
  | Readonly<{ type: 'relapse'; failure: Failure }>
  | Readonly<{ type: 'incident-recovered' }>
  | Readonly<{ type: 'incident-closed' }>
  | Readonly<{ type: 'flapping-started'; percent: number }>
  | Readonly<{ type: 'flapping-stopped'; percent: number }>;

export type HealResult = 'healed' | 'failed' | 'refused' | 'interrupted';

/** How grave the side effects of a step are. */
export type Risk = 'low' | 'medium' | 'high';
export type ApprovalMode = 'auto' | 'ask' | 'never';

/** When a strategy applies; every given field must match. */
export type StrategyCondition = Readonly<{
  /** Attempt number(s), from 1. */
  attempt?: readonly number[];
  /** Failure kinds, or `probe:<name>` / `exit:<code>`. */
  failure?: readonly string[];
  tags?: Readonly<Record<string, string>>;
  /** Dialect(s) of the failed device's `ssh`, as its config says it: `auto` where it says none. */
  dialect?: readonly string[];
  /** Part of the failure's message. */
  text?: string;
}>;

/** A step as a person reads it before it runs: the target and the exact commands, secrets masked. */
export type PlannedStep = Readonly<{ kind: string; target: string; lines: readonly string[] }>;

/** Exactly what an attempt will do; the hash is what an approval is bound to. */
export type HealPlan = Readonly<{
  device: string;
  strategy: string;
  attempt: number;
  maxAttempts: number;
  steps: readonly PlannedStep[];
  risk: Risk;
  approval: ApprovalMode;
  settleMs: number;
  /** SHA-256 (first 12 hex digits) over device, strategy and steps. */
  hash: string;
}>;

/** One line of a heal's transcript, secrets masked, controls removed. */
export type TranscriptLine = Readonly<{
  at: number;
  kind: 'info' | 'command' | 'output' | 'error' | 'verdict';
  text: string;
}>;
