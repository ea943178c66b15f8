/** The addresses that plugins answer at: below `/api/plugins/<name>/`, or at the root. */
import { messageOf } from '../errors.ts';
import type { Caller, RouteHandler } from '../plugin.ts';
import { readBody } from './body.ts';
import { methodNotAllowed, problem } from './problem.ts';
import { refusedByRole } from './roles.ts';

/** A route that a plugin contributed. */
export type PluginRoute = Readonly<{
  plugin: string;
  method: 'GET' | 'POST';
  path: string;
  handler: RouteHandler;
  at?: 'plugin' | 'root';
}>;

/** A route of a plugin as GET /api/plugins shows it. */
export function addressOf(route: PluginRoute) {
  return { plugin: route.plugin, method: route.method, path: pathOf(route) };
}

/** Hands a request to the plugin that serves its address. */
export async function callPlugin(
  request: Request,
  caller: Caller | undefined,
  routes: readonly PluginRoute[],
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const here = routes.filter((route) => trimSlash(pathname) === trimSlash(pathOf(route)));
  if (here.length === 0) return problem(404, { detail: 'There is nothing at this address.' });
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = here.find((each) => each.method === method);
  if (route === undefined) return methodNotAllowed(here.map((each) => each.method));
  const refused = refusedByRole(caller, method === 'POST' ? 'operate' : 'view');
  if (refused) return refused;
  const body = method === 'POST' ? await readBody(request) : null;
  if (body instanceof Response) return body;
  try {
    // A request of its own: the plugin gets a body that has been read and is not too large.
    return await route.handler(new Request(request.url, { method, headers: request.headers, body }));
  } catch (error) {
    const detail = `The plugin ${route.plugin} failed: ${messageOf(error)}`;
    return problem(500, { detail, code: 'NH_PLUGIN_FAILED' });
  }
}

const pathOf = ({ plugin, path, at }: PluginRoute) =>
  `${at === 'root' ? '' : `/api/plugins/${plugin}`}/${path.replace(/^\//, '')}`;

const trimSlash = (path: string) => path.replace(/\/$/, '');
