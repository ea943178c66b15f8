import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { HealView } from '../../../src/core/api/types.ts';
import { deviceView, type FakeSource, fakeSource, healPlan } from '../../core/api/fake-source.ts';
import { HAS_NO_BROWSER } from './browser.ts';
import { fleet } from './fleet.ts';
import type { Running } from './harness.ts';
import { stageInBrowser } from './stage.ts';

const TOKEN = 'correct-horse-battery';
const tokens = [
  { name: 'ada', token: 'ada-token-00002', role: 'operate' },
  { name: 'grace', token: TOKEN, role: 'approve' },
];

describe.skipIf(HAS_NO_BROWSER)('the question whether a heal may run', () => {
  const stage = stageInBrowser();
  let source: FakeSource;
  let dashboard: Running;
  let page: Page;
  let complaints: string[];

  beforeEach(async () => {
    source = fakeSource(fleet());
    dashboard = await stage.serve(source, { tokens });
  });

  async function open(token = TOKEN): Promise<Page> {
    ({ page, complaints } = await stage.openTab(`${dashboard.url}${token === '' ? '' : `#token=${token}`}`));
    await page.waitForSelector('#device-rows tr');
    return page;
  }
  const dialog = (on = page) => on.locator('dialog.approval');
  const button = (name: string, on = page) => dialog(on).getByRole('button', { name, exact: true });
  const says = (text: string | RegExp, on = page) => dialog(on).getByText(text).first().waitFor();
  const heal = (id: string) => source.snapshot().heals.find((one) => one.id === id)!;
  const change = (id: string, next: Partial<HealView>) =>
    source.publish({ heals: [{ ...heal(id), ...next }] });
  /** The heal of the core gateway, but no longer grave. */
  const mild = () => change('h5', { plan: { ...heal('h5').plan, risk: 'medium' } });
  const another = (more: Partial<HealView> = {}) =>
    source.publish({
      heals: [
        {
          ...heal('h5'),
          id: 'h6',
          device: 'vpn',
          strategy: 'restart tunnel',
          plan: healPlan({ device: 'vpn', strategy: 'restart tunnel', hash: 'ffff00001111' }),
          ...more,
        },
      ],
    });

  test('shows what would run, on what, what else it touches, how it is proved, and for how long it asks', async () => {
    source.patch('sw-branch', { parents: ['core-gw'] });
    source.publish({ devices: [deviceView('desk', { label: 'Desk phone', parents: ['sw-branch'] })] });
    await open();
    await page.getByRole('button', { name: '! 1 approval' }).click();
    const text = (await dialog().textContent())!;
    expect(text).toContain('May netheal heal Core gateway?');
    expect(text).toMatch(/10\.0\.0\.1.*✖ down for 3m.*no answer within 2 s/);
    expect(text).toContain('this device alone');
    expect(text).toContain('Branch switch, Desk phone');
    expect(text).toMatch(/by netheal itself/);
    expect(text).toMatch(/attempt 1 of 2 · risk high · plan a1b2c3d4e5f6/);
    expect(await dialog().locator('.command').allTextContents()).toEqual([
      'systemctl restart dhcpd',
      'ip link set eth0 up',
    ]);
    expect(text).toMatch(/waits 10s and verifies/);
    const left = async () => (await dialog().locator('.left').textContent())!;
    const before = await left();
    expect(before).toMatch(/^in [78]m/);
    await expect.poll(left).not.toBe(before);
    expect(complaints).toEqual([]);
  });

  test('a grave heal is approved by typing the label, with the hash of the plan that was shown', async () => {
    await open();
    await page.keyboard.press('a');
    await dialog().waitFor();
    const label = dialog().getByRole('textbox', { name: /type Core gateway/ });
    await label.fill('core gateway');
    await expect.poll(() => button('Reject').isEnabled()).toBe(true);
    expect(await button('Approve').isDisabled()).toBe(true);
    await label.fill('Core gateway');
    await button('Approve').click();
    await says('done');
    expect(source.acted).toEqual([
      { type: 'approve', heal: 'h5', hash: 'a1b2c3d4e5f6', by: 'grace', typedLabel: 'Core gateway' },
    ]);
    expect(complaints).toEqual([]);
  });

  test('nothing can be pressed for a moment after it has opened: the click was meant for something else', async () => {
    mild();
    await open();
    await page.keyboard.down('y');
    const wasDeaf = await page.evaluate(() => {
      document.querySelector<HTMLElement>('#approvals')!.click();
      const buttons = [...document.querySelectorAll<HTMLButtonElement>('dialog.approval .buttons button')];
      const named = (name: string) => buttons.find(({ textContent }) => textContent === name)!;
      for (const name of ['Approve', 'Reject', 'Edit…']) named(name).click();
      return ['Approve', 'Reject', 'Edit…'].every((name) => named(name).disabled);
    });
    expect(wasDeaf).toBe(true);
    await expect.poll(() => button('Reject').isEnabled()).toBe(true);
    // Nor by a key that was held down since before.
    await page.keyboard.down('y');
    expect(source.acted).toEqual([]);
    await button('Reject').click();
    await says('done');
    expect(source.acted).toEqual([{ type: 'reject', heal: 'h5', by: 'grace' }]);
  });

  test('Enter alone never runs it, neither in the dialog nor in its field; "y" does', async () => {
    await open();
    await page.locator('#approvals').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => button('Reject').isEnabled()).toBe(true);
    await page.keyboard.press('Enter');
    await dialog().getByRole('textbox').fill('Core gateway');
    await page.keyboard.press('Enter');
    expect(await button('Approve').isEnabled()).toBe(true);
    await page.keyboard.press('y');
    expect(await dialog().getByRole('textbox').inputValue()).toBe('Core gatewayy');
    await page.keyboard.press('Backspace');
    expect(source.acted).toEqual([]);
    await dialog().locator('#approval-title').focus();
    // That is another command, of the browser.
    await page.keyboard.press('Control+y');
    await page.keyboard.press('Alt+y');
    // It is not being asked for, and was not.
    expect(await button('Approve').isEnabled()).toBe(true);
    expect(source.acted).toEqual([]);
    await page.keyboard.press('y');
    await says('done');
    expect(source.acted).toMatchObject([{ type: 'approve', heal: 'h5' }]);
  });

  test('Esc decides later, and the focus is where it was', async () => {
    await open();
    await page.locator('#approvals').focus();
    await page.keyboard.press('Enter');
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('approvals');
    expect(source.acted).toEqual([]);
  });

  test('a plan that somebody changes meanwhile is shown anew, and that one has to be approved', async () => {
    await open();
    await page.locator('#approvals').click();
    await dialog().getByRole('textbox').fill('Core gateway');
    change('h5', {
      editedBy: 'linus',
      plan: healPlan({
        hash: 'bbbbccccdddd',
        steps: [{ kind: 'ssh', target: 'core-gw', lines: ['true'] }],
      }),
    });
    await says('The commands were changed by linus: this is the new plan.');
    expect(await dialog().locator('.command').allTextContents()).toEqual(['true']);
    expect(await dialog().getByRole('textbox').count()).toBe(0);
    await button('Approve').click();
    await says('done');
    expect(source.acted).toEqual([{ type: 'approve', heal: 'h5', hash: 'bbbbccccdddd', by: 'grace' }]);
  });

  test('the commands are edited, judged anew and shown with their new risk; nothing runs by it', async () => {
    mild();
    source.answer = (action) => {
      if (action.type !== 'edit') return { ok: true, message: 'done' };
      const plan = healPlan({
        hash: '999988887777',
        risk: 'high',
        steps: [{ kind: 'ssh', target: 'core-gw', lines: [...action.steps[0]!] }],
      });
      change('h5', { plan, editedBy: 'grace' });
      return { ok: true, message: 'heal h5 waits with plan 999988887777, risk high', plan };
    };
    await open();
    await page.locator('#approvals').click();
    await button('Edit…').click();
    const text = dialog().getByRole('textbox', { name: 'Commands of step 1 on core-gw, one a line' });
    expect(await text.inputValue()).toBe('systemctl restart dhcpd\nip link set eth0 up');
    await text.fill('uptime\n\nreboot\n');
    await page.keyboard.press('Enter');
    expect(source.acted).toEqual([]);
    await button('Show the new plan').click();
    await says(/risk high · plan 999988887777/);
    await says("grace's");
    expect(source.acted).toEqual([
      { type: 'edit', heal: 'h5', hash: 'a1b2c3d4e5f6', by: 'grace', steps: [['uptime', 'reboot']] },
    ]);
    expect(await dialog().locator('.command').allTextContents()).toEqual(['uptime', 'reboot']);
    expect(await button('Approve').isDisabled()).toBe(true);
  });

  test('an edit that is refused says why and loses nothing; Esc leaves the editor first', async () => {
    source.answer = () => ({
      ok: false,
      code: 'NH_NOT_ALLOWED',
      message: 'step 1 (ssh): nothing is left of it',
    });
    await open();
    await page.locator('#approvals').click();
    await button('Edit…').click();
    const text = dialog().getByRole('textbox');
    await text.fill('one\ntwo');
    source.turn('nas', 'down');
    await page.locator('#counts', { hasText: '3 down' }).waitFor();
    await button('Show the new plan').click();
    await says('Refused: step 1 (ssh): nothing is left of it');
    expect(await text.inputValue()).toBe('one\ntwo');
    await page.keyboard.press('Escape');
    await button('Approve').waitFor();
    expect(await dialog().isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
  });

  test('what one browser decides the other one sees, with what comes of it', async () => {
    mild();
    const first = await open();
    const second = await open();
    for (const one of [first, second]) await one.locator('#approvals').click();
    source.answer = () => {
      change('h5', { phase: 'running', by: 'grace', expiresAt: null });
      return { ok: true, message: 'approved' };
    };
    await button('Approve', first).click();
    for (const one of [first, second]) await says(/running.*approved by grace/, one);
    expect(await button('Approve', second).count()).toBe(0);
    const said = [{ at: Date.now(), kind: 'output' as const, text: 'lease database rewritten' }];
    change('h5', { transcript: said });
    await says('lease database rewritten', second);
    change('h5', { phase: 'done', outcome: 'healed', finishedAt: Date.now(), transcript: said });
    await says(/✔healed/, second);
    await second.locator('#approvals').waitFor({ state: 'hidden' });
    await button('Close', second).click();
    // What opened it is gone; the focus is somewhere from where the keyboard can go on.
    await expect.poll(() => second.evaluate(() => document.activeElement?.id)).toBe('home');
  });

  test('one that has expired says so, whoever answers it too late is told, and so is what became of it', async () => {
    mild();
    change('h5', { expiresAt: Date.now() - 1 });
    source.answer = () => ({
      ok: false,
      code: 'NH_NOT_ALLOWED',
      message: 'heal h5 does not wait for approval',
    });
    await open();
    await page.locator('#approvals').click();
    expect(await dialog().locator('.left').textContent()).toBe('now');
    await button('Approve').click();
    await says('Refused: heal h5 does not wait for approval');
    const reason = 'nobody approved it within 600 s';
    change('h5', { phase: 'done', outcome: 'refused', reason, finishedAt: Date.now() });
    await says(/refused · nobody approved it within 600 s/);
    expect(await button('Approve').count()).toBe(0);
  });

  test('the one that expires first is asked about first, and the others stand beside it', async () => {
    another({ expiresAt: Date.now() + 60_000 });
    await open();
    await page.getByRole('button', { name: '! 2 approvals' }).click();
    await says('May netheal heal VPN concentrator?');
    await button('Core gateway: restart dhcpd').click();
    await says('May netheal heal Core gateway?');
    await button('VPN concentrator: restart tunnel').click();
    await button('Approve').click();
    await says('done');
    expect(source.acted).toEqual([{ type: 'approve', heal: 'h6', hash: 'ffff00001111', by: 'grace' }]);
  });

  test('whose role is too small is told so and cannot press; without a token it is asked for', async () => {
    mild();
    await open('ada-token-00002');
    await page.locator('#approvals').click();
    await says('ada has the role "operate": to answer takes the role "approve".');
    expect(await button('Approve').isDisabled()).toBe(true);
    await open('');
    await page.locator('#approvals').click();
    await button('Approve').click();
    await page.locator('#token').fill('ada-token-00002');
    await page.keyboard.press('Enter');
    await says('ada has the role "operate": to answer takes the role "approve".');
    expect(source.acted).toEqual([]);
  });

  test('what is refused by a gate is said in the dialog, with the reason', async () => {
    mild();
    source.answer = () => ({
      ok: false,
      code: 'NH_NOT_ALLOWED',
      message: 'in downtime: fans',
      gate: 'downtime',
    });
    await open();
    await page.locator('#approvals').click();
    await button('Approve').click();
    await says('Refused: in downtime: fans');
    expect(await button('Approve').isEnabled()).toBe(true);
  });
});
