import { describe, expect, it } from 'vitest';
import { press } from '../../src/tui/input.ts';
import { FakeSource, heals, planOf, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

/** On the device whose heal waits, medium risk. */
async function openApproval(options: Parameters<typeof openUi>[0] = {}) {
  const ui = openUi(options);
  await ui.press('/', ...'lobby', 'enter', 'j', 'a');
  expect(ui.box()).toContain('ap-lobby (10.1.4.17)');
  return ui;
}

describe('approving a heal', () => {
  it('shows the target, every command, the attempt, the risk, the plan and the expiry', async () => {
    const ui = await openApproval();
    for (const words of [
      '✖ down 2m 11s',
      '2 of 2',
      'MEDIUM',
      '9f3ac2d41b07',
      'ssh-shell on core-sw-01',
      'expires in 4:31',
    ])
      expect(ui.box()).toContain(words);
    for (const command of ['conf t', 'interface Gi0/17', 'shutdown', 'no shutdown'])
      expect(ui.box()).toContain(command);
    ui.close();
  });

  it('never pops up by itself: a badge says that something waits', () => {
    const ui = openUi({ columns: 140 });
    expect(ui.store.frame.box).toBeNull();
    expect(ui.store.frame.lines[0]).toContain('2 approvals!');
    ui.close();
  });

  it('runs with y, bound to the hash of the plan that was shown', async () => {
    const ui = await openApproval();
    await ui.press('y');
    expect(ui.source.asked).toEqual([{ type: 'approve', heal: '119', hash: '9f3ac2d41b07', by: 'oper' }]);
    expect(ui.store.frame.box).toBeNull();
    ui.close();
  });

  it('refuses with n', async () => {
    const ui = await openApproval();
    await ui.press('n');
    expect(ui.source.asked).toEqual([{ type: 'reject', heal: '119', by: 'oper' }]);
    ui.close();
  });

  it('decides nothing with Esc, and never runs with Enter', async () => {
    const ui = await openApproval();
    await ui.press('enter', 'enter', ' ');
    expect(ui.box()).toContain('APPROVE');
    await ui.press('escape');
    expect(ui.store.frame.box).toBeNull();
    expect(ui.source.asked).toEqual([]);
    ui.close();
  });

  it('is deaf for 300 ms, for keys that were on their way', async () => {
    const ui = await openApproval();
    await ui.press('escape', 'a');
    ui.clock.monoMs += 299;
    press(ui.shell, 'y');
    expect(ui.source.asked).toEqual([]);
    ui.clock.monoMs += 1;
    press(ui.shell, 'y');
    expect(ui.source.asked).toHaveLength(1);
    ui.close();
  });

  it('is deaf again after Tab has put another heal on the screen', async () => {
    const ui = await openApproval();
    ui.clock.monoMs += 1_000;
    press(ui.shell, 'tab');
    expect(ui.box()).toContain('wan-rt-02 (10.2.0.1)');
    press(ui.shell, 'n');
    expect(ui.source.asked).toEqual([]);
    ui.close();
  });

  it('wants the label typed for a high risk, and only then y', async () => {
    const ui = await openApproval();
    await ui.press('tab', 'y');
    expect(ui.box()).toContain('HIGH RISK: type the label');
    await ui.press(...'wan-rt-0y', 'enter', 'backspace');
    expect(ui.source.asked).toEqual([]);
    await ui.press('2');
    expect(ui.box()).toContain('the label is right');
    press(ui.shell, 'y');
    expect(ui.source.asked).toEqual([]);
    await ui.press('enter', 'y');
    expect(ui.source.asked).toEqual([
      { type: 'approve', heal: '121', hash: '77aa01c2b3d4', by: 'oper', typedLabel: 'wan-rt-02' },
    ]);
    ui.close();
  });

  it('does not run a plan that has changed since it was shown', async () => {
    const ui = await openApproval();
    const changed = { ...heals()[1]!, plan: planOf('ap-lobby', { hash: '000000000000' }) };
    ui.source.change({ heals: [changed] });
    await expect.poll(() => ui.store.scene.data.waiting[0]!.plan.hash).toBe('000000000000');
    await ui.press('y');
    expect(ui.source.asked).toEqual([]);
    expect(ui.text()).toContain('The plan has changed');
    ui.close();
  });

  it('says so when the heal was decided by somebody else', async () => {
    const ui = await openApproval();
    ui.source.change({ heals: [{ ...heals()[1]!, phase: 'done', outcome: 'refused' }] });
    await expect.poll(() => ui.box()).toContain('decided or expired');
    await ui.press('y');
    expect(ui.source.asked).toEqual([]);
    ui.close();
  });

  it('shows long commands whole', async () => {
    const long = `curl -X POST https://example.net/${'a'.repeat(150)}/restart`;
    const steps = [{ kind: 'local', target: 'ap-lobby', lines: [long] }];
    const plan = planOf('ap-lobby', { steps });
    const source = new FakeSource({ snapshot: snapshot({ heals: [{ ...heals()[1]!, plan }] }) });
    const ui = await openApproval({ source });
    expect(ui.box().replace(/[│\s]/g, '')).toContain(long.replaceAll(' ', ''));
    ui.close();
  });

  it('decides nothing in a read-only session', async () => {
    const ui = await openApproval({ readOnly: true });
    expect(ui.box()).toContain('Read-only session');
    await ui.press('y', 'n');
    expect(ui.source.asked).toEqual([]);
    ui.close();
  });

  it('ignores pasted text and what is typed on a screen too small to read it', async () => {
    const ui = await openApproval();
    ui.store.resize({ columns: 40, rows: 10 });
    await ui.press('y', 'n');
    expect(ui.source.asked).toEqual([]);
    ui.close();
  });
});
