/** How each action looks over HTTP, in both directions: the server parses it, the client writes it. */
import { z } from 'zod';
import type { Role } from '../plugin.ts';
import { cleanLine } from '../text.ts';
import type { Action } from './types.ts';

const DAY_MS = 86_400_000;
const FAR_FUTURE_MS = 8_640_000_000_000_000;

const line = (maxLength: number) =>
  z
    .string()
    .transform((text) => cleanLine(text, maxLength).trim())
    .pipe(z.string().min(1).max(maxLength));
const by = line(64).default('api');
const reason = line(500);

const who = z.strictObject({ by });
const healBody = z.strictObject({
  by,
  force: z.array(line(64)).max(32).optional(),
  dryRun: z.boolean().optional(),
});
const ackBody = z.strictObject({
  by,
  reason: reason.default('acknowledged'),
  untilMs: z.int().positive().max(FAR_FUTURE_MS).optional(),
});
const downtimeBody = z.strictObject({
  by,
  reason: reason.default('downtime'),
  durationMs: z
    .int()
    .positive()
    .max(366 * DAY_MS),
});
const approveBody = z.strictObject({ by, hash: line(128), typedLabel: z.string().max(500).optional() });
const editedLine = z
  .string()
  .max(4_000)
  .refine((text) => !/[\0\r\n]/.test(text), 'is more than one line');
const editBody = z.strictObject({
  by,
  hash: line(128),
  steps: z.array(z.array(editedLine).max(200)).min(1).max(100),
});
const noteBody = z.strictObject({ by, text: reason });

/** A POST route that turns its body into an action. */
export type ActionRoute = Readonly<{
  path: string;
  /** What `:id` in the path names. */
  subject: 'device' | 'heal' | 'fleet';
  role: Role;
  summary: string;
  /** Schema of the JSON that is sent. */
  body: z.ZodType;
  /** The action, or what is wrong with the body. */
  parse(id: string, body: unknown): z.ZodSafeParseResult<Action>;
}>;

function route<S extends z.ZodType>(
  path: string,
  subject: ActionRoute['subject'],
  role: Role,
  summary: string,
  body: S,
  toAction: (id: string, body: z.output<S>) => Action,
): ActionRoute {
  return {
    path,
    subject,
    role,
    summary,
    body,
    parse: (id, value) =>
      body
        .transform((parsed) => toAction(id, parsed as z.output<S>))
        .safeParse(value) as z.ZodSafeParseResult<Action>,
  };
}

/** Every POST route of the API. */
export const ACTION_ROUTES: readonly ActionRoute[] = [
  route('/api/devices/:id/ping', 'device', 'operate', 'Check it now', who, (device) => ({
    type: 'ping',
    device,
  })),
  route(
    '/api/devices/:id/heal',
    'device',
    'operate',
    'Heal it now, or with `dryRun` say what would be done',
    healBody,
    (device, { dryRun, force, by }) =>
      dryRun === true
        ? { type: 'dry-run', device, by }
        : { type: 'heal', device, by, ...(force === undefined ? {} : { force }) },
  ),
  route(
    '/api/devices/:id/ack',
    'device',
    'operate',
    'Acknowledge its incident: a person is on it',
    ackBody,
    (device, body) => ({
      type: 'ack',
      device,
      ...body,
    }),
  ),
  route(
    '/api/devices/:id/unack',
    'device',
    'operate',
    'Take the acknowledgement back',
    who,
    (device, { by }) => ({
      type: 'unack',
      device,
      by,
    }),
  ),
  route(
    '/api/devices/:id/downtime',
    'device',
    'operate',
    'Begin a downtime',
    downtimeBody,
    (device, body) => ({
      type: 'downtime',
      device,
      ...body,
    }),
  ),
  route(
    '/api/devices/:id/end-downtime',
    'device',
    'operate',
    'End the downtime it is in',
    who,
    (device, { by }) => ({
      type: 'end-downtime',
      device,
      by,
    }),
  ),
  route(
    '/api/devices/:id/note',
    'device',
    'operate',
    "Leave a person's words among the events",
    noteBody,
    (device, body) => ({
      type: 'note',
      device,
      ...body,
    }),
  ),
  route('/api/devices/:id/pause', 'device', 'operate', 'Pause its healing', who, (device, { by }) => ({
    type: 'pause',
    device,
    by,
  })),
  route('/api/devices/:id/resume', 'device', 'operate', 'Resume its healing', who, (device, { by }) => ({
    type: 'resume',
    device,
    by,
  })),
  route(
    '/api/heals/:id/approve',
    'heal',
    'approve',
    'Approve a heal: the plan of that hash is what runs',
    approveBody,
    (heal, body) => ({
      type: 'approve',
      heal,
      ...body,
    }),
  ),
  route('/api/heals/:id/reject', 'heal', 'approve', 'Reject a heal', who, (heal, { by }) => ({
    type: 'reject',
    heal,
    by,
  })),
  route(
    '/api/heals/:id/edit',
    'heal',
    'approve',
    'Change the commands of a heal that waits for approval',
    editBody,
    (heal, body) => ({
      type: 'edit',
      heal,
      ...body,
    }),
  ),
  route(
    '/api/reload',
    'fleet',
    'operate',
    'Read the config again, and reopen log files',
    who,
    (_, { by }) => ({ type: 'reload', by }),
  ),
  route('/api/pause', 'fleet', 'operate', 'Pause all healing', who, (_, { by }) => ({ type: 'pause', by })),
  route(
    '/api/resume',
    'fleet',
    'operate',
    'Resume all healing, also where the blast radius stopped it',
    who,
    (_, { by }) => ({ type: 'resume', by }),
  ),
];

/** What an action needs beyond its route: who overrides a gate may override the approval. */
export function roleOfAction(action: Action): Role {
  return action.type === 'heal' && (action.force ?? []).length > 0 ? 'approve' : 'view';
}

/** Path and JSON body of an action: the inverse of the routes above. */
export function requestOfAction(action: Action): { path: string; body: Readonly<Record<string, unknown>> } {
  const { type, ...rest } = action;
  if ('heal' in rest) {
    const { heal, ...body } = rest;
    return { path: `/api/heals/${encodeURIComponent(heal)}/${type}`, body };
  }
  const { device, ...body } = { device: undefined, ...rest };
  if (device === undefined) return { path: `/api/${type}`, body };
  const base = `/api/devices/${encodeURIComponent(device)}`;
  if (type === 'dry-run') return { path: `${base}/heal`, body: { ...body, dryRun: true } };
  return { path: `${base}/${type}`, body };
}
