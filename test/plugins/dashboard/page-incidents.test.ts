import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { type FakeSource, fakeSource, healView } from '../../core/api/fake-source.ts';
import { Patient } from '../../e2e/patient.ts';
import { pageOf, runNetheal } from '../../e2e/run-netheal.ts';
import { HAS_NO_BROWSER } from './browser.ts';
import { fleet } from './fleet.ts';
import type { Running } from './harness.ts';
import { stageInBrowser } from './stage.ts';

const TOKEN = 'correct-horse-battery';

describe.skipIf(HAS_NO_BROWSER)('the views of incidents and heals', () => {
  const stage = stageInBrowser();
  let source: FakeSource;
  let dashboard: Running;
  let page: Page;
  let complaints: string[];

  beforeEach(async () => {
    source = fakeSource(fleet());
    dashboard = await stage.serve(source, { token: TOKEN });
  });

  async function open(hash: string): Promise<void> {
    ({ page, complaints } = await stage.openTab(`${dashboard.url}#token=${TOKEN}`));
    await page.locator('#live.is-live').waitFor();
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
  }
  const caseOf = (label: string) =>
    page.locator('#incidents-page .cases > li', {
      has: page.locator('.what').getByRole('link', { name: label, exact: true }),
    });

  test('an open incident has its root cause, what is silent because of it, its heals, and who is on it', async () => {
    await open('#/incidents');
    await caseOf('Core gateway').waitFor();
    const gateway = (await caseOf('Core gateway').textContent())!;
    expect(gateway).toMatch(/✖down.*10\.0\.0\.1 · no answer within 2 s · 3m/);
    expect(gateway).toContain('Root cause of 1 more, which is neither told nor healed: Branch switch');
    expect(gateway).toContain('Heal 1 of 2, restart dhcpd: ! waits for approval');
    const printer = (await caseOf('Front desk printer').textContent())!;
    expect(printer).toContain('Needs a person: attempts used up');
    expect(printer).toMatch(/Heal 2 of 2, restart print service: ✖ failed · No good check/);
    expect(printer).toMatch(/Acknowledged by ada at .*: paper jam/);
    await page.getByText('There is no history: its plugin is off.').waitFor();
    // The history that is off is asked for all the same, and the browser remarks on every 404.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });

  test('is acknowledged with a reason, and a heal of it that waits opens its question', async () => {
    await open('#/incidents');
    await caseOf('VPN concentrator').getByRole('button', { name: 'Acknowledge…' }).click();
    await page.getByRole('textbox', { name: 'Why' }).fill('on my way');
    await page.keyboard.press('Enter');
    await page.locator('#toast', { hasText: 'done' }).waitFor();
    expect(source.acted).toEqual([{ type: 'ack', device: 'vpn', by: 'token', reason: 'on my way' }]);
    await caseOf('Core gateway').getByRole('button', { name: 'Review…' }).click();
    await page.getByRole('dialog', { name: 'May netheal heal Core gateway?' }).waitFor();
  });

  test('links lead to the device, to its heal, and back; keys lead to the views', async () => {
    await open('#/incidents');
    await caseOf('Front desk printer')
      .getByRole('link', { name: 'Heal 2 of 2, restart print service' })
      .click();
    await page.getByRole('heading', { name: 'Front desk printer: restart print service' }).waitFor();
    expect(page.url()).toMatch(/#\/heal\/h3$/);
    await page.locator('#heal-page').getByText('exit code 1').waitFor();
    await page.locator('#heal-page').getByRole('link', { name: 'Front desk printer' }).click();
    await page.waitForURL(/#\/device\/printer$/);
    await page.keyboard.press('3');
    await page.waitForURL(/#\/incidents$/);
    expect(await page.getByRole('link', { name: 'Incidents' }).getAttribute('aria-current')).toBe('page');
    await page.keyboard.press('4');
    await page.locator('#heals-page').getByText('waits for approval').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#devices').waitFor();
  });

  test('a heal that is open is live, and an unknown one is said to be unknown', async () => {
    await open('#/heal/h4');
    await page.locator('#heal-page .verdict', { hasText: 'verifying' }).waitFor();
    source.publish({
      heals: [
        healView('h4', { device: 'vpn', transcript: [{ at: 1, kind: 'output', text: 'tunnel is back' }] }),
      ],
    });
    await page.locator('#heal-page .verdict', { hasText: 'healed' }).waitFor();
    await page.locator('#heal-page').getByText('tunnel is back').waitFor();
    await page.evaluate(() => {
      location.hash = '#/heal/h99';
    });
    await page.getByText('Nothing is known of a heal "h99".').waitFor();
  });

  test('of a real netheal the history has the notes, the incident when it is over, and its heal', async () => {
    const patient = await Patient.start();
    patient.treat = () => 1;
    const config = {
      monitoring: { interval: '200ms', timeout: '200ms', retryInterval: '50ms', witnesses: [] },
      healing: { settle: '0s', verifyWindow: '300ms', minHealthyPeriod: '300ms', maxAttempts: 1 },
      devices: [patient.config('a', { label: 'Attic' })],
      plugins: { dashboard: { port: 0, token: TOKEN }, 'csv-logger': false },
    };
    const netheal = await runNetheal(config);
    try {
      ({ page, complaints } = await stage.openTab(await pageOf(netheal, TOKEN)));
      await page.getByRole('link', { name: 'Incidents' }).click();
      patient.well = false;
      await caseOf('Attic').getByText('Needs a person').waitFor();
      await caseOf('Attic').getByRole('button', { name: 'Note…' }).click();
      await page.getByRole('textbox').fill('the fan is loud');
      await page.keyboard.press('Enter');
      await caseOf('Attic').getByText('the fan is loud').waitFor();
      patient.well = true;
      const before = page.locator('#incidents-page .activity li');
      await before.getByText(/lasted .* · 1 attempt to heal it/).waitFor();
      await page.locator('#incidents-page').getByText('None: nothing is wrong.').waitFor();
      await page.getByRole('link', { name: 'Heals' }).click();
      await page.locator('#heals-page').getByText('failed').first().waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await netheal.stop();
      await patient.close();
    }
  });
});
