import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadPty, startFixture, type TestTerminal } from './terminal.ts';

const pty = await loadPty();
let terminal: TestTerminal;

const SIZES = [
  [80, 24],
  [120, 35],
  [200, 50],
] as const;

/** How to get to each screen, and what shows that it is there. */
const SCREENS: readonly (readonly [name: string, keys: readonly string[], shows: string | RegExp])[] = [
  ['fleet', [], 'q quit'],
  ['problems', ['!'], '8 of 47'],
  ['events', ['2'], 'follow: on'],
  ['incidents', ['3'], 'Incidents'],
  ['incidents-expanded', ['3', 'jl'], /ap-b-02.*via wan-rt-02/],
  ['heals', ['4'], 'Heals'],
  ['plugins', ['5', 'jjjjj'], '2 mails wait'],
  ['problems-log', ['5', '!'], 'warn and bad'],
  ['columns', ['c'], 'COLUMNS'],
  ['palette', [':', 'heal'], /: heal▏/],
  ['zoomed', ['z'], 'the main pane alone'],
  ['device', ['/lobby\r', 'j', '\r'], /24h {2}[^ ]+ {2}today/],
  ['device-transcript', ['/lobby\r', 'j', '\r', '\t\t', 'z'], /p95 \d[\s\S]*the main pane alone/],
  ['approval', ['/lobby\r', 'j', 'a'], 'APPROVE'],
  ['confirm', ['P'], 'PAUSE ALL HEALING'],
  ['help', ['?'], 'HELP'],
];

describe.skipIf(!pty).each(SIZES)('every screen at %i x %i', (columns, rows) => {
  afterEach(() => terminal.close());

  it.each(SCREENS)('%s', async (name, keys, shows) => {
    terminal = await startFixture({}, { columns, rows });
    await terminal.waitForText('q quit');
    for (const one of keys) terminal.press(one);
    await terminal.waitForText(shows);
    await expect(`${terminal.screen()}\n`).toMatchFileSnapshot(`screens/${name}-${columns}x${rows}.txt`);
  });
});

describe.skipIf(!pty)('the screen', () => {
  afterEach(() => terminal.close());

  async function opened(...options: Parameters<typeof startFixture>): Promise<void> {
    terminal = await startFixture(...options);
    await terminal.waitForText('q quit');
  }

  it('understands the keys of a real keyboard', async () => {
    await opened();
    const steps: [keys: string, shows: string | RegExp][] = [
      ['\x1b[B', /> ◌ unreachable ap-b-01/],
      ['\x1b[A', /> ✖ down +wan-rt-02/],
      ['\x1b[F', /> ● up +srv-p-11/],
      ['\x1b[H', /^>▾ berlin/m],
      ['\x1b[6~', /^> /m],
      ['\x1b[5~', /^>▾ berlin/m],
      ['jjj', /> ◌ unreachable ap-b-02/],
      ['\x04', /^> [^◌]/m],
      ['\x15', /^> ◌ unreachable ap-b-02/m],
      ['g', /^>▾ berlin/m],
      ['\x1b[D', />▸ berlin/],
      ['\x1b[C', />▾ berlin/],
      ['\t', 'Events'],
      ['\x1b', 'Fleet'],
    ];
    for (const [keys, shows] of steps) {
      terminal.press(keys);
      await terminal.waitForText(shows);
    }
  });

  it('runs an approved heal, and never with Enter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-actions-'));
    const file = join(folder, 'actions');
    writeFileSync(file, '');
    const asked = () => readFileSync(file, 'utf8');
    await opened({}, { env: { FIXTURE_ACTIONS: file } });
    terminal.press('a');
    await terminal.waitForText('APPROVE HEAL');
    terminal.press('\r\r');
    terminal.press('\t');
    await terminal.waitForText('APPROVE HEAL 1/2');
    expect(asked()).toBe('');
    // Deaf for 300 ms on purpose, and nothing on the screen says when that is over; behind the window `y` copies.
    await terminal.pressUntil('y', /done: approve|copied/);
    expect(asked()).toContain('"approve"');
    rmSync(folder, { recursive: true, force: true });
  });

  it('follows the size of the terminal, down to counts alone', async () => {
    await opened({}, { columns: 120, rows: 35 });
    terminal.resize(80, 24);
    await terminal.waitFor(() => !terminal.screen().includes('ADDRESS'), 'fewer columns');
    await terminal.waitForText('q quit');
    terminal.resize(40, 10);
    await terminal.waitForText(/✖ 2 down\n/);
    terminal.resize(130, 40);
    await terminal.waitForText('ADDRESS');
    expect(terminal.screen().split('\n')).toHaveLength(40);
    expect(terminal.screen().match(/STATE▾/g)).toHaveLength(1);
  });

  it('has no colour where NO_COLOR is set, and none is missed', async () => {
    await opened({}, { env: { NO_COLOR: '1' } });
    expect(terminal.written).not.toMatch(/\x1b\[[1-9][\d;]*m/);
    await terminal.waitForText(/> ✖ down/);
  });

  it('is pure ASCII where the locale is not UTF-8', async () => {
    await opened({}, { env: { LANG: 'C' } });
    expect(terminal.written).not.toMatch(/[^\x00-\x7f]/);
    const ways: [keys: string, shows: string][] = [
      ['?', 'HELP'],
      ['\x1b', 'q quit'],
      ['a', 'APPROVE'],
      ['\x1b', 'q quit'],
      ['\r', 'RTT 30m'],
      ['2', 'Events'],
      ['3', 'Incidents'],
      ['4', 'Heals'],
      ['5', 'Plugins'],
    ];
    for (const [keys, shows] of ways) {
      terminal.press(keys);
      await terminal.waitForText(shows);
    }
    expect(terminal.written).not.toMatch(/[^\x00-\x7f]/);
  });

  it('offers no action in a read-only session', async () => {
    await opened({ readOnly: true });
    expect(terminal.screen()).toContain('Read-only session');
    expect(terminal.screen()).not.toContain('H heal');
    terminal.press('H');
    await terminal.waitForText('This session is read-only');
  });

  it('keeps columns in place under wide letters, accents and emoji', async () => {
    await opened({ odd: true }, { columns: 100, rows: 20 });
    const { active } = terminal.screenBuffer.buffer;
    // By cells, as a terminal counts: the address begins in the same one everywhere.
    const at = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((address) => {
      for (let row = 0; row < 20; row++) {
        const line = active.getLine(row)!;
        for (let cell = 0; cell < 100; cell++)
          if (line.translateToString(false, cell, cell + address.length) === address) return cell;
      }
      return -1;
    });
    expect(new Set(at).size).toBe(1);
    expect(at[0]).toBeGreaterThan(0);
  });

  it('shows what changes, in a few bytes and without erasing the screen', async () => {
    await opened({ fails: 'fw-01' }, { columns: 120, rows: 35 });
    await terminal.waitForText('fw-01');
    const before = terminal.written.length;
    terminal.signal('SIGUSR2');
    await terminal.waitForText(/✖ down +fw-01/);
    const frame = terminal.written.slice(before);
    expect(frame).not.toContain('\x1b[2J');
    expect(frame.length).toBeLessThan(6_000);
  });
});
