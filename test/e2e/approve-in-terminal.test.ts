import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DemoDevice } from '../../src/demo/device.ts';
import { type Playground, startPlayground } from '../../src/demo/playground.ts';
import { loadPty, startInTerminal, type TestTerminal } from '../tui/terminal.ts';
import { type Running, runNetheal } from './run-netheal.ts';

const TUI = fileURLToPath(new URL('../../bin/netheal-tui.js', import.meta.url));
const PATIENCE_MS = 30_000;
const pty = await loadPty();

describe.skipIf(!pty)('a heal is approved in the terminal, against real SSH servers', () => {
  let playground: Playground;
  let netheal: Running;
  let vpn: DemoDevice;
  let home: string;
  const terminals: TestTerminal[] = [];

  beforeEach(async () => {
    playground = await startPlayground(0);
    vpn = playground.devices.find(({ spec }) => spec.approval === 'ask')!;
    home = mkdtempSync(join(tmpdir(), 'netheal-home-'));
    netheal = await runNetheal(playground.config as object);
    await netheal.waitFor(
      'the first check',
      ({ type, device }) => type === 'status-change' && device === vpn.spec.id,
    );
  });
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) terminal.close();
    await netheal.stop();
    await playground.stop();
    rmSync(home, { recursive: true });
  });

  /** A person who looks at the daemon. */
  async function attach(env: Record<string, string> = {}): Promise<TestTerminal> {
    const terminal = await startInTerminal([TUI, '-c', join(netheal.dir, 'netheal.yaml')], {
      columns: 120,
      rows: 35,
      env: { HOME: home, XDG_STATE_HOME: home, XDG_CONFIG_HOME: home, ...env },
    });
    terminals.push(terminal);
    await terminal.waitForText('q quit', PATIENCE_MS);
    return terminal;
  }

  async function breakIt(terminal: TestTerminal): Promise<void> {
    await vpn.breakDown('service-stopped');
    await terminal.waitForText('1 approval!', PATIENCE_MS);
    // It never comes up by itself.
    expect(terminal.screen()).not.toContain('APPROVE');
    terminal.press('a');
    await terminal.waitForText(/APPROVE/);
    await listens(terminal);
  }

  /** The window is deaf at first; a dry run changes nothing, and its answer shows that it hears. */
  async function listens(terminal: TestTerminal): Promise<void> {
    await terminal.pressUntil('d', /dry run: \d+ of \d+ gates/);
  }

  it('runs what was shown after y, and nothing after Enter; the other person sees that it is decided', async () => {
    const ada = await attach();
    const bob = await attach();
    await breakIt(ada);
    expect(ada.screen()).toContain(`systemctl restart ${vpn.spec.service}`);
    await bob.waitForText('1 approval!', PATIENCE_MS);
    bob.press('a');
    await bob.waitForText(/APPROVE/);
    ada.press('\r\r\r');
    ada.press('?');
    expect(netheal.events.filter(({ type }) => type === 'approval-given')).toEqual([]);
    expect(vpn.fault).toBe('service-stopped');
    ada.press('y');
    await netheal.waitFor(
      'the heal',
      ({ type, outcome }) => type === 'heal-finished' && outcome === 'healed',
    );
    expect(vpn.fault).toBeNull();
    await bob.waitForText('It is decided or expired', PATIENCE_MS);
    await ada.waitForText(new RegExp(`● up +${vpn.spec.label}`), PATIENCE_MS);
    const approved = netheal.events.filter(({ type }) => type === 'approval-given');
    expect(approved).toHaveLength(1);
    expect(approved[0]!.message).toMatch(/approved by \S+/);
  });

  it('runs nothing after n, and asks no more in this incident', async () => {
    const ada = await attach();
    await breakIt(ada);
    ada.press('n');
    await netheal.waitFor('the no', ({ type }) => type === 'approval-rejected');
    expect(vpn.fault).toBe('service-stopped');
    await netheal.waitFor('a person', ({ type, device }) => type === 'needs-human' && device === vpn.spec.id);
    expect(netheal.events.filter(({ type }) => type === 'heal-started')).toEqual([]);
  });

  it('is another plan after e, which runs only after a y to that one, and with the label typed where it has become grave', async () => {
    const editor = join(home, 'editor');
    // What a person would do in vi: one command more, a grave one.
    writeFileSync(editor, '#!/bin/sh\nprintf \'reboot\\n\' >> "$1"\n');
    chmodSync(editor, 0o755);
    const ada = await attach({ EDITOR: editor });
    await breakIt(ada);
    expect(ada.screen()).not.toContain('reboot');
    ada.press('e');
    await ada.waitForText(/HIGH/);
    await ada.waitForText('reboot');
    await listens(ada);
    expect(vpn.fault).toBe('service-stopped');
    ada.press('y');
    await ada.waitForText(/type the label to go on/);
    ada.press(vpn.spec.label);
    await ada.waitForText('the label is right');
    // Deaf once more, so that the last letter does not run over into the answer. Outside of the window y only copies.
    const again = setInterval(() => ada.press('y'), 100);
    const started = await netheal
      .waitFor('the heal', ({ type }) => type === 'heal-started')
      .finally(() => clearInterval(again));
    expect(started.device).toBe(vpn.spec.id);
    await netheal.waitFor(
      'the command',
      ({ type, message }) => type === 'heal-step' && message.includes('reboot'),
    );
  });
});
