/** Every GET route of the API: who may ask, how, and for what. app.ts has a handler for each, openapi.ts documents each. */
import { z } from 'zod';
import type { Role } from '../plugin.ts';
import {
  devicesSchema,
  gridNamesSchema,
  gridSchema,
  healsSchema,
  incidentsSchema,
  meSchema,
  okSchema,
  pluginRoutesSchema,
  samplesSchema,
  statsSchema,
  statusSchema,
  summarySchema,
} from './answer-schemas.ts';
import { LIST_QUERY } from './list-query.ts';
import { deviceSchema, healSchema, snapshotSchema } from './view-schemas.ts';

/** A GET route. */
export type ReadRoute = Readonly<{
  summary: string;
  /** What a caller over a network needs; null: nothing, for it says nothing about the fleet. */
  role: Role | null;
  query?: z.ZodObject;
  /** It has an ETag, and who has that already gets 304. */
  isTagged?: true;
  /** A schema of the JSON it answers with; or the type of what is no JSON. */
  answer: z.ZodType | 'text/event-stream';
}>;

/** The routes by path, as in `:id`. */
export const READ_ROUTES = {
  '/api/status': {
    summary: 'Every device: online or offline, since its last check',
    role: 'view',
    query: LIST_QUERY,
    answer: statusSchema,
    isTagged: true,
  },
  '/api/stats': {
    summary: 'Uptime and response time of every device, and the last changes',
    role: 'view',
    query: LIST_QUERY,
    answer: statsSchema,
    isTagged: true,
  },
  '/api/snapshot': { summary: 'The whole picture', role: 'view', answer: snapshotSchema, isTagged: true },
  '/api/summary': {
    summary: 'What there is to know at a glance, however large the fleet',
    role: 'view',
    answer: summarySchema,
  },
  '/api/devices': {
    summary: 'Devices in full',
    role: 'view',
    query: LIST_QUERY,
    answer: devicesSchema,
    isTagged: true,
  },
  '/api/devices/:id': { summary: 'One device', role: 'view', answer: deviceSchema },
  '/api/devices/:id/samples': {
    summary: 'Its last samples, the oldest first, at most 600',
    role: 'view',
    answer: samplesSchema,
  },
  '/api/grid': {
    summary: 'How every device is, in columns; blocks of 1,000 in the order of /api/grid/names',
    role: 'view',
    answer: gridSchema,
    isTagged: true,
  },
  '/api/grid/names': {
    summary: 'Who every device is, in columns',
    role: 'view',
    answer: gridNamesSchema,
    isTagged: true,
  },
  '/api/incidents': { summary: 'Incidents, open and closed', role: 'view', answer: incidentsSchema },
  '/api/heals': { summary: 'Heals, running and done', role: 'view', answer: healsSchema },
  '/api/heals/:id': { summary: 'One heal, with its transcript', role: 'view', answer: healSchema },
  '/api/events': {
    summary:
      'Server-sent events: `snapshot` first, then `delta`s with ids; Last-Event-ID goes on from there, or gets a `reset`',
    role: 'view',
    query: z.object({
      lens: z
        .string()
        .optional()
        .describe('Only what somebody may have to look at, and what these words are found in; may be empty.'),
      device: z.string().optional().describe('With a lens: a device that is open in detail.'),
    }),
    answer: 'text/event-stream',
  },
  '/api/plugins': {
    summary: 'The addresses that plugins answer at',
    role: 'view',
    answer: pluginRoutesSchema,
  },
  '/api/me': { summary: 'Who asks, and what they may do', role: 'view', answer: meSchema },
  '/api/openapi.json': { summary: 'This document', role: 'view', answer: z.looseObject({}) },
  '/openapi.json': { summary: 'This document', role: 'view', answer: z.looseObject({}) },
  '/healthz': { summary: 'The process answers', role: null, answer: okSchema },
  '/readyz': { summary: 'The process monitors', role: null, answer: okSchema },
} as const satisfies Readonly<Record<string, ReadRoute>>;
