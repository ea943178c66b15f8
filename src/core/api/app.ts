/** The HTTP API as one web-standard function; the Unix socket and the dashboard serve the same one. */
import { type Context, Hono } from 'hono';
import type { Caller, Role } from '../plugin.ts';
import { ACTION_ROUTES, type ActionRoute, roleOfAction } from './actions.ts';
import { readJson } from './body.ts';
import { encodedIfLarge } from './encoding.ts';
import { createEventStreams } from './event-stream.ts';
import { gridPieces, namesPieces } from './grid.ts';
import { json } from './json.ts';
import { jsonPieces } from './json-stream.ts';
import { LIST_QUERY } from './list-query.ts';
import { openApiDocument } from './openapi.ts';
import { addressOf, callPlugin, type PluginRoute } from './plugin-routes.ts';
import { methodNotAllowed, problem, problemOfThrown, statusOfCode } from './problem.ts';
import { READ_ROUTES, type ReadRoute } from './read-routes.ts';
import { mayAs, refusedByRole } from './roles.ts';
import { createRowTexts } from './row-texts.ts';
import { recentChanges, statsRow, statusRow } from './seed-shapes.ts';
import { createSharedAnswers, type SharedAnswers } from './shared-answers.ts';
import { snapshotPieces } from './snapshot-pieces.ts';
import type { ActionResult, Selection, Source } from './types.ts';

/** What the API is made of: where the picture comes from, plugin routes as of now, and whether checks run. */
export type ApiParts = Readonly<{
  source: Source;
  pluginRoutes: () => readonly PluginRoute[];
  ready: () => boolean;
}>;

/** Columns are so much smaller than views that those of a far larger fleet are kept for all who ask. */
const MOST_IN_GRID = 200_000;

type Env = { Bindings: { caller?: Caller } };
type ApiContext = Context<Env>;

/** Creates the API. Nothing it returns holds a secret, because none ever enters the source. */
export function createApi(parts: ApiParts): (request: Request, caller?: Caller) => Promise<Response> {
  const app = createApp(parts);
  return async (request, caller) => app.fetch(request, caller ? { caller } : {});
}

/** The routes of the API, put together. */
export function createApp(parts: ApiParts): Hono<Env> {
  const app = new Hono<Env>();
  const shared = createSharedAnswers(parts.source);
  const handlers = readHandlers(parts, shared);
  const reads = Object.entries<ReadRoute>(READ_ROUTES).map(
    ([path, { role }]): Route => ({
      method: 'GET',
      path,
      role,
      handler: handlers[path as keyof typeof handlers],
    }),
  );
  const routes = [...reads, ...ACTION_ROUTES.map((route) => postRoute(route, parts.source, shared))];
  for (const { method, path, role, handler } of routes) {
    app.on(method, path, async (c) => {
      const response = (role && refusedByRole(c.env.caller, role)) ?? (await handler(c));
      return encodedIfLarge(c.req.raw, response);
    });
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const allow = routes.filter((route) => route.path === path).map((route) => route.method);
    app.all(path, () => methodNotAllowed(allow));
  }
  // Last, so that no plugin can answer in place of netheal.
  app.notFound((c) => callPlugin(c.req.raw, c.env.caller, parts.pluginRoutes()));
  app.onError(problemOfThrown);
  return app;
}

type Route = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  /** What a caller over a network needs; null: nothing, for it says nothing about the fleet. */
  role: Role | null;
  handler: (c: ApiContext) => Response | Promise<Response>;
}>;

/** What answers each of READ_ROUTES. */
function readHandlers(
  { source, ready, pluginRoutes }: ApiParts,
  shared: SharedAnswers,
): Record<keyof typeof READ_ROUTES, Route['handler']> {
  const openapi = () =>
    json(openApiDocument(source.snapshot().monitor.version, pluginRoutes().map(addressOf)));
  const statusRows = createRowTexts(source, statusRow);
  const statsRows = createRowTexts(source, statsRow);
  const deviceRows = createRowTexts(source, (device) => device);
  const streams = createEventStreams(source, deviceRows);
  return {
    '/api/status': (c) =>
      listed(c, source, shared, ({ ids, fleet }, page) =>
        jsonPieces({ timestamp: iso(), ...page }, 'devices', ids, statusRows(fleet.total)),
      ),
    '/api/stats': (c) =>
      listed(c, source, shared, ({ ids, fleet }, page) => {
        const tail = { recent: recentChanges(source) };
        return jsonPieces({ timestamp: iso(), ...page }, 'devices', ids, statsRows(fleet.total), tail);
      }),
    '/api/snapshot': (c) => shared.whole(c.req.raw, 'snapshot', () => snapshotPieces(source, deviceRows)),
    '/api/summary': () => json(summaryOf(source)),
    '/api/devices': (c) =>
      listed(c, source, shared, ({ ids, fleet }, page) => {
        const { seq, at } = source.snapshot();
        return jsonPieces({ seq, at, ...page }, 'devices', ids, deviceRows(fleet.total));
      }),
    '/api/devices/:id': (c) => found(source, 'device', c.req.param('id')!, json),
    '/api/devices/:id/samples': (c) =>
      found(source, 'device', c.req.param('id')!, async ({ id }) =>
        json({ device: id, samples: await source.samples(id) }),
      ),
    '/api/grid': (c) => shared.whole(c.req.raw, 'grid', () => gridPieces(source), MOST_IN_GRID),
    '/api/grid/names': (c) => shared.whole(c.req.raw, 'names', () => namesPieces(source), MOST_IN_GRID),
    '/api/incidents': () => json({ incidents: source.snapshot().incidents }),
    '/api/heals': () => json({ heals: source.snapshot().heals }),
    '/api/heals/:id': (c) => found(source, 'heal', c.req.param('id')!, json),
    '/api/events': (c) => {
      // A HEAD request has no reader, so it must not become a client of the stream.
      if (c.req.method === 'HEAD')
        return new Response(null, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
      const words = c.req.query('lens');
      const search =
        words === undefined ? null : { words: words.slice(0, 200), device: c.req.query('device') ?? null };
      return streams.open(search, c.req.header('last-event-id') ?? null);
    },
    '/api/plugins': () => json({ routes: pluginRoutes().map(addressOf) }),
    '/api/me': (c) => json(meOf(c.env.caller)),
    '/api/openapi.json': openapi,
    '/openapi.json': openapi,
    '/healthz': () => json({ ok: true }),
    '/readyz': () => (ready() ? json({ ok: true }) : problem(503, { detail: 'Starting.' })),
  };
}

function postRoute(route: ActionRoute, source: Source, shared: SharedAnswers): Route {
  const act = async (c: ApiContext, id: string): Promise<Response> => {
    const body = await readJson(c.req.raw);
    if (body instanceof Response) return body;
    const parsed = route.parse(id, body.value);
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      const words = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
      const detail = `The body is not valid: ${words.join('; ')}`;
      return problem(400, { detail, code: 'NH_ARGUMENT_INVALID', errors });
    }
    const action = parsed.data;
    const { caller } = c.env;
    const refused = refusedByRole(caller, roleOfAction(action));
    if (refused) return refused;
    // Over a network the token says who it is, whatever the body claims.
    const isNamed = caller !== undefined && 'by' in action;
    const result = await source.act(isNamed ? { ...action, by: caller.name ?? 'nobody' } : action);
    // Who did something wants to see it.
    shared.forget();
    return answer(result);
  };
  return {
    method: 'POST',
    path: route.path,
    role: route.role,
    handler: (c) => {
      const { subject } = route;
      if (subject === 'fleet') return act(c, '');
      return found(source, subject, c.req.param('id')!, ({ id }) => act(c, id));
    },
  };
}

/** Runs `then` with the device or heal of that id; 404 where there is none. */
function found(
  source: Source,
  subject: 'device' | 'heal',
  id: string,
  then: (row: { readonly id: string }) => Response | Promise<Response>,
): Response | Promise<Response> {
  const row =
    subject === 'device' ? source.device(id) : source.snapshot().heals.find((heal) => heal.id === id);
  if (row) return then(row);
  return subject === 'device'
    ? problem(404, { detail: 'There is no device of that id.', code: 'NH_UNKNOWN_DEVICE' })
    : problem(404, { detail: 'There is no heal of that id.' });
}

/** Answers with the devices that the address asks for; 400 where it asks in a way that means nothing. */
function listed(
  c: ApiContext,
  source: Source,
  shared: SharedAnswers,
  pieces: (selection: Selection, page: object) => Iterator<Uint8Array, void>,
): Response | Promise<Response> {
  const asked = LIST_QUERY.safeParse(c.req.query());
  if (!asked.success) {
    const errors = asked.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    const words = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    return problem(400, {
      detail: `The query is not valid: ${words.join('; ')}`,
      code: 'NH_ARGUMENT_INVALID',
      errors,
    });
  }
  const list = () => {
    const selection = source.select(asked.data);
    return pieces(selection, isWhole ? {} : { matching: selection.matching, total: selection.fleet.total });
  };
  const isWhole = Object.keys(asked.data).length === 0;
  return isWhole ? shared.whole(c.req.raw, c.req.path, list) : shared.part(c.req.raw, list);
}

/** Who asks, and which actions are open to them. */
function meOf(caller: Caller | undefined) {
  const { name, role }: Caller = caller ?? { name: null, role: 'approve' };
  const open = ACTION_ROUTES.filter((route) => mayAs(role, route.role));
  const verbs = new Set(open.map(({ path }) => path.split('/').at(-1)!));
  return { name, role, may: [...verbs, ...(mayAs(role, 'approve') ? ['force'] : [])].sort() };
}

const iso = () => new Date().toISOString();

/** What there is to know at a glance, however large the fleet. */
function summaryOf(source: Source) {
  const { seq, at, monitor, incidents, heals } = source.snapshot();
  return {
    seq,
    at,
    monitor,
    fleet: source.select({ limit: 0 }).fleet,
    openIncidents: incidents.filter(({ closedAt }) => closedAt === null).length,
    waitingApprovals: heals.filter(({ phase }) => phase === 'waiting-approval').length,
  };
}

function answer(result: ActionResult): Response {
  if (result.ok) return json(result);
  const { code, message, gate } = result;
  if (gate !== undefined) return problem(409, { detail: message, code, gate, reason: message });
  return problem(statusOfCode(code), { detail: message, code });
}
