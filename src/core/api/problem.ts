import { type ErrorCode, messageOf, NethealError } from '../errors.ts';

/** The HTTP status of each coded refusal; what is not listed is a conflict with the state of things. */
const STATUS_OF: Readonly<Partial<Record<ErrorCode, number>>> = {
  NH_ARGUMENT_INVALID: 400,
  NH_NOT_ALLOWED: 403,
  NH_UNKNOWN_DEVICE: 404,
  NH_NO_DAEMON: 503,
};

/** One thing that is wrong with a body: where, and what. */
export type BodyError = Readonly<{ path: string; message: string }>;

export type ProblemDetails = Readonly<{
  detail: string;
  /** An NH_* code, or the refusing side's own word. */
  code?: string;
  /** For a heal that a gate refused. */
  gate?: string;
  reason?: string;
  errors?: readonly BodyError[];
}>;

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Token needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Refused',
  413: 'Body too large',
  415: 'Not JSON',
  500: 'Internal error',
  503: 'Not ready',
};

/** An error as RFC 9457 wants it: application/problem+json. */
export function problem(
  status: number,
  details: ProblemDetails,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, ...details };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}

/** Another method is wanted here. */
export function methodNotAllowed(allow: readonly string[]): Response {
  return problem(405, { detail: `Only ${allow.join(' and ')} here.` }, { allow: allow.join(', ') });
}

/** The status for a code that an action was refused with. */
export function statusOfCode(code: string): number {
  return STATUS_OF[code as ErrorCode] ?? 409;
}

/** What was thrown, as a response: a coded error keeps its meaning, anything else is our own fault. */
export function problemOfThrown(thrown: unknown): Response {
  if (thrown instanceof NethealError) {
    return problem(statusOfCode(thrown.code), { detail: thrown.message, code: thrown.code });
  }
  return problem(500, { detail: messageOf(thrown) });
}
