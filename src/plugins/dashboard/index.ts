import { definePlugin, NethealError, Secret, z } from 'netheal/plugin';
import { loadAssets } from './assets.ts';
import { createGuard, hashOfToken, isLoopback, SECURITY_HEADERS } from './guard.ts';
import { listen } from './listen.ts';

const options = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1'),
    /** 0 takes any free port; the notice at start says which. */
    port: z.int().min(0).max(65_535).default(5_000),
    /** Who has it may act; reading from this machine is free. */
    token: z
      .union([z.string(), z.instanceof(Secret)])
      .transform((token) => (token instanceof Secret ? token : new Secret(token)))
      .refine((token) => /^\S{8,}$/.test(token.reveal()), 'a token has at least 8 characters and no spaces')
      .optional(),
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
  apply(api, { host, port, token, allowedHosts, tls, behindProxy }) {
    refuseExposure(host, token !== undefined, tls !== undefined || behindProxy);

    api.hooks.start.tap(async () => {
      const assets = await loadAssets({ actions: token !== undefined });
      const guard = createGuard({
        host,
        allowedHosts,
        tokenHash: token === undefined ? null : hashOfToken(token.reveal()),
        exposed: !isLoopback(host) || behindProxy,
        isAsset: (pathname) => assets.has(pathname),
      });
      const server = await listen({ host, port, tls, dir: api.configDir }, async (request) => {
        const response = guard(request) ?? page(request) ?? (await api.http(request));
        return withHeaders(response);
      });
      api.onStop(() => server.close());
      api.notice(`The dashboard is at ${server.url}`);

      function page(request: Request): Response | null {
        const asset = assets.get(new URL(request.url).pathname);
        if (asset === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return null;
        return new Response(request.method === 'HEAD' ? null : asset.body, {
          headers: { 'content-type': asset.type, 'cache-control': 'no-cache' },
        });
      }
    });
  },
});

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
