import type { z } from 'zod';
import { nearest } from '../nearest.ts';
import { cleanLine } from '../text.ts';
import { SECRET_KEY } from './secrets.ts';
import type { ConfigPath } from './types.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;
/** A mistake and where it is. */
export type Problem = Readonly<{
  path: ConfigPath;
  message: string;
  /** For a mistyped key: the right one beside it. That this one is missing then need not be told as well. */
  meant?: string;
}>;

/** Issues of a schema as lines `FILE:LINE:COL path.to.key: what is wrong, and the nearest right thing`. */
export function explainIssues(
  issues: readonly Issue[],
  basePath: ConfigPath,
  locate: (path: ConfigPath) => string,
  value: unknown,
  schema?: Schema,
): string[] {
  return formatProblems(problemsOf(issues, basePath, value, schema), locate);
}

/** The same, not yet put into lines. */
export function problemsOf(
  issues: readonly Issue[],
  basePath: ConfigPath,
  value: unknown,
  schema: Schema | undefined,
): Problem[] {
  const problems = issues.flatMap((issue) => explain(issue, basePath, value, schema));
  const meant = new Set(
    problems.flatMap(({ path, meant }) => (meant ? [[...path.slice(0, -1), meant].join('\0')] : [])),
  );
  return problems.filter(({ path, message }) => message !== MISSING || !meant.has(path.join('\0')));
}

const MISSING = 'is missing';

/** One line a problem, in the order of the file, each once. */
export function formatProblems(problems: readonly Problem[], locate: (path: ConfigPath) => string): string[] {
  const placed = problems.map(({ path, message }) => {
    const place = locate(path);
    const [line = 0, column = 0] = (/:(\d+):(\d+)$/.exec(place) ?? []).slice(1).map(Number);
    const where = path.length > 0 ? ` ${path.join('.')}` : '';
    return { line, column, text: cleanLine(`${place}${where}: ${message}`) };
  });
  placed.sort((a, b) => a.line - b.line || a.column - b.column);
  return [...new Set(placed.map(({ text }) => text))];
}

function explain(issue: Issue, base: ConfigPath, value: unknown, schema: Schema | undefined): Problem[] {
  const own = issue.path as ConfigPath;
  const path = [...base, ...own];
  const input = valueAt(value, own);
  // What stands under such a key, at any depth, is never shown.
  const secret = path.some((step) => step === 'key' || SECRET_KEY.test(String(step)));
  const said = secret ? 'this' : shown(input);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = schema ? keysAt(schema, own) : [];
      return issue.keys.map((key) => ({ path: [...path, key], ...unknownKey(key, known) }));
    }
    case 'invalid_union': {
      // A union that is told apart by one key knows which words that key takes.
      const words = schema ? discriminatorsAt(schema, own) : [];
      if (issue.errors.length === 0 && words.length > 0)
        return [{ path, message: noneOf(words, input, said) }];
      const branch = bestBranch(issue.errors, input);
      if (!branch)
        return [
          {
            path,
            message: isOwnWords(issue.message)
              ? secret
                ? issue.message
                : `${said} ${issue.message}`
              : mustBe(issue.errors.flatMap(expectedAtRoot), input, secret),
          },
        ];
      const inside = schema ? at(schema, own) : undefined;
      return branch.flatMap((deeper) => explain(deeper, path, input, inside));
    }
    case 'invalid_type':
      if (issue.message !== '' && isOwnWords(issue.message)) return [{ path, message: issue.message }];
      if (input === undefined) return [{ path, message: MISSING }];
      return [{ path, message: mustBe([issue.expected], input, secret) }];
    case 'invalid_value':
      return [{ path, message: noneOf(issue.values.map(String), input, said) }];
    case 'too_small':
      return [{ path, message: tooSmall(issue, said) }];
    case 'too_big':
      return [{ path, message: tooBig(issue, said) }];
    case 'not_multiple_of':
      return [{ path, message: `${said} is no multiple of ${issue.divisor}` }];
    case 'invalid_key':
      return [{ path, message: 'a key of this form is not allowed here' }];
    case 'invalid_format':
      if (isOwnWords(issue.message)) return [{ path, message: issue.message }];
      return [
        {
          path,
          message: `${said} ${FORMATS[issue.format] ?? 'has the wrong form'}`,
        },
      ];
    default:
      return [{ path, message: issue.message }];
  }
}

/** What a place takes, what stands there instead and, where quotes are all it lacks, that. */
function mustBe(expected: readonly string[], input: unknown, secret: boolean): string {
  const nouns = [...new Set(expected.map((type) => NOUNS[type] ?? type))];
  if (nouns.length === 0) return secret ? 'is not allowed here' : `${shown(input)} is not allowed here`;
  const lacksQuotes =
    expected.includes('string') && (typeof input === 'number' || typeof input === 'boolean');
  const not = secret ? '' : `, not ${shown(input)}`;
  return `must be ${nouns.join(' or ')}${not}${lacksQuotes ? ': put it in quotes' : ''}`;
}

/** What a branch of a union takes, where it was already refused for its type. */
function expectedAtRoot(issues: readonly Issue[]): string[] {
  return issues.flatMap((issue) =>
    issue.code === 'invalid_type' && issue.path.length === 0 ? [issue.expected] : [],
  );
}

const FORMATS: Readonly<Record<string, string>> = {
  url: 'is no URL; write it like http://10.0.0.1/health',
  email: 'is no e-mail address',
};

/** One of a few words was wanted: all of them, and the one that was most likely meant. */
function noneOf(allowed: readonly string[], input: unknown, said: string): string {
  if (input === undefined) return `is missing; one of: ${allowed.join(', ')}`;
  const near = typeof input === 'string' ? nearest(input, allowed) : null;
  return `${said} is none of ${allowed.join(', ')}${near ? `, did you mean "${near}"?` : ''}`;
}

/** What is counted where a value is not a number itself. */
const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' };

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>, said: string): string {
  const { origin, minimum, inclusive } = issue;
  const counted = COUNTED[origin];
  if (!counted && origin !== 'number' && origin !== 'int' && origin !== 'bigint') return 'must not be empty';
  if (!counted) return `${said} is too small, ${inclusive ? 'at least' : 'more than'} ${minimum}`;
  return Number(minimum) <= 1 ? 'must not be empty' : `is too short, at least ${minimum} ${counted}`;
}

function tooBig(issue: Extract<Issue, { code: 'too_big' }>, said: string): string {
  const { origin, maximum, inclusive } = issue;
  const counted = COUNTED[origin];
  if (counted) return `is too long, at most ${maximum} ${counted}`;
  return `${said} is too large, ${inclusive === false ? 'less than' : 'at most'} ${maximum}`;
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

function unknownKey(key: string, known: readonly string[]): Pick<Problem, 'message' | 'meant'> {
  const near = nearest(key, known);
  if (near) return { message: `unknown key, did you mean "${near}"?`, meant: near };
  return { message: known.length > 0 ? `unknown key; there are: ${known.join(', ')}` : 'unknown key' };
}

/** zod's own sentences begin with these; everything else was written for people. */
function isOwnWords(message: string): boolean {
  return !/^(Invalid|Unrecognized|Too|Required)/.test(message);
}

/** The branch of a union that the writer most likely meant: of the right type, with the fewest mistakes. */
function bestBranch(branches: readonly (readonly Issue[])[], input: unknown): readonly Issue[] | null {
  const wrongType = (issues: readonly Issue[]) =>
    issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
  const right = branches.filter((issues) => !wrongType(issues));
  if (right.length > 0) return right.reduce((best, issues) => (cost(issues) < cost(best) ? issues : best));
  // A map or a list was meant for the branch of that shape even where it is of the wrong kind inside.
  return typeof input === 'object' && input !== null ? (branches[0] ?? null) : null;
}

/** Missing and unknown keys weigh more than a bad value: they say that another branch was meant. */
function cost(issues: readonly Issue[]): number {
  return issues.reduce(
    (sum, { code }) => sum + (code === 'unrecognized_keys' || code === 'invalid_type' ? 2 : 1),
    0,
  );
}

/** A value as a person would say it, short. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (inside, step) => (inside as Record<string, unknown> | undefined)?.[step],
    value,
  );
}

// ---- what a schema knows at a place: only to name the nearest right key

type Def = {
  type: string;
  shape?: Record<string, Schema>;
  innerType?: Schema;
  element?: Schema;
  options?: Schema[];
  valueType?: Schema;
  in?: Schema;
  getter?: () => Schema;
  values?: readonly unknown[];
};

function at(schema: Schema, path: ConfigPath): Schema | undefined {
  const [step, ...rest] = path;
  const candidates = unwrap(schema);
  if (step === undefined) return schema;
  for (const candidate of candidates) {
    const { shape, element, valueType } = defOf(candidate);
    const inside = shape?.[step] ?? element ?? valueType;
    const found = inside && at(inside, rest);
    if (found) return found;
  }
  return undefined;
}

function keysAt(schema: Schema, path: ConfigPath): string[] {
  const found = at(schema, path);
  if (!found) return [];
  return [...new Set(unwrap(found).flatMap((candidate) => Object.keys(defOf(candidate).shape ?? {})))];
}

/** The words that a key takes in the branches of the map around it. */
function discriminatorsAt(schema: Schema, path: ConfigPath): string[] {
  const around = at(schema, path.slice(0, -1));
  const key = path.at(-1);
  if (!around || key === undefined) return [];
  const keys = unwrap(around).flatMap((candidate) => defOf(candidate).shape?.[key] ?? []);
  const words = keys.flatMap((inside) => unwrap(inside).flatMap((one) => defOf(one).values ?? []));
  return [...new Set(words.map(String))];
}

/** Looks through optional, default, pipe, lazy and union to the schemas inside. */
function unwrap(schema: Schema): Schema[] {
  const { innerType, options, in: input, getter } = defOf(schema);
  if (options) return options.flatMap(unwrap);
  const inside = innerType ?? input ?? getter?.();
  return inside ? unwrap(inside) : [schema];
}

function defOf(schema: Schema): Def {
  return schema._zod.def as unknown as Def;
}
