/** What each address of the API answers with, beyond the views themselves. */
import { z } from 'zod';
import { SEVERITY } from '../model/shown-state.ts';
import { ROLES } from './roles.ts';
import {
  deviceSchema,
  fleetSchema,
  healSchema,
  incidentSchema,
  monitorSchema,
  sampleSchema,
} from './view-schemas.ts';

const isoTime = z.string().describe('ISO 8601, UTC.');
/** In answers to a query. */
const paged = {
  matching: z.number().optional().describe('How many devices match the query, on whichever page.'),
  total: z.number().optional().describe('How many devices there are.'),
};

/** A device as GET /api/status shows it. */
export const statusRowSchema = z.object({
  id: z.string(),
  ip: z.string(),
  label: z.string(),
  status: z.enum(['online', 'offline', 'unknown']),
  last_check: isoTime.nullable(),
  response_time_ms: z.number().nullable().describe('Of the last check; null: no answer.'),
  consecutive_failures: z.number(),
  healing_attempts: z.number(),
  state: z
    .object({
      reachability: deviceSchema.shape.reachability,
      hardness: deviceSchema.shape.hardness,
      healing: deviceSchema.shape.healing.shape.phase,
      flags: deviceSchema.shape.flags,
    })
    .describe('The same in full.'),
});

/** A device as GET /api/stats shows it. */
export const statsRowSchema = z.object({
  id: z.string(),
  ip: z.string(),
  label: z.string(),
  uptime_percentage: z.number().nullable().describe('Of the time that counts; null before the first check.'),
  average_response_time_ms: z.number().nullable(),
  total_checks: z.number(),
  online_checks: z.number(),
  since: isoTime,
});

/** A change of status in GET /api/stats. */
export const changeRowSchema = z.object({
  timestamp: isoTime,
  id: z.string().nullable(),
  ip: z.string().nullable(),
  label: z.string().nullable(),
  from: deviceSchema.shape.reachability.nullable(),
  to: deviceSchema.shape.reachability.nullable(),
  message: z.string(),
});

export const statusSchema = z.object({
  timestamp: isoTime,
  devices: z.array(statusRowSchema),
  ...paged,
});
export const statsSchema = z.object({
  timestamp: isoTime,
  devices: z.array(statsRowSchema),
  recent: z.array(changeRowSchema).describe('The last 20 changes of status, the newest first.'),
  ...paged,
});
export const devicesSchema = z.object({
  seq: z.number(),
  at: z.number(),
  devices: z.array(deviceSchema),
  ...paged,
});
export const summarySchema = z.object({
  seq: z.number(),
  at: z.number(),
  monitor: monitorSchema,
  fleet: fleetSchema,
  openIncidents: z.number(),
  waitingApprovals: z.number(),
});
const columnsHead = {
  seq: z.number(),
  at: z.number(),
  names: z.string().describe('Stands for all that /api/grid/names says, and differs when that does.'),
};
export const gridSchema = z.object({
  ...columnsHead,
  blocks: z.array(
    z.object({
      states: z
        .string()
        .describe(`A digit a device: ${SEVERITY.map((state, index) => `${index} ${state}`).join(', ')}.`),
      rttMs: z.array(z.number().nullable()),
      lossPercent: z.array(z.number()),
      uptimePercent: z.array(z.number().nullable()),
      since: z.array(z.number()).describe('When the state last changed, epoch milliseconds.'),
    }),
  ),
});
export const gridNamesSchema = z.object({
  ...columnsHead,
  blocks: z.array(
    z.object({
      ids: z.array(z.string()),
      labels: z.array(z.string()),
      addresses: z.array(z.string()),
      groups: z.array(z.string()),
      tags: z.array(z.record(z.string(), z.string())),
    }),
  ),
});
export const samplesSchema = z.object({ device: z.string(), samples: z.array(sampleSchema) });
export const incidentsSchema = z.object({ incidents: z.array(incidentSchema) });
export const healsSchema = z.object({ heals: z.array(healSchema) });
export const meSchema = z.object({
  name: z.string().nullable().describe('Of the token; null: none was given, or none is needed.'),
  role: z.enum(ROLES),
  may: z.array(z.string()).describe('The last words of the addresses of actions, and "force".'),
});
export const pluginRoutesSchema = z.object({
  routes: z.array(z.object({ plugin: z.string(), method: z.enum(['GET', 'POST']), path: z.string() })),
});
export const okSchema = z.object({ ok: z.literal(true) });

/** What went wrong, as RFC 9457 wants it. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string().optional().describe('An NH_* code, or a word of its own.'),
  gate: z.string().optional().describe('Of a heal: the gate that refused it.'),
  reason: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
