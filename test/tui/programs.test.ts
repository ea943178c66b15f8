import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ActionResult } from '../../src/core/api/types.ts';
import { stepsOfText, textOfSteps } from '../../src/tui/edit-heal.ts';
import { editorOn, sshTo } from '../../src/tui/programs.ts';
import { FakeSource, fleet, heals, NOW, planOf, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

const PATH = process.env.PATH!;

/** A folder with a program in it that a shell script makes. */
function program(name: string, script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { folder, file };
}

const named = (id: string) => fleet().find((device) => device.id === id)!;

describe('the editor', () => {
  it('is what the person has set, with its arguments, and no shell reads it', () => {
    expect(editorOn('/a b', { EDITOR: 'code -w' })).toEqual(['code', '-w', '/a b']);
    expect(editorOn('f', { EDITOR: 'nano', VISUAL: 'emacs' })).toEqual(['emacs', 'f']);
    expect(editorOn('f', {})).toEqual(['vi', 'f']);
  });

  it('has the config read again, and shows what is wrong with it', async () => {
    const { file: editor } = program('editor', 'echo edited >> "$1"');
    const { file: config } = program('config', '');
    const source = new FakeSource({
      snapshot: { ...snapshot(), monitor: { ...snapshot().monitor, configFile: config } },
      answer: () => ({
        ok: false,
        code: 'NH_CONFIG',
        message: `${config}:3:5: devices[0].ip: not an address`,
      }),
    });
    const ui = openUi({ source, env: { PATH, EDITOR: editor } });
    await ui.press('e');
    await expect.poll(() => ui.asked('reload')).toEqual([{ type: 'reload', by: 'oper' }]);
    expect(readFileSync(config, 'utf8')).toContain('edited');
    await expect.poll(() => ui.text()).toContain(':3:5: devices[0].ip: not an address');
    ui.close();
  });

  it('that fails, or is not there, changes nothing', async () => {
    const { file: config } = program('config', '');
    const source = new FakeSource({
      snapshot: { ...snapshot(), monitor: { ...snapshot().monitor, configFile: config } },
    });
    const ui = openUi({ source, env: { PATH, EDITOR: 'false' } });
    await ui.press('e');
    await expect.poll(() => ui.text()).toContain('The editor failed');
    ui.close();
    const other = openUi({ source, env: { PATH: '/nowhere' } });
    await other.press('e');
    await expect.poll(() => other.text()).toContain('The editor failed');
    expect(source.asked).toEqual([]);
    other.close();
  });
});

describe('editing the commands of a heal', () => {
  const { steps } = planOf('x', {
    steps: [
      { kind: 'ssh', target: 'a', lines: ['# a comment of the device', 'reload'] },
      { kind: 'local', target: 'a', lines: ['true'] },
    ],
  });

  it('is a text that comes back as the same steps', () => {
    expect(stepsOfText(textOfSteps(steps), steps)).toEqual(steps.map(({ lines }) => [...lines]));
  });

  it('is not taken where a line between the steps is gone', () => {
    expect(stepsOfText(textOfSteps(steps).replace('## step 2', '## step two'), steps)).toBeNull();
    expect(stepsOfText('reload', steps)).toBeNull();
  });

  async function edited(script: string, answer: ActionResult) {
    const { file } = program('editor', script);
    const source = new FakeSource({ answer: () => answer });
    const ui = openUi({ source, env: { PATH, EDITOR: file } });
    await ui.press('/', ...'lobby', 'enter', 'j', 'a', 'e');
    return ui;
  }

  it('asks for other commands, and shows the new plan before anything can be approved', async () => {
    const plan = planOf('ap-lobby', { hash: '111111111111' });
    const ui = await edited(`sed -i '/^no shutdown$/d' "$1"`, { ok: true, message: 'waits anew', plan });
    await expect
      .poll(() => ui.asked('edit'))
      .toMatchObject([
        {
          heal: '119',
          hash: '9f3ac2d41b07',
          by: 'oper',
          steps: [['conf t', 'interface Gi0/17', 'shutdown']],
        },
      ]);
    await expect.poll(() => ui.store.ui.overlay).toMatchObject({ hash: '111111111111' });
    // The old plan is still on the screen: a yes to it counts for nothing.
    await ui.press('y');
    expect(ui.asked('approve')).toEqual([]);
    ui.close();
  });

  it('changes nothing where the text came back as it was', async () => {
    const ui = await edited('true', { ok: true, message: '' });
    await expect.poll(() => ui.text()).toContain('Nothing was changed');
    expect(ui.asked('edit')).toEqual([]);
    ui.close();
  });

  it('says why it was refused, and the window stays', async () => {
    const ui = await edited('echo reboot >> "$1"', {
      ok: false,
      code: 'NH_NOT_ALLOWED',
      message: 'not this one',
    });
    await expect.poll(() => ui.text()).toContain('not this one');
    expect(ui.box()).toContain('APPROVE');
    ui.close();
  });
});

describe('a dry run of a heal that waits', () => {
  it('says what each gate thinks, and runs nothing', async () => {
    const gates = [
      { gate: 'cooldown', ok: true, reason: null },
      { gate: 'window', ok: false, reason: 'healing is from 08:00 to 20:00' },
    ];
    const ui = openUi({ source: new FakeSource({ answer: () => ({ ok: true, message: '', gates }) }) });
    await ui.press('/', ...'lobby', 'enter', 'j', 'a', 'd');
    await expect.poll(() => ui.box()).toContain('1 of 2 gates');
    expect(ui.box()).toContain('gate "window" is against it: healing is from 08:00 to 20:00');
    expect(ui.source.asked.map(({ type }) => type)).toEqual(['dry-run']);
    ui.close();
  });
});

describe('ssh to a device', () => {
  it('uses the user, the port and the jump hosts of the config', () => {
    const lobby = named('ap-lobby');
    expect(sshTo(lobby)).toEqual(['ssh', '-p', '22', '-l', 'admin', '--', '10.1.4.17']);
    const config = { ...lobby.config, ssh: 'ops@[2001:db8::1]:2222', via: ['j@10.0.0.1:22', 'k@[::1]:23'] };
    expect(sshTo({ ...lobby, config })).toEqual([
      'ssh',
      ...['-p', '2222', '-l', 'ops', '-J', 'j@10.0.0.1:22,k@[::1]:23', '--', '2001:db8::1'],
    ]);
    expect(sshTo({ ...lobby, config: { ...lobby.config, ssh: null } })).toBeNull();
  });

  it('gives it the terminal, and says how it ended', async () => {
    const { folder } = program('ssh', 'echo "$@" > "$0.args"; exit 255');
    const ui = openUi({ env: { PATH: `${folder}:${PATH}` } });
    await ui.press('o');
    await expect.poll(() => ui.text()).toContain('ssh to wan-rt-02 ended with 255');
    expect(readFileSync(join(folder, 'ssh.args'), 'utf8')).toMatch(/^-p 22 -l \w+ -- 10\.2\.0\.1$/m);
    ui.close();
  });

  it('is not possible without a login', async () => {
    const ui = openUi();
    await ui.press('G', 'o');
    expect(ui.text()).toContain('has no ssh login');
    ui.close();
  });
});

describe('notes, downtimes and copies', () => {
  it('leaves a note, but no empty one', async () => {
    const ui = openUi();
    await ui.press('N', 'enter');
    expect(ui.text()).toContain('Nothing was noted');
    await ui.press('N', ...'new fan', 'enter');
    expect(ui.asked('note')).toEqual([{ type: 'note', device: 'wan-rt-02', by: 'oper', text: 'new fan' }]);
    ui.close();
  });

  it('ends the downtime of a device after a question', async () => {
    const devices = fleet().map((one) => ({ ...one, flags: { ...one.flags, downtime: 'new firmware' } }));
    const ui = openUi({ source: new FakeSource({ snapshot: snapshot({ devices }) }) });
    await ui.press('m');
    expect(ui.box()).toContain('is in downtime: new firmware.');
    await ui.press('y');
    expect(ui.asked('end-downtime')).toMatchObject([{ by: 'oper' }]);
    ui.close();
  });

  it('copies an address, an event, a transcript or the error of a plugin', async () => {
    const transcript = [{ at: NOW, kind: 'output' as const, text: 'rebooted' }];
    const source = new FakeSource({ snapshot: snapshot({ heals: [{ ...heals()[0]!, transcript }] }) });
    const ui = openUi({ source });
    await ui.press('y', '2', 'y', '4', 'y', '5', 'G', 'y');
    expect(ui.calls.copied).toEqual([
      '10.2.0.1',
      expect.stringMatching(/^2\d{3}-.*heal 2\/2 started/),
      `${new Date(NOW).toISOString()} rebooted`,
      expect.stringContaining('webhook-x: TypeError'),
    ]);
    ui.close();
  });
});
