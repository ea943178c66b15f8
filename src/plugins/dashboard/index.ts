import { definePlugin, NethealError, Secret, z } from 'netheal/plugin';
import { answerWith, loadAssets } from './assets.ts';
import { createAudit } from './audit.ts';
import { createGuard, isLoopback, SECURITY_HEADERS } from './guard.ts';
import { createGuesses } from './guesses.ts';
import { listen } from './listen.ts';
import { createTokens, type NamedToken } from './tokens.ts';

const secret = z
  .union([z.string(), z.instanceof(Secret)])
  .transform((token) => (token instanceof Secret ? token : new Secret(token)))
  .refine((token) => /^\S{8,}$/.test(token.reveal()), 'a token has at least 8 characters and no spaces');

const options = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1'),
    /** 0 takes any free port; the notice at start says which. */
    port: z.int().min(0).max(65_535).default(5_000),
    /** Who has it may do everything; reading from this machine is free. */
    token: secret.optional(),
    /** One a person or program: its name stands in the audit trail, its role says what it may do. */
    tokens: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[\w.@-]{1,64}$/, 'is 1 to 64 letters, digits or any of . _ @ -'),
          token: secret,
          role: z.enum(['view', 'operate', 'approve']),
        }),
      )
      .max(1_000)
      .refine(
        (tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length,
        'two tokens have the same name',
      )
      .default([]),
    /** Names, beside the loopback ones and `host`, that the page may be opened by. */
    allowedHosts: z.array(z.string().min(1)).default([]),
    /** PEM files, relative to the config file. */
    tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
    /** A reverse proxy in front does the TLS. */
    behindProxy: z.boolean().default(false),
  })
  .prefault({});

/** The web page, and the API over TCP. */
export default definePlugin({
  name: 'dashboard',
  apiVersion: 1,
  options,
  onStartupError: 'disable',
  apply(api, { host, port, token, tokens, allowedHosts, tls, behindProxy }) {
    const all: NamedToken[] = [
      ...(token ? [{ name: 'token', token, role: 'approve' as const }] : []),
      ...tokens,
    ];
    refuseExposure(host, all.length > 0, tls !== undefined || behindProxy);

    api.hooks.start.tap(async () => {
      const assets = await loadAssets({ actions: all.some(({ role }) => role !== 'view') });
      const monoMs = () => api.clock.monoMs();
      const audit = createAudit(monoMs, (message, level) => api.notice(message, level));
      const guard = createGuard({
        host,
        allowedHosts,
        findCaller: all.length === 0 ? null : createTokens(all),
        guesses: createGuesses(monoMs),
        exposed: !isLoopback(host) || behindProxy,
        isAsset: (pathname) => assets.has(pathname),
      });
      const place = { host, port, tls, dir: api.configDir, onRenewal: api.notice };
      const server = await listen(place, async (request, peer) => {
        const address = behindProxy ? (forwardedFor(request) ?? peer) : peer;
        const verdict = guard(request, address);
        const response = verdict.refusal ?? page(request) ?? (await api.http(request, verdict.caller));
        audit({
          method: request.method,
          pathname: new URL(request.url).pathname,
          status: response.status,
          caller: verdict.caller,
          address,
          wrongToken: verdict.refusal !== null && verdict.wrongToken,
        });
        return withHeaders(response);
      });
      api.onStop(() => server.close());
      api.notice(`The dashboard is at ${server.url}`);

      function page(request: Request): Response | null {
        const asset = assets.get(new URL(request.url).pathname);
        if (asset === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return null;
        return answerWith(asset, request);
      }
    });
  },
});

/** The address that the proxy itself saw: the last one, for what stands before it the client may have made up. */
function forwardedFor(request: Request): string | null {
  const last = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  return /^[\da-f:.]{2,45}$/i.test(last) ? last : null;
}

/** Whoever reaches this page can make the monitor log in to devices: never in the open without a lock. */
function refuseExposure(host: string, hasToken: boolean, isEncrypted: boolean): void {
  if (isLoopback(host) || (hasToken && isEncrypted)) return;
  const missing = [hasToken ? null : 'a token', isEncrypted ? null : 'tls or behindProxy: true'].filter(
    Boolean,
  );
  throw new NethealError(
    'NH_DASHBOARD_EXPOSED',
    `The dashboard may not listen on ${host}: there is no ${missing.join(' and no ')}.`,
    {
      plugin: 'dashboard',
      mend: `Set ${missing.map((what) => what!.replace(/^a token$/, 'token')).join(' and ')} under plugins.dashboard, or leave host at 127.0.0.1.`,
    },
  );
}

function withHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}
