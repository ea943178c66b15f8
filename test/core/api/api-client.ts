/** A client made of nothing but an OpenAPI document: what a stranger's generator would make of it. */
import { z } from 'zod';

type Schema = Record<string, unknown>;
export type Operation = {
  operationId: string;
  parameters?: { name: string; in: 'path' | 'query'; required: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  'x-netheal-role'?: string;
};
export type Document = {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<'get' | 'post', Operation | undefined>>;
  components: { schemas: Record<string, Schema> };
};
export type Answer = { status: number; type: string; value: unknown };
type Arguments = { path?: Record<string, string>; query?: Record<string, string>; body?: unknown };

/** All operations of a document. */
export function operationsOf(document: Document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation! })),
  );
}

/** A function for each operation; it refuses answers that the document does not foresee. */
export function clientOf(document: Document, send: (request: Request) => Promise<Response>) {
  const check = checkerOf(document);
  return Object.fromEntries(
    operationsOf(document).map(({ path, method, operation }) => [
      operation.operationId,
      async (given: Arguments = {}): Promise<Answer> => {
        const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
          encodeURIComponent(given.path![name]!),
        );
        const query = new URLSearchParams(given.query).toString();
        const schema = operation.requestBody?.content['application/json']?.schema;
        if (schema && given.body !== undefined) check(schema, given.body, `the body of ${path}`);
        const response = await send(
          new Request(`http://localhost${filled}${query && `?${query}`}`, {
            method,
            ...(schema && {
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(given.body ?? {}),
            }),
          }),
        );
        const type = response.headers.get('content-type')?.split(';')[0] ?? '';
        const foreseen = operation.responses[response.status]?.content?.[type];
        if (!foreseen)
          throw new Error(`${method} ${path}: ${response.status} ${type} is not in the document`);
        if (!type.endsWith('json')) {
          await response.body?.cancel();
          return { status: response.status, type, value: null };
        }
        const value = await response.json();
        check(foreseen.schema, value, `the answer of ${method} ${path}`);
        return { status: response.status, type, value };
      },
    ]),
  );
}

/** Throws where a value is not what a schema of the document says. */
export function checkerOf({ components }: Document) {
  const definitions = strict(local(components.schemas)) as Record<string, Schema>;
  return (schema: Schema, value: unknown, what: string) => {
    // biome-ignore lint/suspicious/noExplicitAny: a JSON Schema of unknown make
    const parsed = z.fromJSONSchema({ ...strict(local(schema)), $defs: definitions } as any).safeParse(value);
    if (!parsed.success) throw new Error(`${what} is not as documented:\n${z.prettifyError(parsed.error)}`);
  };
}

function local<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/'));
}

/** What is not documented must not be there: clients may ignore such fields, a test may not. */
function strict<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(strict) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, inside]) => [key, strict(inside)]);
  const isClosed = 'properties' in schema && !('additionalProperties' in schema);
  return Object.fromEntries(isClosed ? [...entries, ['additionalProperties', false]] : entries);
}
