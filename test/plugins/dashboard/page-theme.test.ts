import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { fakeSource } from '../../core/api/fake-source.ts';
import { HAS_NO_BROWSER } from './browser.ts';
import { fleet } from './fleet.ts';
import type { Running } from './harness.ts';
import { stageInBrowser } from './stage.ts';

describe.skipIf(HAS_NO_BROWSER)('the colours and the keys of the page', () => {
  const stage = stageInBrowser();
  let dashboard: Running;
  let page: Page;
  let complaints: string[];

  beforeEach(async () => {
    dashboard = await stage.serve(fakeSource(fleet()));
  });

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    ({ page, complaints } = await stage.openTab(dashboard.url, options));
    await page.waitForSelector('#device-rows tr');
  }
  const colours = () =>
    page.evaluate(() => {
      const of = (selector: string) => getComputedStyle(document.querySelector(selector)!);
      return { back: of('html').backgroundColor, down: of('#counts .down').color };
    });

  test('follow the system until somebody chooses', async () => {
    await open({ colorScheme: 'dark' });
    const dark = await colours();
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await colours();
    expect(light.back).not.toBe(dark.back);
    await page.keyboard.press('t');
    expect(await colours()).toEqual(dark);
    expect(complaints).toEqual([]);
  });

  test('"t" goes through dark, light, and blue and orange, and a reload keeps the choice', async () => {
    await open({ colorScheme: 'dark' });
    const seen = new Set<string>();
    for (const name of ['dark', 'light', 'blue-orange']) {
      await page.keyboard.press('t');
      expect(await page.locator('html').getAttribute('data-theme')).toBe(name);
      seen.add((await colours()).down);
    }
    expect(seen.size).toBe(3);
    await page.reload();
    await page.waitForSelector('#device-rows tr');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('blue-orange');
    await page.getByRole('button', { name: 'theme: blue and orange' }).click();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('auto');
  });

  test('"?" explains the keys, and neither a field nor an open dialog obeys them', async () => {
    await open();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.waitFor();
    expect(await help.getByRole('row', { name: '/ filter the devices' }).count()).toBe(1);
    await page.keyboard.press('t');
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    await page.keyboard.type('t?');
    expect(await page.locator('#filter').inputValue()).toBe('t?');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('auto');
    expect(await help.isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    expect(await page.locator('#filter').inputValue()).toBe('');
  });
});
