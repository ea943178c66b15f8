/** The HTTP API as one web-standard function; the Unix socket and the dashboard serve the same one. */
import { type Context, Hono } from 'hono';
import { messageOf } from '../errors.ts';
import type { RouteHandler } from '../plugin.ts';
import { ACTION_ROUTES, type ActionRoute } from './actions.ts';
import { readBody, readJson } from './body.ts';
import { createEventStream } from './event-stream.ts';
import { problem, problemOfThrown, statusOfCode } from './problem.ts';
import { seedStats, seedStatus } from './seed-shapes.ts';
import type { ActionResult, Source } from './types.ts';

/** A route that a plugin contributed. */
export type PluginRoute = Readonly<{
  plugin: string;
  method: 'GET' | 'POST';
  path: string;
  handler: RouteHandler;
}>;

/** What the API is made of: where the picture comes from, plugin routes as of now, and whether checks run. */
export type ApiParts = Readonly<{
  source: Source;
  pluginRoutes: () => readonly PluginRoute[];
  ready: () => boolean;
}>;

/** Creates the API. Nothing it returns holds a secret, because none ever enters the source. */
export function createApi(parts: ApiParts): (request: Request) => Promise<Response> {
  const app = new Hono();
  const routes = [...readRoutes(parts), ...ACTION_ROUTES.map((route) => postRoute(route, parts.source))];
  for (const { method, path, handler } of routes) app.on(method, path, handler);
  for (const path of new Set(routes.map((route) => route.path))) {
    const allow = routes.filter((route) => route.path === path).map((route) => route.method);
    app.all(path, () => methodNotAllowed(allow));
  }
  app.all('/api/plugins/*', (c) => callPlugin(c, parts.pluginRoutes()));
  app.notFound(() => problem(404, { detail: 'There is nothing at this address.' }));
  app.onError(problemOfThrown);
  return async (request) => app.fetch(request);
}

type Route = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  handler: (c: Context) => Response | Promise<Response>;
}>;

function readRoutes({ source, ready }: ApiParts): Route[] {
  const stream = createEventStream(source);
  const get = (path: string, handler: Route['handler']): Route => ({ method: 'GET', path, handler });
  return [
    get('/api/status', () => json(seedStatus(source.snapshot(), Date.now()))),
    get('/api/stats', () => json(seedStats(source.snapshot(), Date.now()))),
    get('/api/snapshot', () => json(source.snapshot())),
    get('/api/devices', () => {
      const { seq, at, devices } = source.snapshot();
      return json({ seq, at, devices });
    }),
    get('/api/devices/:id', (c) => found(source, 'device', c.req.param('id')!, json)),
    get('/api/devices/:id/samples', (c) =>
      found(source, 'device', c.req.param('id')!, async ({ id }) =>
        json({ device: id, samples: await source.samples(id) }),
      ),
    ),
    get('/api/incidents', () => json({ incidents: source.snapshot().incidents })),
    get('/api/heals', () => json({ heals: source.snapshot().heals })),
    get('/api/heals/:id', (c) => found(source, 'heal', c.req.param('id')!, json)),
    get('/api/events', (c) =>
      // A HEAD request has no reader, so it must not become a client of the stream.
      c.req.method === 'HEAD'
        ? new Response(null, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
        : stream.open(c.req.header('last-event-id') ?? null),
    ),
    get('/healthz', () => json({ ok: true })),
    get('/readyz', () => (ready() ? json({ ok: true }) : problem(503, { detail: 'Starting.' }))),
  ];
}

function postRoute(route: ActionRoute, source: Source): Route {
  const act = async (c: Context, id: string): Promise<Response> => {
    const body = await readJson(c.req.raw);
    if (body instanceof Response) return body;
    const parsed = route.parse(id, body.value);
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      const words = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
      const detail = `The body is not valid: ${words.join('; ')}`;
      return problem(400, { detail, code: 'NH_ARGUMENT_INVALID', errors });
    }
    return answer(await source.act(parsed.data));
  };
  return {
    method: 'POST',
    path: route.path,
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
  const rows: readonly { readonly id: string }[] =
    subject === 'device' ? source.snapshot().devices : source.snapshot().heals;
  const row = rows.find((each) => each.id === id);
  if (row !== undefined) return then(row);
  return subject === 'device'
    ? problem(404, { detail: 'There is no device of that id.', code: 'NH_UNKNOWN_DEVICE' })
    : problem(404, { detail: 'There is no heal of that id.' });
}

function answer(result: ActionResult): Response {
  if (result.ok) return json(result);
  const { code, message, gate } = result;
  if (gate !== undefined) return problem(409, { detail: message, code, gate, reason: message });
  return problem(statusOfCode(code), { detail: message, code });
}

async function callPlugin(c: Context, routes: readonly PluginRoute[]): Promise<Response> {
  const { pathname } = new URL(c.req.url);
  const here = routes.filter(
    ({ plugin, path }) =>
      trimSlash(pathname) === trimSlash(`/api/plugins/${plugin}/${path.replace(/^\//, '')}`),
  );
  if (here.length === 0) return problem(404, { detail: 'No plugin serves this address.' });
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  const route = here.find((each) => each.method === method);
  if (route === undefined) return methodNotAllowed(here.map((each) => each.method));
  const body = method === 'POST' ? await readBody(c.req.raw) : null;
  if (body instanceof Response) return body;
  try {
    // A request of its own: the plugin gets a body that has been read and is not too large.
    return await route.handler(new Request(c.req.url, { method, headers: c.req.raw.headers, body }));
  } catch (error) {
    const detail = `The plugin ${route.plugin} failed: ${messageOf(error)}`;
    return problem(500, { detail, code: 'NH_PLUGIN_FAILED' });
  }
}

function methodNotAllowed(allow: readonly string[]): Response {
  return problem(405, { detail: `Only ${allow.join(' and ')} here.` }, { allow: allow.join(', ') });
}

const trimSlash = (path: string) => path.replace(/\/$/, '');

function json(body: unknown): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}
