/**
 * Draws docs/images/page-*.png: the page over a small and a large fleet, on a desktop in the dark and in the light, on a phone
 * and on a wall. Build first: `npm run build`, then `node scripts/page-pictures.ts`.
 */
import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../src/core/api/types.ts';
import { fakeSource } from '../test/core/api/fake-source.ts';
import { builtDashboard, launchBrowser, openTab } from '../test/plugins/dashboard/browser.ts';
import { fleet } from '../test/plugins/dashboard/fleet.ts';
import { startDashboard } from '../test/plugins/dashboard/harness.ts';
import { manyDevices } from '../test/plugins/dashboard/many.ts';

type Picture = Readonly<{
  name: string;
  of: () => Snapshot;
  path?: string;
  width: number;
  height: number;
  colorScheme?: 'dark' | 'light';
  isMobile?: boolean;
}>;

const DESKTOP = { width: 1180, height: 720 } as const;
const PHONE = { width: 390, height: 844, isMobile: true } as const;
const WALL = { path: '#/wall', width: 1440, height: 810 } as const;
const PICTURES: readonly Picture[] = [
  { name: 'page-few', of: () => fleet(Date.now()), ...DESKTOP },
  { name: 'page-few-light', of: () => fleet(Date.now()), ...DESKTOP, colorScheme: 'light' },
  { name: 'page-many', of: () => manyDevices(5_000), ...DESKTOP, height: 820 },
  { name: 'page-phone', of: () => fleet(Date.now()), ...PHONE },
  { name: 'page-wall', of: () => manyDevices(5_000), ...WALL },
];

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/images', import.meta.url));
await mkdir(folder, { recursive: true });
const [plugin, browser] = await Promise.all([builtDashboard(), launchBrowser()]);
for (const { name, of, path = '', width, height, colorScheme = 'dark', isMobile = false } of PICTURES) {
  const dashboard = await startDashboard(fakeSource(of()), { token: 'correct-horse-battery' }, plugin);
  const viewport = { width, height };
  const { page } = await openTab(browser, dashboard.url + path, { viewport, colorScheme, isMobile });
  await page.locator('#live.is-live').waitFor();
  await page.waitForFunction(() => document.querySelector('#counts li') !== null);
  const file = `${folder}/${name}.png`;
  await page.screenshot({ path: file });
  console.log(`${file}: ${Math.round((await stat(file)).size / 1_000)} kB`);
  await page.context().close();
  await dashboard.close();
}
await browser.close();
