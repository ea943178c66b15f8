import {
  cleanLine,
  kindOfSystemError,
  type NameResolver,
  type Probe,
  type ProbeResult,
  type Slots,
  wordsOfSystemError,
  z,
} from 'netheal/plugin';
import { cancelled, localError, windowOf } from './answers.ts';
import { wordsOfCertificateError } from './certificate-error.ts';
import { exchange, type HttpAnswer } from './http-exchange.ts';

const STATUS = z.union([z.number().int().min(100).max(599), z.string().regex(/^[1-5]xx$/)]);
const OPTIONS = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/^https?:\/\/[^/]*@/i.test(url), 'put credentials into `headers`, not into the url'),
  /** 200, "2xx", or a list of them. */
  expectStatus: z.union([STATUS, z.array(STATUS).min(1)]).default('2xx'),
  /** Text that the first 64 KB of the body must contain. */
  expectBody: z.string().min(1).max(1_000).optional(),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS']).default('GET'),
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/))
    .default({}),
  /** Takes any certificate. */
  insecure: z.boolean().default(false),
  /** Follows up to five redirects. */
  follow: z.boolean().default(false),
});
type Options = z.output<typeof OPTIONS>;

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The probe `http`: whether a URL answers as it should. The RTT is that of the request, without name resolution. */
export function httpProbe(resolver: NameResolver, slots: Slots): Probe<Options> {
  // Hosts that did not answer last time wait in the slow lane.
  const silent = new Set<string>();
  return {
    type: 'http',
    options: OPTIONS,
    name: ({ url }) => {
      const { host, pathname } = new URL(url);
      return `http:${host}${pathname}`;
    },
    async run({ options, timeoutMs, signal }) {
      const window = windowOf(timeoutMs);
      const { host } = new URL(options.url);
      const release = await slots.take({ slow: silent.has(host), waitMs: window.leftMs() / 2, signal });
      if (!release) return signal.aborted ? cancelled() : localError('too many requests at once');
      try {
        const result = await ask(options, resolver, window.leftMs, signal);
        if (result.ok === false && result.reason === 'timeout') silent.add(host);
        else silent.delete(host);
        return result;
      } finally {
        release();
      }
    },
  };
}

async function ask(
  options: Options,
  resolver: NameResolver,
  leftMs: () => number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  let url = new URL(options.url);
  let { headers } = options;
  let rttMs = 0;
  for (let redirects = 0; ; redirects++) {
    const answer = await request(url, { ...options, headers }, resolver, leftMs, signal);
    if ('ok' in answer) return answer;
    rttMs += answer.rttMs;
    const next = options.follow && REDIRECTS.has(answer.status) ? nextUrl(url, answer) : undefined;
    if (!next) return verdictOf(answer, options, rttMs);
    if (redirects >= MOST_REDIRECTS) return failed(`more than ${MOST_REDIRECTS} redirects`, rttMs);
    // Credentials in headers belong to the place they were given for.
    if (next.origin !== url.origin) headers = {};
    url = next;
  }
}

async function request(
  url: URL,
  options: Options,
  resolver: NameResolver,
  leftMs: () => number,
  signal: AbortSignal,
): Promise<HttpAnswer | ProbeResult> {
  // A URL has IPv6 addresses in brackets.
  const found = await resolver.resolve(url.hostname.replace(/^\[|\]$/g, ''), leftMs() / 2);
  if (!found.ok) {
    return found.reason === 'dns'
      ? { ok: false, reason: 'dns', message: found.message }
      : localError(found.message);
  }
  if (signal.aborted) return cancelled();
  try {
    return await exchange(
      { ...options, url, to: found, wantsBody: options.expectBody !== undefined },
      leftMs(),
      signal,
    );
  } catch (error) {
    if (signal.aborted) return cancelled();
    const certificate = wordsOfCertificateError(error);
    if (certificate !== undefined) return { ok: false, reason: 'failed', message: certificate };
    const kind = kindOfSystemError(error) ?? 'failed';
    const message = cleanLine(wordsOfSystemError(error), 200);
    return kind === 'local-error' ? localError(message) : { ok: false, reason: kind, message };
  }
}

function nextUrl(from: URL, { location }: HttpAnswer): URL | undefined {
  if (location === undefined || !URL.canParse(location, from)) return undefined;
  const next = new URL(location, from);
  return next.protocol === 'http:' || next.protocol === 'https:' ? next : undefined;
}

function verdictOf(answer: HttpAnswer, { expectStatus, expectBody }: Options, rttMs: number): ProbeResult {
  const expected = Array.isArray(expectStatus) ? expectStatus : [expectStatus];
  const isExpected = expected.some(
    (one) => one === answer.status || one === `${Math.floor(answer.status / 100)}xx`,
  );
  if (!isExpected) return failed(`status ${answer.status}, expected ${expected.join(' or ')}`, rttMs);
  if (expectBody !== undefined && !answer.body.includes(expectBody)) {
    return failed(`the body does not contain "${cleanLine(expectBody, 60)}"`, rttMs);
  }
  return { ok: true, rttMs, detail: `status ${answer.status}` };
}

function failed(message: string, rttMs: number): ProbeResult {
  return { ok: false, reason: 'failed', message, rttMs };
}
