import { describe, expect, it, onTestFinished } from 'vitest';
import { HAS_NO_BROWSER } from '../plugins/dashboard/browser.ts';
import { stageInBrowser } from '../plugins/dashboard/stage.ts';
import { Patient } from './patient.ts';
import { pageOf, runNetheal } from './run-netheal.ts';

const TOKEN = 'correct-horse-battery';

describe.skipIf(HAS_NO_BROWSER)('a heal that is approved in the page of a real netheal', () => {
  const stage = stageInBrowser();

  it('runs on the device what was edited and approved in one browser, and the other one sees it healed', async () => {
    const patient = await Patient.start();
    const netheal = await runNetheal({
      monitoring: { interval: '200ms', timeout: '200ms', retryInterval: '50ms', witnesses: [] },
      healing: { settle: '0s', verifyWindow: '30s', approval: 'ask' },
      devices: [patient.config('a', { label: 'Attic', heal: ['first', 'second'] })],
      plugins: { dashboard: { port: 0, token: TOKEN }, 'csv-logger': false },
    });
    onTestFinished(async () => {
      await netheal.stop();
      await patient.close();
    });
    const url = await pageOf(netheal, TOKEN);
    const [one, other] = [await stage.openTab(url), await stage.openTab(url)];
    const dialog = one.page.locator('dialog.approval');
    const press = (name: string) => dialog.getByRole('button', { name, exact: true }).click();

    patient.well = false;
    await other.page.getByRole('button', { name: '! 1 approval' }).click();
    await one.page.getByRole('button', { name: '! 1 approval' }).click();
    expect(await dialog.locator('.command').allTextContents()).toEqual([
      expect.stringMatching(/^first /),
      expect.stringMatching(/^second /),
    ]);
    await press('Edit…');
    await dialog.getByRole('textbox').fill('first\nreboot');
    await press('Show the new plan');
    await dialog.getByText('risk high', { exact: true }).waitFor();
    await other.page.getByText('The commands were changed by token: this is the new plan.').waitFor();
    expect(patient.connections).toBe(0);

    await dialog.getByRole('textbox', { name: /type Attic/ }).fill('Attic');
    await press('Approve');
    for (const { page } of [one, other]) {
      const answer = page.locator('dialog.approval');
      await answer.locator('.verdict', { hasText: /healed.*approved by token/ }).waitFor();
      await answer.locator('.transcript .command', { hasText: 'reboot' }).waitFor();
      await answer.getByRole('button', { name: 'Close' }).click();
      await page.locator('#device-rows .state.up').waitFor();
    }
    expect(patient.commands).toEqual(['first', 'reboot']);
    expect([...one.complaints, ...other.complaints]).toEqual([]);
  });
});
