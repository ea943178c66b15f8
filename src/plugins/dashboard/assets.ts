/** The files of the page. Scripts are those that tsc wrote beside this module. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { HTML } from './page-html.ts';
import { CSS } from './page-style.ts';
import { APPROVAL_CSS } from './page-style-approval.ts';
import { DEVICE_CSS } from './page-style-device.ts';

/** A file of the chart library; its module is not minified, its script is. */
const uplot = (file: string) => readFile(new URL(import.meta.resolve(`uplot/dist/uPlot.${file}`)), 'utf8');

/** A file of the page, as it is and packed; the tag changes with the text. */
export type Asset = Readonly<{ type: string; body: string; packed: Uint8Array<ArrayBuffer>; tag: string }>;

function assetOf(type: string, body: string): Asset {
  const packed = new Uint8Array(gzipSync(body, { level: 9 }));
  return {
    type,
    body,
    packed,
    tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`,
  };
}

const SCRIPT = 'text/javascript; charset=utf-8';

/** The answer to whoever asks for a file: nothing where he has it already, packed where he can unpack it. */
export function answerWith({ type, body, packed, tag }: Asset, request: Request): Response {
  // A browser asks each time whether there is a newer one: dozens of small answers, and never an old script.
  const headers = new Headers({
    'content-type': type,
    'cache-control': 'no-cache',
    etag: tag,
    vary: 'accept-encoding',
  });
  const known = request.headers.get('if-none-match')?.split(/\s*,\s*/) ?? [];
  if (known.some((one) => one.replace(/^W\//, '') === tag))
    return new Response(null, { status: 304, headers });
  const isPacked = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(
    request.headers.get('accept-encoding') ?? '',
  );
  if (isPacked) headers.set('content-encoding', 'gzip');
  return new Response(request.method === 'HEAD' ? null : isPacked ? packed : body, { headers });
}

/** Reads all files of the page once; the page can never name a path outside of this map. */
export async function loadAssets(options: { actions: boolean }): Promise<ReadonlyMap<string, Asset>> {
  const folder = new URL('./page/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const scripts = await Promise.all(
    names.map(
      async (name): Promise<[string, Asset]> => [
        `/page/${name}`,
        assetOf(SCRIPT, await readFile(new URL(name, folder), 'utf8')),
      ],
    ),
  );
  return new Map<string, Asset>([
    ['/', assetOf('text/html; charset=utf-8', HTML.replace('%ACTIONS%', options.actions ? 'on' : 'off'))],
    [
      '/page/style.css',
      assetOf('text/css; charset=utf-8', `${CSS}${DEVICE_CSS}${APPROVAL_CSS}${await uplot('min.css')}`),
    ],
    ['/page/uplot.js', assetOf(SCRIPT, `${await uplot('iife.min.js')}\nexport default uPlot;\n`)],
    ...scripts,
  ]);
}
