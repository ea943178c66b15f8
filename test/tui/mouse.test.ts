import { afterEach, describe, expect, it } from 'vitest';
import { pointAt } from '../../src/tui/mouse.ts';
import { openUi } from './scene.ts';
import { loadPty, startFixture, type TestTerminal } from './terminal.ts';

const ui = openUi();
const click = (row: number) => {
  pointAt(ui.shell, { button: 0, column: 4, row, isRelease: false });
  pointAt(ui.shell, { button: 0, column: 4, row, isRelease: true });
};
const wheel = (button: 64 | 65) => pointAt(ui.shell, { button, column: 0, row: 0, isRelease: false });
/** The line of the screen that the text stands on. */
const rowOf = (text: string) =>
  ui
    .text()
    .split('\n')
    .findIndex((line) => line.includes(text));

describe('the mouse', () => {
  it.each(['1', '2', '3', '4', '5'])('puts the cursor where it clicks, in view %s', async (view) => {
    await ui.press('escape', view, 'G');
    const { lists, view: name } = ui.store.ui;
    const last = lists[name].index;
    expect(last).toBeGreaterThan(0);
    click(
      ui
        .text()
        .split('\n')
        .findIndex((line) => line.startsWith('>') || line.startsWith(' >')) - 1,
    );
    expect(ui.store.ui.lists[name].index).toBe(last - 1);
  });

  it('opens with a second click what the first one chose', async () => {
    await ui.press('escape', '1', 'g');
    const row = rowOf('ap-lobby');
    click(row);
    expect(ui.store.ui.device).toBeNull();
    click(row);
    expect(ui.store.ui.device).toBe('ap-lobby');
    await ui.press('escape');
  });

  it('moves with the wheel, and answers no question', async () => {
    await ui.press('1', 'g');
    const { index } = ui.store.ui.lists.fleet;
    wheel(65);
    expect(ui.store.ui.lists.fleet.index).toBe(index + 3);
    wheel(64);
    expect(ui.store.ui.lists.fleet.index).toBe(index);
    await ui.press('a');
    const asked = ui.source.asked.length;
    for (let row = 0; row < 35; row++) click(row);
    expect(ui.store.ui.overlay).toMatchObject({ kind: 'approval' });
    expect(ui.source.asked.length).toBe(asked);
  });
});

const pty = await loadPty();
describe.skipIf(!pty)('the mouse in a terminal', () => {
  let terminal: TestTerminal;
  afterEach(() => terminal.close());

  it("is the terminal's until M takes it, and after the end again", async () => {
    terminal = await startFixture();
    await terminal.waitForText('q quit');
    const tracking = () => terminal.screenBuffer.modes.mouseTrackingMode;
    expect(tracking()).toBe('none');
    terminal.press('M');
    await terminal.waitForText('mouse on');
    expect(tracking()).toBe('vt200');
    const row =
      terminal
        .screen()
        .split('\n')
        .findIndex((line) => line.includes('srv-b-01')) + 1;
    const click = `\x1b[<0;5;${row}M\x1b[<0;5;${row}m`;
    terminal.press(click + click);
    await terminal.waitForText(/Esc back/);
    terminal.press('q');
    await terminal.waitForExit();
    expect(tracking()).toBe('none');
    expect(terminal.restored()).toBe(true);
  });
});
