/** Other terminals than the usual one, and what shells and connections do to them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testNeeding } from '../needs.ts';
import { FIXTURE_APP, loadPty, startFixture, startProgram, type TestTerminal } from './terminal.ts';

const pty = await loadPty();
const node = process.execPath;
let terminal: TestTerminal;

const of256 = /\x1b\[[\d;]*[34]8;5;/;
const anyColour = /\x1b\[[1-9][\d;]*m/;

describe.skipIf(!pty)('colours', () => {
  afterEach(() => terminal.close());

  async function opened(env: Readonly<Record<string, string>>): Promise<void> {
    terminal = await startFixture({}, { env });
    await terminal.waitForText('q quit');
  }

  async function everyTheme(): Promise<void> {
    // Dark again at the end: each has been drawn in between.
    for (const theme of ['light', 'mono', 'colour-blind', 'dark']) {
      terminal.press('T');
      await terminal.waitForText(theme);
    }
  }

  it.each(['linux', 'xterm', 'screen', 'rxvt'])('are sixteen in any theme where TERM is %s', async (TERM) => {
    await opened({ TERM });
    await everyTheme();
    expect(terminal.written).toMatch(anyColour);
    expect(terminal.written).not.toMatch(of256);
  });

  it.each([
    ['xterm-256color', ''],
    ['screen-256color', ''],
    ['xterm', 'truecolor'],
  ])('are more where there are more: TERM is %s, COLORTERM "%s"', async (TERM, COLORTERM) => {
    await opened({ TERM, COLORTERM });
    expect(terminal.written).toMatch(of256);
  });

  it('are none on a VT220, which has none', async () => {
    await opened({ TERM: 'vt220' });
    await everyTheme();
    expect(terminal.written).not.toMatch(anyColour);
  });

  it('fit a light background that the terminal tells of', async () => {
    await opened({ COLORFGBG: '0;15' });
    terminal.press('T');
    // The next one after light.
    await terminal.waitForText('mono');
  });

  it('ask the terminal nothing, whose answer could come after the end', async () => {
    await opened({});
    terminal.press('q');
    await terminal.waitForExit();
    expect(terminal.written).not.toMatch(/\x1b\]|\x1bP|\x1b\[[?>]?[\d;]*[cn]/);
  });

  it('leave the mouse to the terminal, so that text can be selected', async () => {
    await opened({});
    expect(terminal.written).not.toMatch(/\x1b\[\?(?:9|100[0-6]|1015|1016)h/);
  });
});

describe.skipIf(!pty)('a shell', () => {
  afterEach(() => terminal.close());
  const inShell = testNeeding('bash', 'bash');

  inShell('gets its terminal on ^z, and fg brings the screen back whole', async () => {
    terminal = await startProgram('bash', ['--norc', '--noprofile', '-i'], {
      env: { PS1: 'shell> ', FIXTURE: '{}', APP: FIXTURE_APP, NODE: node },
    });
    await terminal.waitForText('shell>');
    terminal.press('"$NODE" "$APP"\r');
    await terminal.waitForText('q quit');
    terminal.press('\x1a');
    await terminal.waitForText(/Stopped[\s\S]*shell>\s*$/);
    expect(terminal.screenBuffer.buffer.active.type).toBe('normal');
    // The shell has the keys, and they are echoed.
    terminal.press('echo still $((6*7))\r');
    await terminal.waitForText('still 42');
    terminal.press('fg\r');
    await terminal.waitForText('q quit');
    expect(terminal.screenBuffer.buffer.active.type).toBe('alternate');
    expect(terminal.screen()).not.toContain('still 42');
    terminal.press('j');
    await terminal.waitForText(/> ◌ unreachable/);
    terminal.press('q');
    await terminal.waitForText(/exit code 0[\s\S]*shell>\s*$/);
    expect(terminal.screenBuffer.buffer.active.type).toBe('normal');
  });

  it('that is not there cannot wake anything, so ^z only draws the screen again', async () => {
    terminal = await startFixture();
    await terminal.waitForText('q quit');
    terminal.press('\x1aj');
    await terminal.waitForText(/> ◌ unreachable/);
  });

  it('is not given the terminal by ^z while the engine would stop with the screen', async () => {
    terminal = await startFixture({ inProcess: true });
    await terminal.waitForText('q quit');
    terminal.press('\x1a');
    await terminal.waitForText('the engine inside would watch nothing');
  });

  it('that stops and wakes the program finds the screen drawn anew', async () => {
    terminal = await startFixture();
    await terminal.waitForText('q quit');
    const before = terminal.written.length;
    process.kill(terminal.pid, 'SIGSTOP');
    process.kill(terminal.pid, 'SIGCONT');
    await terminal.waitFor(() => terminal.written.slice(before).includes('q\x1b'), 'all of it again');
  });
});

describe.skipIf(!pty)('a connection that breaks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netheal-hang-up-'));
  });
  afterEach(() => {
    terminal.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** True when the process has ended, whether or not somebody has asked for its exit code. */
  function isGone(pid: number): boolean {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return /\) [ZX] /.test(stat);
    } catch {
      return true;
    }
  }

  it('ends the screen', async () => {
    terminal = await startFixture();
    await terminal.waitForText('q quit');
    terminal.hangUp();
    await expect.poll(() => isGone(terminal.pid), { timeout: 10_000 }).toBe(true);
  });

  testNeeding('setsid', 'util-linux')(
    'ends it without a signal too, and leaves nothing spinning',
    async () => {
      const pidFile = join(folder, 'pid');
      // In a session of its own it has no terminal that could send it a hang-up: it only sees that nobody is there.
      const script = 'setsid --wait sh -c \'echo $$ > "$PID_FILE"; exec "$NODE" "$APP"\'';
      terminal = await startProgram('sh', ['-c', script], {
        env: { FIXTURE: '{}', PID_FILE: pidFile, NODE: node, APP: FIXTURE_APP },
      });
      await terminal.waitForText('q quit');
      const pid = Number(readFileSync(pidFile, 'utf8'));
      expect(isGone(pid)).toBe(false);
      terminal.hangUp();
      await expect.poll(() => isGone(pid), { timeout: 10_000 }).toBe(true);
    },
  );
});

describe.skipIf(!pty)('tmux', () => {
  afterEach(() => terminal.close());

  testNeeding('tmux', 'tmux')('shows the screen, takes keys, and is as before afterwards', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-tmux-'));
    const socket = join(folder, 'tmux');
    const script = '"$NODE" "$APP"; read line';
    terminal = await startProgram('tmux', ['-S', socket, '-f', '/dev/null', 'new-session', script], {
      columns: 100,
      rows: 30,
      env: { FIXTURE: '{}', NODE: node, APP: FIXTURE_APP },
    });
    await terminal.waitForText('q quit');
    // As a held key comes through it.
    terminal.press('jj\x1b[B');
    await terminal.waitForText(/> ◌ unreachable sw-b-01/);
    terminal.resize(90, 28);
    await terminal.waitFor(
      () => terminal.screen().split('\n')[26]!.includes('q quit'),
      'the footer in its last line',
    );
    terminal.press('q');
    await terminal.waitForText('exit code 0');
    terminal.press('\r');
    expect(await terminal.waitForExit()).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe.skipIf(!pty)('GNU screen', () => {
  afterEach(() => terminal.close());

  testNeeding('screen', 'screen')('shows the screen, takes keys, and is as before afterwards', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-gnu-screen-'));
    const script = '"$NODE" "$APP"; read line';
    terminal = await startProgram(
      'screen',
      ['-U', '-c', '/dev/null', '-S', 'netheal-test', 'sh', '-c', script],
      {
        columns: 100,
        rows: 30,
        env: { FIXTURE: '{}', NODE: node, APP: FIXTURE_APP, SCREENDIR: folder },
      },
    );
    await terminal.waitForText('q quit');
    terminal.press('jj\x1b[B');
    await terminal.waitForText(/> ◌ unreachable sw-b-01/);
    terminal.press('a');
    await terminal.waitForText('APPROVE HEAL');
    terminal.press('\x1b');
    await terminal.waitFor(() => !terminal.screen().includes('APPROVE HEAL'), 'no window');
    terminal.press('q');
    await terminal.waitForText('exit code 0');
    terminal.press('\r');
    await terminal.waitForExit();
    rmSync(folder, { recursive: true, force: true });
  });
});
