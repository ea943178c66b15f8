import { afterEach, describe, expect, it } from 'vitest';
import { loadPty, startFixture, type TestTerminal } from './terminal.ts';

const pty = await loadPty();
let terminal: TestTerminal;

async function opened(...options: Parameters<typeof startFixture>): Promise<TestTerminal> {
  terminal = await startFixture(...options);
  await terminal.waitForText('q quit');
  expect(terminal.screenBuffer.buffer.active.type).toBe('alternate');
  return terminal;
}

describe.skipIf(!pty)('the terminal afterwards', () => {
  afterEach(() => terminal.close());

  it('is itself again after q, with a word about the daemon', async () => {
    const { press } = await opened();
    press('q');
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.restored()).toBe(true);
    expect(terminal.screen()).toContain('the daemon goes on');
  });

  it('asks before the engine ends with the window', async () => {
    await opened({ inProcess: true });
    terminal.press('q');
    await terminal.waitForText('end with it');
    await terminal.pressUntil('n', /^ j k move.*q quit/m);
    terminal.press('\x03');
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.restored()).toBe(true);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'is itself again after %s, which is an order and no failure',
    async (signal) => {
      await opened();
      terminal.signal(signal);
      expect(await terminal.waitForExit()).toBe(0);
      expect(terminal.restored()).toBe(true);
      expect(terminal.screen()).toContain('the daemon goes on\nexit code 0');
    },
  );

  it.each(['throw', 'reject'] as const)(
    'is itself again when something breaks (%s), and says what',
    async (breaks) => {
      await opened({ breaks });
      terminal.signal('SIGUSR2');
      expect(await terminal.waitForExit()).toBe(1);
      expect(terminal.restored()).toBe(true);
      expect(terminal.screen()).toContain('the fixture breaks');
    },
  );

  it('gets no stray line while the screen is up: the console goes to the events', async () => {
    await opened({ prints: 'a plugin speaks' });
    terminal.signal('SIGUSR2');
    await terminal.waitForText(/console +a plugin speaks/);
    await terminal.waitForText(/console +a plugin speaks, on stderr/);
    expect(terminal.screen().split('\n')[0]).toContain('netheal');
  });
});
