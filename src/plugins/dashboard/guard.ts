/** Who may ask for what. Everything here is decided before routing, from the request and the options alone. */
import type { Caller } from 'netheal/plugin';
import type { Guesses } from './guesses.ts';
import type { FindCaller } from './tokens.ts';

/** The page loads nothing from anywhere else, and no other site may frame it or give it a base address. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

/** Sent with every answer. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
/** Answered without a token wherever the dashboard listens: they say nothing about the fleet. */
const OPEN_READS = ['/healthz', '/readyz'];

/** What the guard needs to know of the options. */
export type GuardOptions = Readonly<{
  /** The address it is bound to. */
  host: string;
  allowedHosts: readonly string[];
  /** Who has a token; null: none is configured, so nobody may act. */
  findCaller: FindCaller | null;
  guesses: Guesses;
  /** Others than this machine can reach it, so reading needs a token, too. */
  exposed: boolean;
  /** Files of the page: they say nothing about the fleet, and they are what asks for the token. */
  isAsset: (pathname: string) => boolean;
}>;

/** Who may go on to the API, or the answer to those who may not. */
export type Verdict = Readonly<
  { caller: Caller; refusal: null } | { caller: null; refusal: Response; wrongToken: boolean }
>;

/** Who reads without a token, where that is free. */
const NOBODY: Caller = { name: null, role: 'view' };

/** Makes the guard. `address` is where the request comes from. */
export function createGuard(options: GuardOptions): (request: Request, address: string) => Verdict {
  const hosts = new Set(
    [...LOOPBACK_HOSTS, options.host, ...options.allowedHosts].map((host) => hostnameOf(host) ?? host),
  );
  return (request, address) => {
    // A page of a stranger can point its own name at 127.0.0.1 (DNS rebinding): the name gives it away.
    const host = hostnameOf(request.headers.get('host') ?? '');
    if (host === null || !hosts.has(host)) {
      return refused(refusal(421, 'This name is not served here. Add it to plugins.dashboard.allowedHosts.'));
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const { pathname } = new URL(request.url);
    // What is open is listed, not what is closed: "/%61pi/status" is a way to write "/api/status", too.
    if (isRead && (OPEN_READS.includes(pathname) || options.isAsset(pathname))) return passed(NOBODY);
    const ban = isRead ? null : refuseAction(request, options);
    return ban ? refused(ban) : admit(request, address, isRead && !options.exposed, options);
  };
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** What is wrong with an action before anybody asks for its token. */
function refuseAction(request: Request, { findCaller }: GuardOptions): Response | null {
  if (!isOwnOrigin(request)) return refusal(403, 'Another site may not act here.');
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return refusal(415, 'Actions are JSON, with content-type: application/json.');
  }
  if (findCaller !== null) return null;
  return refusal(
    403,
    'Actions are off, because no token is configured. Set plugins.dashboard.token, for example to { env: NETHEAL_TOKEN }.',
  );
}

/** Whom the token stands for; without one, nobody in particular where that is enough. */
function admit(
  request: Request,
  address: string,
  isFree: boolean,
  { findCaller, guesses }: GuardOptions,
): Verdict {
  if (findCaller === null) return passed(NOBODY);
  const given = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (given === undefined) {
    return isFree ? passed(NOBODY) : refused(tokenNeeded('This needs a token.'));
  }
  const waitMs = guesses.waitMs(address);
  if (waitMs > 0) {
    const seconds = String(Math.ceil(waitMs / 1_000));
    const detail = `Too many wrong tokens from this address; again in ${seconds} s.`;
    return refused(refusal(429, detail, { 'retry-after': seconds }));
  }
  const caller = findCaller(given);
  if (caller !== null) return passed(caller);
  guesses.wrong(address);
  return { ...refused(tokenNeeded('Nobody has this token.')), wrongToken: true };
}

/** A browser always says where a POST comes from; what says nothing is no browser. */
function isOwnOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return false;
  const origin = request.headers.get('origin');
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get('host')?.toLowerCase();
}

/** Host name of a `Host` header or of a configured name, without the port; null where it is none. */
function hostnameOf(host: string): string | null {
  const literal =
    host.includes(':') && !host.includes('[') && host.split(':').length > 2 ? `[${host}]` : host;
  if (literal === '' || /[/\\?#@\s]/.test(literal) || !URL.canParse(`http://${literal}`)) return null;
  return new URL(`http://${literal}`).hostname.replace(/\.$/, '');
}

function passed(caller: Caller): Verdict {
  return { caller, refusal: null };
}

function refused(response: Response) {
  return { caller: null, refusal: response, wrongToken: false } as const;
}

function tokenNeeded(detail: string): Response {
  return refusal(401, detail, { 'www-authenticate': 'Bearer realm="netheal"' });
}

function refusal(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(
    JSON.stringify({ type: 'about:blank', title: 'Refused', status, detail, code: 'NH_NOT_ALLOWED' }),
    {
      status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    },
  );
}
