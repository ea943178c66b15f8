import { afterEach, describe, expect, it } from 'vitest';
import { loadPty, startFixture, startInTerminal, type TestTerminal } from './terminal.ts';

const pty = await loadPty();
const opened: TestTerminal[] = [];

/** Runs a piece of JavaScript in a terminal. */
async function run(program: string, columns = 40, rows = 5): Promise<TestTerminal> {
  const terminal = await startInTerminal(['--eval', program], { columns, rows });
  opened.push(terminal);
  return terminal;
}

afterEach(() => {
  for (const terminal of opened.splice(0)) terminal.close();
});

describe.skipIf(!pty)('the test terminal', () => {
  it('shows what a person would see: not what was written, but what is left of it', async () => {
    const terminal = await run(`process.stdout.write('wrong\\r\\x1b[Kright\\n\\n  東京 end  ')`);
    await terminal.waitForExit();
    expect(terminal.screen()).toBe('right\n\n  東京 end\n\n');
    expect(terminal.line('東京')).toBe('  東京 end');
  });

  it('has every byte on the screen by the time that the program has ended', async () => {
    const terminal = await run(
      `for (let i = 0; i < 5000; i++) console.log('line ' + i); process.exitCode = 7`,
    );
    expect(await terminal.waitForExit()).toBe(7);
    expect(terminal.line('line 4999')).toBe('line 4999');
  });

  it('sends keys, and tells the program of its new size', async () => {
    const terminal = await run(`
      process.stdin.once('data', (data) => console.log('got ' + data.toString().trim()));
      process.stdout.on('resize', () => console.log(process.stdout.columns + 'x' + process.stdout.rows));
      console.log('ready');`);
    await terminal.waitForText('ready');
    terminal.press('hello\r');
    await terminal.waitForText('got hello');
    terminal.resize(50, 6);
    await terminal.waitForText('50x6');
  });

  it('knows whether a program has put the terminal back', async () => {
    const terminal = await run(`
      process.stdout.write('\\x1b[?1049h\\x1b[?25lover there');
      process.stdin.once('data', () => process.stdout.write('\\x1b[?1049l\\x1b[?25h'));
      process.stdin.unref();
      setInterval(() => undefined, 1000);`);
    await terminal.waitForText('over there');
    expect(terminal.restored()).toBe(false);
    terminal.press('\r');
    await terminal.waitFor(() => terminal.restored(), 'the main screen');
  });

  it('says what the screen shows instead of the text that was waited for', async () => {
    const terminal = await run(`console.log('something else')`);
    await terminal.waitForExit();
    await expect(terminal.waitForText('never', 20)).rejects.toThrow(/never[\s\S]*something else/);
  });
});

describe.skipIf(!pty)('plain mode in a terminal', () => {
  it('only writes lines, and ends on q and Enter', async () => {
    const terminal = await startFixture({ plain: true, fails: 'fw-01' }, { columns: 140, rows: 35 });
    opened.push(terminal);
    await terminal.waitForText('47 devices: 2 down');
    terminal.signal('SIGUSR2');
    await terminal.waitForText('fw-01 is down');
    await terminal.waitForText('47 devices: 3 down');
    terminal.press('q\r');
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.screen()).toContain('the daemon goes on\nexit code 0');
    expect(terminal.written.replace(/\x1b\[[\d;]*m/g, '')).not.toContain('\x1b');
  });

  it('is what a dumb terminal gets, in ASCII where the locale is plain', async () => {
    const terminal = await startFixture(
      {},
      { columns: 140, rows: 35, env: { TERM: 'dumb', LANG: 'C', LC_ALL: '' } },
    );
    opened.push(terminal);
    await terminal.waitForText('47 devices: 2 down');
    terminal.signal('SIGTERM');
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.written).toMatch(/^[\x20-\x7e\r\n]*$/);
  });
});
