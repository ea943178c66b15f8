import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { explainIssues } from '../../../src/core/config/explain.ts';
import type { ConfigPath } from '../../../src/core/config/types.ts';

/** What is said about a value under `plugins.p`, without the place. */
function said(schema: z.ZodType, value: unknown): string[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const lines = explainIssues(result.error.issues, ['plugins', 'p'], () => 'f:1:1', value, schema);
  return lines.map((line) => line.replace('f:1:1 plugins.p', '').replace(/^[.:] ?/, ''));
}

describe('a line', () => {
  it('begins with the place and the path, and lines stand in the order of the file', () => {
    const schema = z.strictObject({ b: z.number(), a: z.number() });
    const value = { b: 'x', a: 'y' };
    const places: Record<string, string> = { a: 'f:2:9', b: 'f:10:3' };
    const locate = (path: ConfigPath) => places[String(path.at(-1))]!;
    expect(explainIssues(schema.safeParse(value).error!.issues, [], locate, value, schema)).toEqual([
      'f:2:9 a: must be a number, not "y"',
      'f:10:3 b: must be a number, not "x"',
    ]);
  });
});

describe('an unknown key', () => {
  const schema = z.strictObject({
    inner: z.strictObject({ colour: z.string(), size: z.number().optional() }).optional(),
    list: z.array(z.strictObject({ width: z.number().optional() })).optional(),
  });

  it('has the nearest known one of its own map, and that this one is missing is not told as well', () => {
    expect(said(schema, { inner: { color: 'red' } })).toEqual([
      'inner.color: unknown key, did you mean "colour"?',
    ]);
    expect(said(schema, { list: [{ widht: 1 }] })).toEqual([
      'list.0.widht: unknown key, did you mean "width"?',
    ]);
  });

  it('that is near to none comes with all there are', () => {
    expect(said(schema, { list: [{ elephant: 1 }] })).toEqual([
      'list.0.elephant: unknown key; there are: width',
    ]);
  });

  it('is explained without a schema too', () => {
    const { error } = z.strictObject({}).safeParse({ x: 1 });
    expect(explainIssues(error!.issues, ['p'], () => 'f:1:1', { x: 1 })).toEqual(['f:1:1 p.x: unknown key']);
  });
});

describe('a union', () => {
  const schema = z.strictObject({
    heal: z.array(
      z.union([z.string(), z.strictObject({ name: z.string().optional(), steps: z.array(z.int()) })]),
    ),
  });

  it('is explained by the branch that the writer meant', () => {
    expect(said(schema, { heal: [{ stepps: [1] }] })).toEqual([
      'heal.0.stepps: unknown key, did you mean "steps"?',
    ]);
    expect(said(schema, { heal: [{ steps: ['x'] }] })).toEqual(['heal.0.steps.0: must be a number, not "x"']);
  });

  it('that fits nowhere tells everything it takes', () => {
    expect(said(schema, { heal: [true] })).toEqual([
      'heal.0: must be text or a map of keys, not true: put it in quotes',
    ]);
  });

  it('told apart by a key has the nearest word of that key', () => {
    const by = z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('smtp'), host: z.string() }),
      z.strictObject({ type: z.literal('http'), url: z.url() }),
    ]);
    expect(said(by, { type: 'smpt', host: 'x' })).toEqual([
      'type: "smpt" is none of smtp, http, did you mean "smtp"?',
    ]);
    expect(said(by, { type: 'http', url: 'x' })).toEqual([
      'url: "x" is no URL; write it like http://10.0.0.1/health',
    ]);
  });
});

describe('a size', () => {
  it.each([
    [z.string().min(1), '', 'must not be empty'],
    [z.string().min(8), 'short', 'is too short, at least 8 characters'],
    [z.string().max(3), 'long', 'is too long, at most 3 characters'],
    [z.array(z.int()).min(2), [1], 'is too short, at least 2 entries'],
    [z.array(z.int()).max(2), [1, 2, 3], 'is too long, at most 2 entries'],
    [z.number().min(2), 1, '1 is too small, at least 2'],
    [z.number().gt(0), 0, '0 is too small, more than 0'],
    [z.number().max(2), 3, '3 is too large, at most 2'],
    [z.number().lt(2), 2, '2 is too large, less than 2'],
    [z.number().multipleOf(5), 3, '3 is no multiple of 5'],
  ] as const)('is told in its own unit (%#)', (schema, value, expected) => {
    expect(said(schema, value)).toEqual([expected]);
  });
});

describe('a secret', () => {
  const CANARY = 'hunter2hunter2';

  it.each([
    ['token', z.string().max(3)],
    ['token', z.string().min(99)],
    ['password', z.enum(['a', 'b'])],
    ['apiKey', z.url()],
    ['secret', z.number()],
    ['passphrase', z.union([z.number(), z.boolean()])],
    ['tokens', z.array(z.number())],
    ['webhookToken', z.discriminatedUnion('kind', [z.object({ kind: z.literal('x') })])],
  ] as const)('under "%s" shows in no complaint (%#)', (key, schema) => {
    const value = key === 'tokens' ? [CANARY] : key === 'webhookToken' ? { kind: CANARY } : CANARY;
    const lines = said(z.strictObject({ [key]: schema }), { [key]: value });
    expect(lines).not.toEqual([]);
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  it('in a header shows in no complaint', () => {
    const schema = z.strictObject({ headers: z.record(z.string(), z.string()) });
    const lines = said(schema, { headers: { Authorization: 8675309, 'X-Api-Key': 8675309 } });
    expect(lines).toHaveLength(2);
    expect(lines.join('\n')).not.toContain('8675309');
  });
});
