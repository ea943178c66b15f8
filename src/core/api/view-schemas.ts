/** The shapes of types.ts as schemas, for the API's document; a test of types holds the two together. */
import { z } from 'zod';
import { SEVERITY } from '../model/shown-state.ts';

const epochMs = z.number().describe('Epoch milliseconds.');
const ms = z.number().nullable().describe('Milliseconds; null: no answer.');
const reachability = z.enum(['unknown', 'up', 'degraded', 'down', 'unreachable']);
const failure = z.object({
  kind: z.enum(['timeout', 'host-unreachable', 'refused', 'dns', 'failed', 'loss', 'rtt']),
  probe: z.string(),
  message: z.string(),
  exitCode: z.number().optional(),
});
const acknowledgement = z.object({
  by: z.string(),
  reason: z.string(),
  at: epochMs,
  until: epochMs.nullable(),
});
const healResult = z.enum(['healed', 'failed', 'refused', 'interrupted']);

export const deviceSchema = z.object({
  id: z.string(),
  address: z.string(),
  label: z.string(),
  group: z.string(),
  tags: z.record(z.string(), z.string()),
  parents: z.array(z.string()),
  reachability,
  hardness: z.enum(['soft', 'hard']),
  since: epochMs.describe('When `reachability` last changed.'),
  lastCheckAt: epochMs.nullable(),
  rttMs: ms,
  lossPercent: z.number().describe('Over the last 20 checks.'),
  recent: z.array(ms).describe('RTT of the last 20 checks, the oldest first.'),
  consecutiveFailures: z.number(),
  failure: failure.nullable(),
  healing: z.object({
    phase: z.enum([
      'idle',
      'waiting-approval',
      'running',
      'settling',
      'verifying',
      'cooling-down',
      'needs-human',
    ]),
    attempts: z.number(),
    maxAttempts: z.number(),
    reason: z.string().nullable(),
  }),
  flags: z.object({
    flapping: z.boolean(),
    downtime: z.string().nullable().describe('Its reason.'),
    acknowledged: acknowledgement.nullable(),
    paused: z.boolean(),
  }),
  rootCause: z.string().nullable().describe('Id of the parent that explains an unreachable device.'),
  incident: z.string().nullable(),
  stats: z.object({
    uptimePercent: z.number().nullable(),
    averageRttMs: ms,
    totalChecks: z.number(),
    onlineChecks: z.number(),
    since: epochMs,
  }),
  probes: z.array(
    z.object({ name: z.string(), ok: z.boolean().nullable(), rttMs: ms, message: z.string().nullable() }),
  ),
  config: z.object({
    intervalMs: z.number(),
    timeoutMs: z.number(),
    failureThreshold: z.number(),
    ssh: z.string().nullable().describe('user@host:port'),
    via: z.array(z.string()).optional().describe('Its jump hosts, the first is connected to from here.'),
    strategies: z.array(z.string()),
  }),
});

export const incidentSchema = z.object({
  id: z.string(),
  device: z.string(),
  openedAt: epochMs,
  failure,
  attempts: z.number(),
  recoveredAt: epochMs.nullable(),
  closedAt: epochMs.nullable(),
  needsHuman: z.string().nullable(),
  acknowledged: acknowledgement.nullable(),
});

export const planSchema = z.object({
  device: z.string(),
  strategy: z.string(),
  attempt: z.number(),
  maxAttempts: z.number(),
  steps: z.array(z.object({ kind: z.string(), target: z.string(), lines: z.array(z.string()) })),
  risk: z.enum(['low', 'medium', 'high']),
  approval: z.enum(['auto', 'ask', 'never']),
  settleMs: z.number(),
  hash: z.string().describe('What an approval is bound to.'),
});

export const healSchema = z.object({
  id: z.string(),
  device: z.string(),
  incident: z.string(),
  attempt: z.number(),
  maxAttempts: z.number(),
  strategy: z.string(),
  phase: z.enum(['waiting-approval', 'running', 'settling', 'verifying', 'done']),
  outcome: healResult.nullable(),
  reason: z.string().nullable(),
  by: z.string(),
  editedBy: z.string().optional(),
  plan: planSchema,
  startedAt: epochMs,
  finishedAt: epochMs.nullable(),
  expiresAt: epochMs.nullable().describe('A heal that waits for approval is rejected then.'),
  transcript: z.array(
    z.object({
      at: epochMs,
      kind: z.enum(['info', 'command', 'output', 'error', 'verdict']),
      text: z.string(),
    }),
  ),
});

export const eventSchema = z.object({
  seq: z.number(),
  at: z.string().describe('ISO 8601, UTC.'),
  type: z.enum([
    'monitor-started',
    'monitor-stopped',
    'status-change',
    'incident-opened',
    'incident-closed',
    'flapping-started',
    'flapping-stopped',
    'heal-started',
    'heal-step',
    'heal-finished',
    'heal-refused',
    'heal-observed',
    'approval-asked',
    'approval-given',
    'approval-rejected',
    'approval-edited',
    'needs-human',
    'acknowledged',
    'downtime',
    'note',
    'paused',
    'resumed',
    'self-offline',
    'self-online',
    'stalled',
    'plugin-fault',
    'rows-lost',
    'config-reloaded',
    'notice',
  ]),
  level: z.enum(['info', 'good', 'warn', 'bad']),
  device: z.string().optional(),
  message: z.string(),
  gate: z.string().optional(),
  outcome: healResult.optional(),
  from: reachability.optional(),
  to: reachability.optional(),
  plugin: z.string().optional(),
  heal: z.string().optional(),
  incident: z.string().optional(),
});

export const monitorSchema = z.object({
  version: z.string(),
  pid: z.number(),
  startedAt: epochMs,
  configFile: z.string().nullable(),
  demo: z.boolean(),
  healing: z.enum(['act', 'observe', 'off']),
  paused: z.object({ by: z.string(), at: epochMs }).nullable(),
  selfOffline: z.boolean(),
  engine: z.string(),
  healingStopped: z.string().nullable(),
});

export const fleetSchema = z.object({
  total: z.number(),
  states: z.record(z.enum(SEVERITY), z.number()),
});

export const pluginSchema = z.object({
  name: z.string(),
  state: z.enum(['ok', 'faulty', 'disabled']),
  hooks: z.array(z.string()),
  calls: z.number(),
  errors: z.number(),
  timeouts: z.number(),
  p95Ms: z.number(),
  lastError: z.string().nullable(),
  panels: z
    .array(z.object({ title: z.string(), lines: z.array(z.string()) }))
    .optional()
    .describe('What it has to show itself.'),
});

export const sampleSchema = z.object({ at: epochMs, rttMs: ms, ok: z.boolean().nullable() });

export const snapshotSchema = z.object({
  seq: z.number().describe('Number of the newest event in it.'),
  at: epochMs,
  monitor: monitorSchema,
  fleet: fleetSchema.optional(),
  devices: z.array(deviceSchema),
  incidents: z.array(incidentSchema),
  heals: z.array(healSchema),
  events: z.array(eventSchema),
  plugins: z.array(pluginSchema),
});

/** What an action that was done answers with. */
export const doneSchema = z.object({
  ok: z.literal(true),
  message: z.string(),
  heal: z.string().optional().describe('Id of the heal it began.'),
  plan: planSchema.optional(),
  gates: z
    .array(z.object({ gate: z.string(), ok: z.boolean(), reason: z.string().nullable() }))
    .optional()
    .describe('Of a dry run: the verdict of every gate.'),
});
