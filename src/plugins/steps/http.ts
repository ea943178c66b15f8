import {
  type Device,
  fillVariables,
  type Healer,
  messageOf,
  Secret,
  type StepRequest,
  type StepResult,
  templateText,
  z,
} from 'netheal/plugin';
import { actedInVain, notActed } from './results.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const sealed = z.instanceof(Secret);

const url = templateText.superRefine((text, context) => {
  const problem = urlProblem(text);
  if (problem) context.addIssue({ code: 'custom', message: problem });
});
const headerValue = z
  .union([z.string(), sealed])
  .refine(
    (value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(reveal(value)),
    'holds characters that a header cannot hold',
  );
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is no name of a header');

const spec = z
  .strictObject({
    http: z.union([url, sealed]).describe('http:// or https:// URL; may hold {{ip}}, {{id}} and {{label}}.'),
    method: z.enum(METHODS).optional().describe('Default: GET, or POST where there is a body.'),
    headers: z.record(headerName, headerValue).default({}),
    body: z.union([templateText, sealed]).optional(),
    expectStatus: z.int().min(100).max(599).optional().describe('Default: any from 200 to 299.'),
  })
  .refine((step) => step.body === undefined || !['GET', 'HEAD'].includes(step.method ?? 'POST'), {
    path: ['body'],
    message: 'a GET or HEAD request has no body',
  });
type Http = z.output<typeof spec>;

/** Headers whose value is a credential, also where the config has it in plain text. */
const CREDENTIAL = /authorization|cookie|token|secret|password|key/i;
const SHOWN_CHARS = 2_000;
/** The request never left, or nobody was there to take it. (Without a code, fetch itself has refused it.) */
const NEVER_ARRIVED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** `{ http: url, method, headers, body, expectStatus }`: one request from the monitor, for PDUs, APIs and webhooks. */
export const http: Healer<Http> = {
  kind: 'http',
  spec,
  describe: (step, target) => [
    requestLine(step, target),
    ...Object.entries(step.headers).map(
      ([name, value]) => `${name}: ${isCredential(name, value) ? '<secret>' : value}`,
    ),
    ...(step.body === undefined ? [] : [String(bodyFor(step.body, target))]),
  ],
  risk: (step) => (['GET', 'HEAD'].includes(methodOf(step)) ? 'low' : 'medium'),
  run: runHttp,
};

async function runHttp(request: StepRequest<Http>): Promise<StepResult> {
  const { spec: step, target, signal, transcript } = request;
  if (signal.aborted) return notActed('was cancelled');
  for (const secret of secretsOf(step)) transcript.mask(secret);
  const address = reveal(urlFor(step.http, target));
  const problem = urlProblem(address);
  if (problem) return notActed(`the URL ${problem}`);
  transcript.write('command', requestLine(step, target));
  try {
    const response = await fetch(address, {
      method: methodOf(step),
      headers: Object.entries(step.headers).map(([name, value]): [string, string] => [name, reveal(value)]),
      body: step.body === undefined ? undefined : reveal(bodyFor(step.body, target)),
      // A redirect after an action is most often a login page: that is no success, and our headers stay here.
      redirect: 'manual',
      signal,
    });
    transcript.write('output', `${response.status} ${response.statusText}`.trim());
    const text = await firstOf(response);
    if (text !== '') transcript.write('output', text);
    return judge(step, response);
  } catch (thrown) {
    if (signal.aborted) return actedInVain('no answer in time, or cancelled');
    const { words, code } = explain(thrown, step.http instanceof Secret);
    return code === '' || NEVER_ARRIVED.has(code) ? notActed(words) : actedInVain(words);
  }
}

/** The reason is in the cause: fetch itself says "fetch failed". It names the host, which a secret URL must not. */
function explain(thrown: unknown, secretUrl: boolean): { words: string; code: string } {
  const cause = (thrown as { cause?: unknown }).cause ?? thrown;
  const code = String((cause as { code?: unknown }).code ?? '');
  return {
    words: `the request failed: ${secretUrl ? code || 'the reason is not shown' : messageOf(cause)}`,
    code,
  };
}

function judge(step: Http, response: Response): StepResult {
  const { status } = response;
  if (step.expectStatus === undefined ? response.ok : status === step.expectStatus) return { ok: true };
  return actedInVain(`the answer was ${status}, expected ${step.expectStatus ?? '200 to 299'}`);
}

/** The beginning of the answer; the rest is never read. */
async function firstOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= SHOWN_CHARS) break;
  }
  return text.slice(0, SHOWN_CHARS).trim();
}

function urlProblem(text: string): string | null {
  const parsed = URL.parse(text);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return 'is no http:// or https:// URL';
  if (parsed.username || parsed.password)
    return 'holds a password; put it into headers.authorization, as a secret';
  return null;
}

function methodOf(step: Http): (typeof METHODS)[number] {
  return step.method ?? (step.body === undefined ? 'GET' : 'POST');
}

function requestLine(step: Http, target: Device): string {
  return `${methodOf(step)} ${urlFor(step.http, target)}`;
}

function urlFor(value: string | Secret, target: Device): string | Secret {
  return typeof value === 'string' ? fillVariables(value, target, encodeURIComponent) : value;
}

/** Inside a JSON string a quote in a label must be escaped; in other bodies labels seldom hold one. */
function bodyFor(value: string | Secret, target: Device): string | Secret {
  return typeof value === 'string'
    ? fillVariables(value, target, (text) => JSON.stringify(text).slice(1, -1))
    : value;
}

function isCredential(name: string, value: string | Secret): boolean {
  return value instanceof Secret || CREDENTIAL.test(name);
}

function secretsOf(step: Http): (string | Secret)[] {
  const headers = Object.entries(step.headers).filter(([name, value]) => isCredential(name, value));
  const sealedParts = [step.http, step.body].filter((part) => part instanceof Secret);
  return [...headers.map(([, value]) => value), ...sealedParts];
}

function reveal(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
