/** The API's document, OpenAPI 3.1, made of the very tables that the routes are made of. */
import { z } from 'zod';
import type { Role } from '../plugin.ts';
import { ACTION_ROUTES } from './actions.ts';
import * as answers from './answer-schemas.ts';
import { LIST_QUERY } from './list-query.ts';
import { READ_ROUTES, type ReadRoute } from './read-routes.ts';
import * as views from './view-schemas.ts';

const SCHEMAS_AT = '#/components/schemas/';

type Json = Readonly<Record<string, unknown>>;

/** A route of a plugin: what it takes and answers with is its own affair. */
type PluginAddress = Readonly<{ plugin: string; method: 'GET' | 'POST'; path: string }>;

/** Makes the document. */
export function openApiDocument(version: string, plugins: readonly PluginAddress[] = []): Json {
  const paths: Record<string, Record<string, Json>> = {};
  const add = (path: string, method: 'get' | 'post', operation: Json) => {
    const key = path.replace(/:(\w+)/g, '{$1}');
    paths[key] = { ...paths[key], [method]: operation };
  };
  for (const [path, route] of Object.entries<ReadRoute>(READ_ROUTES)) {
    add(path, 'get', readOperation(path, route));
  }
  for (const { path, summary, role, body } of ACTION_ROUTES) {
    add(path, 'post', {
      ...common(path, 'post', summary, role),
      parameters: parametersOf(path),
      requestBody: { content: { 'application/json': { schema: plain(body) } } },
      responses: { 200: json('Done.', refTo('Done')), ...problems(path, role) },
    });
  }
  for (const { plugin, method, path } of plugins) {
    const role = method === 'GET' ? 'view' : 'operate';
    const verb = method === 'GET' ? 'get' : 'post';
    add(path, verb, {
      ...common(path, verb, `Of the plugin ${plugin}`, role),
      responses: { 200: { description: 'What the plugin says.' }, ...problems(path, role) },
    });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'netheal',
      version,
      description:
        'Read the fleet, follow it, act on it. Errors are application/problem+json. Times are epoch milliseconds unless they are text.',
    },
    paths,
    components: {
      schemas: components(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function readOperation(path: string, { summary, role, query, answer, isTagged }: ReadRoute): Json {
  const isJson = typeof answer !== 'string';
  const schema = isJson ? (nameOf(answer) ? refTo(nameOf(answer)!) : plain(answer)) : { type: 'string' };
  const content = { [isJson ? 'application/json' : answer]: { schema } };
  return {
    ...common(path, 'get', summary, role),
    parameters: [...parametersOf(path), ...(query ? queryParametersOf(query) : [])],
    responses: {
      200: { description: 'The answer.', content },
      ...(isTagged && { 304: { description: 'Nothing has changed since the ETag in If-None-Match.' } }),
      ...problems(path, role, query === LIST_QUERY),
    },
  };
}

function common(path: string, method: string, summary: string, role: Role | null): Json {
  const words = path.split(/[^a-z]+/i).filter((word) => word !== '' && word !== 'api' && word !== 'id');
  return {
    operationId:
      [method, ...words].join('-') +
      (path.endsWith('/:id') ? '-by-id' : path.startsWith('/api') ? '' : '-at-root'),
    summary,
    ...(role !== null && { description: `Needs the role \`${role}\`.`, 'x-netheal-role': role }),
    // Reading from the same machine needs no token; nor does anything over the Unix socket.
    security: role === null ? [] : role === 'view' ? [{}, { token: [] }] : [{ token: [] }],
  };
}

function parametersOf(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParametersOf(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = plain(query) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

/** The refusals that an address may answer with. */
function problems(path: string, role: Role | null, isList = false): Json {
  const isAction = role !== null && role !== 'view';
  const statuses: [number, string, boolean][] = [
    [400, 'What was sent is not valid.', isAction || isList],
    [401, 'A token is needed, or nobody has this one.', role !== null],
    [403, 'The role of the token is too small, or another site asks.', isAction],
    [404, 'There is no such device or heal.', path.includes(':')],
    [409, 'It cannot be done now; `gate` names what holds a heal back.', isAction],
    [413, 'The body is too large.', isAction],
    [415, 'The body is not JSON.', isAction],
    [421, 'The host name is not served here.', true],
    [429, 'Too many wrong tokens from this address.', role !== null],
    [503, 'Not ready.', path === '/readyz' || isAction],
  ];
  return Object.fromEntries(
    statuses
      .filter(([, , isPossible]) => isPossible)
      .map(([status, description]) => [
        status,
        { description, content: { 'application/problem+json': { schema: refTo('Problem') } } },
      ]),
  );
}

function json(description: string, schema: Json): Json {
  return { description, content: { 'application/json': { schema } } };
}

/** `statusRowSchema` is `StatusRow` there. */
const NAMED: readonly (readonly [string, z.ZodType])[] = Object.entries({ ...views, ...answers }).map(
  ([name, schema]) => [name.charAt(0).toUpperCase() + name.slice(1).replace(/Schema$/, ''), schema],
);

function nameOf(schema: z.ZodType): string | undefined {
  return NAMED.find(([, named]) => named === schema)?.[0];
}

function refTo(name: string): Json {
  return { $ref: `${SCHEMAS_AT}${name}` };
}

function components(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of NAMED) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `${SCHEMAS_AT}${id}`, io: 'input' });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]));
}

function plain(schema: z.ZodType): Json {
  return bare(z.toJSONSchema(schema, { io: 'input' }));
}

/** The document says once for all which dialect of JSON Schema it speaks. */
function bare({ $schema: _, $id: __, ...schema }: Json): Json {
  return schema;
}
