import { describe, expect, it } from 'vitest';
import { paste } from '../../src/tui/input.ts';
import { BINDINGS, bindingsOf } from '../../src/tui/keys.ts';
import { paletteEntries } from '../../src/tui/palette-entries.ts';
import { UI_START } from '../../src/tui/ui.ts';
import { openUi } from './scene.ts';

const find = (text: string, readOnly = false) =>
  paletteEntries({ bindings: BINDINGS, ui: UI_START, readOnly }, { text }).map(({ command }) => command);

describe('the command palette', () => {
  it('knows every action of the place by words of its own', () => {
    const others = bindingsOf(BINDINGS, 'fleet', false).filter(({ command }) => command !== 'palette');
    expect(find('')).toHaveLength(others.length);
    expect(BINDINGS.filter(({ help }) => help === '')).toEqual([]);
  });

  it('finds by the beginning of a word first, then by letters in their order', () => {
    expect(find('sav').slice(0, 2).sort()).toEqual(['saveView', 'views']);
    expect(find('hlnw')).toEqual(['heal']);
    expect(find('xyzzy')).toEqual([]);
  });

  it('offers nothing that acts in a read-only session', () => {
    expect(find('heal now', true)).toEqual([]);
  });

  it('shows the key of an action, and runs it with Enter', async () => {
    const ui = openUi();
    await ui.press(':', ...'saved');
    expect(ui.box()).toMatch(/> saved views +v /);
    await ui.press('backspace', 'ctrl+u', ...'view: ev', 'enter');
    expect(ui.store.frame.box).toBeNull();
    expect(ui.store.ui.view).toBe('events');
    ui.close();
  });

  it('looks for what is pasted, and runs nothing before Enter', async () => {
    const ui = openUi();
    await ui.press(':');
    paste(ui.shell, 'view: ev\r');
    expect(ui.box()).toContain('view: ev');
    expect(ui.store.ui).toMatchObject({ view: 'fleet', overlay: { kind: 'palette', text: 'view: ev' } });
    await ui.press('enter');
    expect(ui.store.ui.view).toBe('events');
    ui.close();
  });

  it('goes through what it found with the arrows, and away with Esc', async () => {
    const ui = openUi();
    await ui.press(':', ...'view', 'down', 'down', 'up');
    expect(ui.store.ui.overlay).toMatchObject({ index: 1 });
    await ui.press('escape');
    expect(ui.store.frame.box).toBeNull();
    ui.close();
  });

  it('says so where nothing is called like that', async () => {
    const ui = openUi({ columns: 80, rows: 24 });
    await ui.press(':', ...'xyzzy', 'enter');
    expect(ui.store.frame.box).toBeNull();
    await ui.press(':', ...'xyzzy');
    expect(ui.box()).toContain('nothing is called like that');
    ui.close();
  });
});
