/** The files of the page. Scripts are those that tsc wrote beside this module. */
import { readdir, readFile } from 'node:fs/promises';
import { HTML } from './page-html.ts';
import { CSS } from './page-style.ts';
import { APPROVAL_CSS } from './page-style-approval.ts';
import { DEVICE_CSS } from './page-style-device.ts';

/** A file of the chart library; its module is not minified, its script is. */
const uplot = (file: string) => readFile(new URL(import.meta.resolve(`uplot/dist/uPlot.${file}`)), 'utf8');

type Asset = Readonly<{ type: string; body: string }>;

/** Reads all files of the page once; the page can never name a path outside of this map. */
export async function loadAssets(options: { actions: boolean }): Promise<ReadonlyMap<string, Asset>> {
  const folder = new URL('./page/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const scripts = await Promise.all(
    names.map(
      async (name): Promise<[string, Asset]> => [
        `/page/${name}`,
        { type: 'text/javascript; charset=utf-8', body: await readFile(new URL(name, folder), 'utf8') },
      ],
    ),
  );
  return new Map<string, Asset>([
    [
      '/',
      { type: 'text/html; charset=utf-8', body: HTML.replace('%ACTIONS%', options.actions ? 'on' : 'off') },
    ],
    [
      '/page/style.css',
      {
        type: 'text/css; charset=utf-8',
        body: `${CSS}${DEVICE_CSS}${APPROVAL_CSS}${await uplot('min.css')}`,
      },
    ],
    [
      '/page/uplot.js',
      {
        type: 'text/javascript; charset=utf-8',
        body: `${await uplot('iife.min.js')}\nexport default uPlot;\n`,
      },
    ],
    ...scripts,
  ]);
}
