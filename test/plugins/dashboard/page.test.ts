import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { deviceView, type FakeSource, fakeSource } from '../../core/api/fake-source.ts';
import { HAS_NO_BROWSER } from './browser.ts';
import { fleet } from './fleet.ts';
import type { Running } from './harness.ts';
import { stageInBrowser } from './stage.ts';

const TOKEN = 'correct-horse-battery';

describe.skipIf(HAS_NO_BROWSER)('the page in a browser', () => {
  const stage = stageInBrowser();
  let source: FakeSource;
  let dashboard: Running;
  let page: Page;
  let complaints: string[];

  beforeEach(async () => {
    source = fakeSource(fleet());
    dashboard = await stage.serve(source, { token: TOKEN });
  });

  async function open(
    options: { width?: number; height?: number; path?: string; first?: string } = {},
  ): Promise<void> {
    const { width = 1280, height = 800 } = options;
    const url = `${dashboard.url}${options.path ?? ''}`;
    ({ page, complaints } = await stage.openTab(url, { viewport: { width, height } }));
    await page.waitForSelector(options.first ?? '#device-rows tr');
  }

  const row = (label: string) =>
    page.locator('#device-rows tr', { has: page.getByText(label, { exact: true }) });

  test('shows every device with its state in words, and nothing complains', async () => {
    await open();
    expect(await page.locator('#device-rows tr').count()).toBe(12);
    expect(await row('Core gateway').textContent()).toMatch(
      /✖\s*down[\s\S]*10\.0\.0\.1[\s\S]*100%[\s\S]*99\.41%/,
    );
    expect(await row('Branch switch').textContent()).toMatch(/◌\s*unreachable[\s\S]*behind Core gateway/);
    expect(await row('UPS').textContent()).toMatch(/downtime: battery swap/);
    expect(await row('Switch 2').locator('svg .lost').count()).toBe(1);
    expect(await page.locator('#counts').textContent()).toMatch(/5\s*up[\s\S]*2\s*down[\s\S]*1\s*healing/);
    expect(await page.locator('#incidents li').count()).toBe(3);
    expect(await page.locator('#incidents').textContent()).toContain('1 device behind it');
    expect(await page.locator('#activity li').count()).toBe(8);
    expect(await page.title()).toContain('2 down');
    expect(complaints).toEqual([]);
  });

  test('a device that goes down is shown within a second, without a reload', async () => {
    await open();
    await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));
    source.turn('nas', 'down');
    await row('NAS').locator('.state.down').waitFor({ timeout: 10_000 });
    await page.locator('#activity li', { hasText: 'NAS: up -> down' }).waitFor({ timeout: 10_000 });
    expect(await page.locator('#counts').textContent()).toMatch(/4\s*up[\s\S]*3\s*down/);
    expect(await page.evaluate(() => 'isTheSamePage' in window)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('a lost server makes the page stale, and the next one makes it live again', async () => {
    await open();
    await page.locator('#live.is-live').waitFor();
    const { port } = dashboard;
    await dashboard.close();
    await page.locator('#live.is-stale').waitFor();
    expect(await page.locator('#live').textContent()).toContain('stale');
    source.turn('nas', 'down');
    dashboard = await stage.serve(source, { token: TOKEN, port });
    await page.locator('#live.is-live').waitFor({ timeout: 10_000 });
    await row('NAS').locator('.state.down').waitFor();
  });

  test('a server that has lost its daemon makes the page stale, though the server itself answers', async () => {
    await open();
    await page.locator('#live.is-live').waitFor();
    source.connect('stale');
    await page.locator('#live.is-stale').waitFor();
    source.connect('live');
    await page.locator('#live.is-live').waitFor();
  });

  test('"/" filters by label, address, group or state, and Escape shows all again', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('switch up');
    await expect.poll(() => page.locator('#device-rows tr').count()).toBe(2);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#device-rows tr').count()).toBe(12);
    await page.keyboard.press('/');
    await page.keyboard.type('no such thing');
    await page.getByText('No device matches the filter.').waitFor();
  });

  test('the transcript of a heal opens, and stays open while the page goes on', async () => {
    await open();
    const heal = page.locator('#heals > li', { hasText: 'restart print service' });
    await heal.locator('summary').click();
    await heal.getByText('exit code 1').waitFor();
    source.turn('nas', 'down');
    await row('NAS').locator('.state.down').waitFor();
    expect(await heal.getByText('exit code 1').isVisible()).toBe(true);
  });

  test('an action asks for the token once, and a refusal is said', async () => {
    source.answer = () => ({
      ok: false,
      code: 'NH_NOT_ALLOWED',
      message: 'flapping since 12:00',
      gate: 'flapping',
    });
    await open();
    const heal = page
      .locator('#incidents li', { hasText: 'Front desk printer' })
      .getByRole('button', { name: 'Heal' });
    await heal.click();
    await page.locator('#token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.locator('#toast', { hasText: 'Refused: flapping since 12:00' }).waitFor();
    await heal.click();
    await expect.poll(() => source.acted.length).toBe(2);
  });

  test('without a token in the config there is nothing to press', async () => {
    await dashboard.close();
    dashboard = await stage.serve(source);
    await open();
    expect(await page.getByRole('button', { name: /Heal|Ping|Approve|Reject|Acknowledge/ }).count()).toBe(0);
  });

  test('a label is text, never markup', async () => {
    await open();
    const label = '<img src=x onerror=alert(1)><b>bold</b>';
    source.publish({ devices: [deviceView('evil', { label })] });
    await page.getByText(label, { exact: true }).waitFor();
    expect(await page.locator('#devices img, #devices b').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a phone gets one column, and nothing sticks out', async () => {
    await open({ width: 390, height: 844 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(390);
    const [devices, activity] = await Promise.all([
      page.locator('#devices').boundingBox(),
      page.locator('#activity').boundingBox(),
    ]);
    expect(activity!.y).toBeGreaterThan(devices!.y + devices!.height);
    expect(await row('Core gateway').locator('.state.down').isVisible()).toBe(true);
  });

  test('assistive technology finds a table with headers and rows, and hears incidents', async () => {
    await open({ width: 390 });
    const table = page.getByRole('table', { name: 'Devices' });
    expect(await table.getByRole('columnheader').count()).toBe(6);
    expect(await table.getByRole('row').count()).toBe(13);
    expect(await table.getByRole('row').nth(1).getByRole('cell').count()).toBe(6);
    expect(await page.locator('#incidents').getAttribute('aria-live')).toBe('polite');
  });
});
