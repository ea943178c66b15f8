import type { SecureContext } from 'node:tls';
import { type Device, messageOf, type NameResolver, type Probe, type ProbeResult } from 'netheal/plugin';
import { cancelled, failed, localError, resultOfError } from './answers.ts';
import { exchange, type HttpAnswer } from './http-exchange.ts';
import { HTTP_OPTIONS, type HttpOptions, headersOf, urlFor, urlName } from './http-options.ts';
import { verdictOf } from './http-verdict.ts';
import type { Deadline, Lanes } from './lanes.ts';
import { lookUp } from './target.ts';
import { wordsOfTlsError } from './tls-error.ts';
import type { Trust } from './trust.ts';

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What an http probe needs of the plugin. */
export type HttpTools = Readonly<{ resolver: NameResolver; lanes: Lanes; trust: Trust; now: () => number }>;
/** What the next request is; redirects change it. */
type Step = Readonly<{
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  servername: string | undefined;
}>;

/** The probe `http`: whether a URL answers as it should. The RTT lasts from the connect to the head of the answer. */
export function httpProbe(tools: HttpTools): Probe<HttpOptions> {
  return {
    type: 'http',
    options: HTTP_OPTIONS,
    name: ({ url }) => urlName(url),
    run: ({ options, device, timeoutMs, signal }) =>
      tools.lanes.look(hostOf(options, device), { timeoutMs, signal }, (deadline) =>
        ask(options, device, tools, deadline),
      ),
  };
}

function hostOf({ url }: HttpOptions, device: Device): string {
  return new URL(urlFor(url, device)).host;
}

async function ask(
  options: HttpOptions,
  device: Device,
  tools: HttpTools,
  deadline: Deadline,
): Promise<ProbeResult> {
  let context: SecureContext;
  try {
    context = await tools.trust.contextFor(options);
  } catch (thrown) {
    return localError(`the file of ca cannot be used: ${messageOf(thrown)}`);
  }
  const { method, body, servername } = options;
  const url = new URL(urlFor(options.url, device));
  let step: Step = { url, method, body, servername, headers: headersOf(options) };
  let rttMs = 0;
  for (let redirects = 0; ; redirects++) {
    const answer = await request(step, options, context, tools, deadline);
    if ('ok' in answer) return answer;
    rttMs += answer.rttMs;
    const next = options.follow && REDIRECTS.has(answer.status) ? nextStep(step, answer) : undefined;
    if (!next) return verdictOf(answer, options, rttMs);
    if (redirects >= MOST_REDIRECTS) return failed(`more than ${MOST_REDIRECTS} redirects`, rttMs);
    step = next;
  }
}

async function request(
  step: Step,
  options: HttpOptions,
  context: SecureContext,
  { resolver, now }: HttpTools,
  deadline: Deadline,
): Promise<HttpAnswer | ProbeResult> {
  // A URL has IPv6 addresses in brackets.
  const name = step.url.hostname.replace(/^\[|\]$/g, '');
  const found = await lookUp(resolver, name, deadline.leftMs() / 2);
  if ('result' in found) return found.result;
  if (deadline.signal.aborted) return cancelled();
  const { insecure, expectBody, maxBody } = options;
  const mostBodyBytes = expectBody === undefined ? 0 : maxBody;
  let answered = false;
  const onConnect = () => {
    answered = true;
  };
  try {
    const what = { ...step, to: found.to, context, insecure, mostBodyBytes, now: now(), onConnect };
    return await exchange(what, deadline);
  } catch (error) {
    // In the middle of a body, being cancelled looks like a reset.
    if (deadline.signal.aborted) return cancelled();
    const words = wordsOfTlsError(error);
    return words === undefined
      ? resultOfError(error, '', answered)
      : { ok: false, reason: 'failed', message: words, answered: true };
  }
}

function nextStep(from: Step, { status, headers: { location } }: HttpAnswer): Step | undefined {
  const url = location === undefined ? null : URL.parse(location, from.url);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return undefined;
  // As browsers do: the form was taken, the page behind it is fetched.
  const isFetched = status === 303 || (status <= 302 && from.method === 'POST');
  const what = isFetched ? { method: from.method === 'HEAD' ? 'HEAD' : 'GET', body: undefined } : from;
  const { method, body } = what;
  if (url.origin === from.url.origin) return { ...from, url, method, body };
  // Credentials in headers belong to the place they were given for, and so does the name.
  return { url, method, body, headers: {}, servername: undefined };
}
