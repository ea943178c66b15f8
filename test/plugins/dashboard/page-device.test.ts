import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Patient } from '../../e2e/patient.ts';
import { pageOf, type Running, runNetheal } from '../../e2e/run-netheal.ts';
import { HAS_NO_BROWSER } from './browser.ts';
import { stageInBrowser } from './stage.ts';

const TOKEN = 'correct-horse-battery';

describe.skipIf(HAS_NO_BROWSER)('the page of a device of a real netheal', () => {
  const stage = stageInBrowser();
  let patient: Patient;
  let cellar: Patient;
  let netheal: Running;
  let page: Page;
  let complaints: string[];

  beforeEach(async () => {
    patient = await Patient.start();
    cellar = await Patient.start();
    netheal = await runNetheal({
      monitoring: { interval: '500ms', timeout: '500ms', retryInterval: '100ms', witnesses: [] },
      healing: { settle: '0s', verifyWindow: '5s', minHealthyPeriod: '1s' },
      devices: [
        patient.config('attic', {
          label: 'Attic',
          parents: ['cellar'],
          tags: { floor: 'top' },
          heal: ['fix it'],
        }),
        cellar.config('cellar', { label: 'Cellar <b>' }),
      ],
      plugins: { dashboard: { port: 0, token: TOKEN }, 'csv-logger': false },
    });
    ({ page, complaints } = await stage.openTab(await pageOf(netheal, TOKEN)));
    await page.getByRole('link', { name: 'Attic' }).first().click();
    await page.getByRole('heading', { name: 'Attic' }).waitFor();
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await netheal.stop();
    await patient.close();
    await cellar.close();
  });

  const button = (name: string | RegExp) => page.locator('#device-page').getByRole('button', { name });
  const toast = (text: string | RegExp) => page.locator('#toast', { hasText: text }).waitFor();

  test('is opened by a link, has an address of its own, and says how it is watched', async () => {
    expect(page.url()).toMatch(/#\/device\/attic$/);
    expect(await page.locator('[data-view~=overview]').isVisible()).toBe(false);
    await page.locator('#device-page .state.up').waitFor();
    const facts = page.locator('.facts');
    expect(await facts.textContent()).toMatch(/every \d+s/);
    expect(await facts.textContent()).toContain('floor=top');
    expect(await facts.textContent()).toContain('op@127.0.0.1:');
    await facts.getByRole('link', { name: 'Cellar <b>, up' }).click();
    await page.getByRole('heading', { name: 'Cellar <b>' }).waitFor();
    expect(await page.locator('.facts').getByRole('link', { name: 'Attic, up' }).count()).toBe(1);
    await page.goBack();
    await page.getByRole('heading', { name: 'Attic' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#devices').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'netheal' }).click();
    await page.locator('#devices').waitFor();
    expect(await page.locator('[data-view~=overview]').isVisible()).toBe(true);
    expect(await page.locator('#device-page').isVisible()).toBe(false);
  });

  test('draws what was measured, says it in words, and does so for any range', async () => {
    const chart = page.locator('.chart');
    await chart.locator('canvas').waitFor();
    await expect
      .poll(() => chart.getAttribute('aria-label'))
      .toMatch(/^Last hour: average .* ms, from .* to .* ms, loss \d+\.\d% of \d+ checks$/);
    await button('The last 90 days').click();
    await expect.poll(() => chart.getAttribute('aria-label')).toMatch(/^Last 90 days: average/);
    expect(await button('The last 90 days').getAttribute('aria-pressed')).toBe('true');
    expect(await button('The last hour').getAttribute('aria-pressed')).toBe('false');
    await expect.poll(() => chart.locator('canvas').evaluate(hasInk)).toBe(true);
    expect(await page.locator('.days li').count()).toBe(90);
    expect(await page.locator('.days li').last().getAttribute('class')).toBe('all-up');
  });

  test('shows an outage as it happens: the state, the heal with its transcript, the events and the day', async () => {
    patient.hang();
    patient.well = false;
    await page.locator('#device-page .state.healing').waitFor();
    expect(await page.locator('.device-head .says').textContent()).toContain('status 500');
    const heals = page.locator('#device-page .heals');
    await heals.getByText('running').click();
    await heals.getByText('fix it').last().waitFor();
    patient.well = true;
    patient.release();
    await page.locator('#device-page .state.up').waitFor();
    await heals.locator('summary', { hasText: 'healed' }).waitFor();
    const events = page.locator('#device-page .activity');
    await events.getByText(/incident #1: Attic is down/).waitFor();
    await events.getByText(/Attic is up, was down/).waitFor();
    await page.locator('.strip li.down').waitFor({ state: 'attached' });
    // Whoever comes later finds it in the history.
    await page.reload();
    await expect.poll(() => page.locator('.days li').last().getAttribute('class')).toBe('mostly-down');
    await page.getByText('Days with an outage').click();
    expect(await page.locator('.bad-days tbody tr').count()).toBe(1);
    await expect
      .poll(() => page.locator('.chart').getAttribute('aria-label'))
      .toMatch(/loss (?!0\.0%)\d+\.\d% of/);
  });

  test('does what a person may do about a device, and says what came of it', async () => {
    await button('Ping now').click();
    await toast(/Attic/);

    await button('Heal…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('fix it').waitFor();
    expect(await dialog.textContent()).toMatch(/⊘healthy/);
    expect(await dialog.getByRole('button', { name: 'Heal now' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(patient.connections).toBe(0);

    await button('Downtime…').click();
    await dialog.getByLabel('For how long').fill('soon');
    await dialog.getByLabel('Why').fill('new firmware');
    await dialog.getByRole('button', { name: 'Begin' }).click();
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByLabel('For how long').fill('1h30m');
    await page.keyboard.press('Enter');
    await page.locator('.device-head .says', { hasText: 'downtime: new firmware' }).waitFor();
    const downtime = await netheal.waitFor('the downtime', ({ message }) =>
      message.includes('downtime until'),
    );
    const until = Date.parse(downtime.message.match(/until (\S+)/)![1]!);
    expect(until - Date.parse(downtime.at)).toBeCloseTo(5_400_000, -4);
    await button('End downtime…').click();
    await dialog.getByRole('button', { name: 'End it' }).click();
    await button('Downtime…').waitFor();

    await button('Note…').click();
    await dialog.getByLabel('What others should know').fill('the fan is loud');
    await page.keyboard.press('Enter');
    await page.locator('#device-page .activity').getByText('the fan is loud').waitFor();

    await page.keyboard.press('A');
    await dialog.getByLabel('Why').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await button('Pause healing').click();
    await button('Resume healing').waitFor();
    patient.well = false;
    await page.locator('#device-page .state.down').waitFor();
    await button('Acknowledge…').click();
    await dialog.getByLabel('Why').fill('on my way');
    await page.keyboard.press('Enter');
    await page.locator('.device-head .says', { hasText: 'acknowledged by token: on my way' }).waitFor();
    await button('Unacknowledge').click();
    await button('Acknowledge…').waitFor();
    await button('Heal…').click();
    expect(await dialog.textContent()).toMatch(/⊘paused/);
    await page.keyboard.press('Escape');
    await button('Resume healing').click();
    await page.locator('#device-page .heals summary', { hasText: 'healed' }).waitFor();
    expect(patient.commands).toEqual(['fix it']);
  });

  test('of what nobody knows says so', async () => {
    await page.evaluate(() => {
      location.hash = '#/device/%E0%A4%A';
    });
    await page.getByText('There is no device "%E0%A4%A".').waitFor();
    await page.evaluate(() => {
      location.hash = '#/nowhere';
    });
    await page.locator('#devices').waitFor();
  });

  test('stands in one column on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await expect
      .poll(async () => (await page.locator('.chart canvas').boundingBox())!.width)
      .toBeLessThanOrEqual(390);
  });
});

/** True where anything is drawn on it. */
function hasInk(canvas: HTMLElement | SVGElement): boolean {
  const { width, height } = canvas as HTMLCanvasElement;
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  copy.drawImage(canvas as HTMLCanvasElement, 0, 0);
  return copy.getImageData(0, 0, width, height).data.some((value) => value !== 0);
}
