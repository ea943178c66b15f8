import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceView, fakeSource, snapshotWith } from '../../core/api/fake-source.ts';
import { builtDashboard, HAS_NO_BROWSER, launchBrowser, openTab } from './browser.ts';
import { fleet } from './fleet.ts';
import { type Running, startDashboard } from './harness.ts';

const TOKEN = 'correct-horse-battery';

type View = Readonly<{
  name: string;
  hash: string;
  /** Made ready by what a reader would do. */
  reach(page: Page): Promise<unknown>;
}>;

const VIEWS: readonly View[] = [
  { name: 'the overview', hash: '#/', reach: (page) => page.locator('#device-rows tr').first().waitFor() },
  {
    name: 'the page of a device that is down',
    hash: '#/device/core-gw',
    reach: (page) => page.getByRole('heading', { name: 'Core gateway' }).waitFor(),
  },
  {
    name: 'the page of a device that is well',
    hash: '#/device/nas',
    reach: (page) => page.getByRole('heading', { name: 'NAS' }).waitFor(),
  },
  {
    name: 'the incidents',
    hash: '#/incidents',
    reach: (page) => page.locator('#incidents-page .cases > li').first().waitFor(),
  },
  {
    name: 'the heals, with a transcript',
    hash: '#/heals',
    reach: (page) => page.locator('#heals-page summary', { hasText: 'failed' }).first().click(),
  },
  {
    name: 'one heal',
    hash: '#/heal/h3',
    reach: (page) => page.locator('#heal-page .transcript').first().waitFor(),
  },
  {
    name: 'the question whether a heal may run',
    hash: '#/',
    async reach(page) {
      await page.keyboard.press('a');
      await page.getByRole('button', { name: 'Edit…' }).and(page.locator(':enabled')).waitFor();
    },
  },
  {
    name: 'the editor of its commands',
    hash: '#/',
    async reach(page) {
      await page.keyboard.press('a');
      await page.getByRole('button', { name: 'Edit…' }).click();
      await page.getByRole('button', { name: 'Show the new plan' }).and(page.locator(':enabled')).waitFor();
    },
  },
  {
    name: 'the question about a downtime',
    hash: '#/device/nas',
    reach: (page) => page.getByRole('button', { name: 'Downtime…' }).click(),
  },
  { name: 'the help', hash: '#/', reach: (page) => page.keyboard.press('?') },
  { name: 'the wall', hash: '#/wall', reach: (page) => page.locator('#counts li').first().waitFor() },
];

const LOOKS = [
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'on a phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;

describe.skipIf(HAS_NO_BROWSER)('axe finds nothing serious in', () => {
  let browser: Browser;
  let small: Running;
  let large: Running;
  let axe: string;

  beforeAll(async () => {
    axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
    browser = await launchBrowser();
    const plugin = await builtDashboard();
    const states = ['up', 'up', 'up', 'down', 'unreachable', 'degraded', 'unknown'] as const;
    const devices = Array.from({ length: 600 }, (_, i) =>
      deviceView(`d${i}`, {
        label: `Device ${i}`,
        group: `site${i % 9}`,
        reachability: states[i % states.length]!,
      }),
    );
    small = await startDashboard(fakeSource(fleet()), { token: TOKEN }, plugin);
    large = await startDashboard(fakeSource(snapshotWith({ devices })), {}, plugin);
  });
  afterAll(async () => {
    await browser?.close();
    await small?.close();
    await large?.close();
  });

  /** What axe holds for serious or critical, with the elements that it means. */
  async function graveIn(page: Page): Promise<string[]> {
    // Not a script of the page: what the debugger evaluates is no matter of its content security policy.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        resultTypes: ['violations'],
      }),
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.html}`));
  }

  /** In every look, one after the other: what is found stands behind the name of the look. */
  async function graveInAll(page: Page): Promise<string[]> {
    const found: string[] = [];
    for (const { name, colorScheme, viewport } of LOOKS) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      found.push(...(await graveIn(page)).map((grave) => `${name}: ${grave}`));
    }
    return found;
  }

  test.each(VIEWS)('$name: dark, light, on a phone', async ({ hash, reach }) => {
    const { page } = await openTab(browser, `${small.url}#token=${TOKEN}`);
    await page.locator('#live.is-live').waitFor();
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    await reach(page);
    expect(await graveInAll(page)).toEqual([]);
    await page.context().close();
  });

  test('the overview of hundreds: dark, light, on a phone', async () => {
    const { page } = await openTab(browser, large.url);
    await page.locator('#device-rows tr').first().waitFor();
    expect(await graveInAll(page)).toEqual([]);
    await page.context().close();
  });

  test('what is wrong: a field without a name', async () => {
    const { page } = await openTab(browser, small.url);
    await page.evaluate(() => document.body.append(document.createElement('input')));
    expect(await graveIn(page)).toEqual([expect.stringMatching(/^label: /)]);
    await page.context().close();
  });
});
