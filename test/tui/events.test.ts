import { describe, expect, it } from 'vitest';
import { openUi } from './scene.ts';

const listed = (ui: ReturnType<typeof openUi>) =>
  ui.store.frame.lines.filter((line) => /^.\s*\d\d:\d\d:\d\d /.test(line));

describe('the list of events', () => {
  it('is cut down to what is grave with l, and whole again', async () => {
    const ui = openUi();
    await ui.press('2');
    const all = listed(ui).length;
    await ui.press('l');
    const grave = listed(ui).length;
    expect(ui.lineWith('Events')).toContain('level: warn and bad');
    await ui.press('l');
    expect(ui.lineWith('Events')).toContain('level: bad');
    expect(listed(ui).length).toBeGreaterThan(0);
    expect(listed(ui).length).toBeLessThan(grave);
    expect(grave).toBeLessThan(all);
    await ui.press('l');
    expect(listed(ui)).toHaveLength(all);
    ui.close();
  });

  it('shows the events of the device under the cursor alone with d, and Esc shows all', async () => {
    const ui = openUi();
    await ui.press('2');
    const all = listed(ui).length;
    await ui.press('d');
    expect(ui.lineWith('Events')).toContain('device: cam-gate');
    for (const line of listed(ui)) expect(line).toContain('cam-gate');
    await ui.press('escape');
    expect(listed(ui)).toHaveLength(all);
    expect(ui.store.ui.view).toBe('events');
    ui.close();
  });

  it('is the log of problems with !, from wherever it is asked for', async () => {
    const ui = openUi();
    await ui.press('5', '!');
    expect(ui.lineWith('Events')).toContain('level: warn and bad');
    await ui.press('!');
    expect(ui.lineWith('Events')).toContain('level: all');
    ui.close();
  });

  it('shows what is from plugins alone with s, then what is not, then all', async () => {
    const ui = openUi();
    await ui.press('2');
    const all = listed(ui).length;
    await ui.press('s');
    expect(ui.lineWith('Events')).toContain('source: core');
    for (const line of listed(ui)) expect(line).not.toContain('smtp');
    await ui.press('s');
    expect(listed(ui)).toHaveLength(1);
    expect(listed(ui)[0]).toContain('smtp');
    await ui.press('escape');
    expect(listed(ui)).toHaveLength(all);
    ui.close();
  });

  it('says so where nothing matches', async () => {
    const ui = openUi();
    await ui.press('2', '/', ...'xyzzy', 'enter');
    expect(ui.text()).toContain('No event is like that');
    ui.close();
  });
});
