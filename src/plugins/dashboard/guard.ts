/** Who may ask for what. Everything here is decided before routing, from the request and the options alone. */
import { createHash, timingSafeEqual } from 'node:crypto';

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
  /** SHA-256 of the token; null: none is configured, so nobody may act. */
  tokenHash: Buffer | null;
  /** Others than this machine can reach it, so reading needs the token, too. */
  exposed: boolean;
  /** Files of the page: they say nothing about the fleet, and they are what asks for the token. */
  isAsset: (pathname: string) => boolean;
}>;

/** Makes the guard: it answers what must not go on, and `null` where the request may pass. */
export function createGuard(options: GuardOptions): (request: Request) => Response | null {
  const hosts = new Set(
    [...LOOPBACK_HOSTS, options.host, ...options.allowedHosts].map((host) => hostnameOf(host) ?? host),
  );
  return (request) => {
    // A page of a stranger can point its own name at 127.0.0.1 (DNS rebinding): the name gives it away.
    const host = hostnameOf(request.headers.get('host') ?? '');
    if (host === null || !hosts.has(host)) {
      return refusal(421, 'This name is not served here. Add it to plugins.dashboard.allowedHosts.');
    }
    if (request.method === 'GET' || request.method === 'HEAD') return refuseRead(request, options);
    return refuseAction(request, options);
  };
}

/** The hash a token is kept as. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function refuseRead(request: Request, { exposed, tokenHash, isAsset }: GuardOptions): Response | null {
  if (!exposed || tokenHash === null) return null;
  // What is open is listed, not what is closed: "/%61pi/status" is a way to write "/api/status", too.
  const { pathname } = new URL(request.url);
  if (OPEN_READS.includes(pathname) || isAsset(pathname)) return null;
  return hasToken(request, tokenHash) ? null : tokenNeeded('Reading from another machine needs the token.');
}

function refuseAction(request: Request, { tokenHash }: GuardOptions): Response | null {
  if (!isOwnOrigin(request)) return refusal(403, 'Another site may not act here.');
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return refusal(415, 'Actions are JSON, with content-type: application/json.');
  }
  if (tokenHash === null) {
    return refusal(
      403,
      'Actions are off, because no token is configured. Set plugins.dashboard.token, for example to { env: NETHEAL_TOKEN }.',
    );
  }
  return hasToken(request, tokenHash) ? null : tokenNeeded('Actions need the token.');
}

/** A browser always says where a POST comes from; what says nothing is no browser. */
function isOwnOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return false;
  const origin = request.headers.get('origin');
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get('host')?.toLowerCase();
}

function hasToken(request: Request, tokenHash: Buffer): boolean {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  // Hashes have one length, so comparing them tells nothing about the token, not even its length.
  return given !== undefined && timingSafeEqual(hashOfToken(given), tokenHash);
}

/** Host name of a `Host` header or of a configured name, without the port; null where it is none. */
function hostnameOf(host: string): string | null {
  const literal =
    host.includes(':') && !host.includes('[') && host.split(':').length > 2 ? `[${host}]` : host;
  if (literal === '' || /[/\\?#@\s]/.test(literal) || !URL.canParse(`http://${literal}`)) return null;
  return new URL(`http://${literal}`).hostname.replace(/\.$/, '');
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
