import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadViews, savedViewsFile, storeViews } from '../../src/tui/saved-views.ts';
import { FakeSource, NOW } from './fake-source.ts';
import { openUi } from './scene.ts';

const titles = (ui: ReturnType<typeof openUi>) => ui.store.frame.lines[2]!.trim().split(/\s+/);

describe('looking at the fleet', () => {
  it('groups by group, by each tag, and not at all', async () => {
    const ui = openUi();
    expect(ui.text()).toMatch(/▾ berlin \(12\)/);
    await ui.press('b');
    expect(ui.lineWith('Fleet')).toContain('grouped by: tag:');
    expect(ui.text()).toMatch(/▾ role=ap \(\d+\)/);
    while (!ui.lineWith('Fleet').includes('grouped by: nothing')) await ui.press('b');
    expect(ui.text()).not.toContain(' ▾ ');
    await ui.press('b');
    expect(ui.lineWith('Fleet')).toContain('grouped by: group');
    ui.close();
  });

  it('collapses the group of a tag with h and opens it with l', async () => {
    const ui = openUi();
    await ui.press('b', 'j', 'h');
    expect(ui.text()).toMatch(/>▸ \w+/);
    await ui.press('l');
    expect(ui.text()).toMatch(/>▾ \w+/);
    ui.close();
  });

  it('hides a column, moves another and sorts by a third', async () => {
    const ui = openUi();
    expect(titles(ui).slice(0, 3)).toEqual(['STATE▾', 'LABEL', 'ADDRESS']);
    await ui.press('c', 'j', 'j', ' ');
    expect(titles(ui)).not.toContain('ADDRESS');
    await ui.press('k', 'k', ']', 's', 'escape');
    expect(titles(ui).slice(0, 2)).toEqual(['LABEL', 'STATE▴']);
    ui.close();
  });

  it('keeps one column, however many are hidden, and brings all back', async () => {
    const ui = openUi();
    await ui.press('c');
    for (let index = 0; index < 30; index++)
      await ui.press('g', 'k', 'k', 'k', 'k', 'k', 'k', 'k', 'k', 'k', ' ');
    expect(titles(ui)).toHaveLength(1);
    await ui.press('0');
    expect(titles(ui).length).toBeGreaterThan(8);
    ui.close();
  });

  it('saves a view, opens it again and forgets it', async () => {
    const ui = openUi();
    await ui.press('/', ...'state:down', 'enter', 'S', 'b', 'w', ...'night', 'enter');
    expect(ui.calls.views).toMatchObject([{ name: 'night', filter: 'state:down', reverse: true }]);
    await ui.press('escape', 'S', 'v');
    expect(ui.box()).toContain('night');
    await ui.press('enter');
    expect(ui.lineWith('Fleet')).toMatch(/sorted by: state reversed.*filter: state:down.*view: night/);
    await ui.press('v', 'd');
    expect(ui.calls.views).toEqual([]);
    await ui.press('v');
    expect(ui.text()).toContain('No view is saved yet');
    ui.close();
  });

  it('does not save a view without a name', async () => {
    const ui = openUi();
    await ui.press('w', 'enter');
    expect(ui.text()).toContain('it needs a name');
    expect(ui.calls.views).toEqual([]);
    ui.close();
  });

  it('lets the picture stand still with Space, and shows what happened once it goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const source = new FakeSource();
    const ui = openUi({ source });
    await ui.press(' ');
    expect(ui.store.frame.lines[0]).toContain('FROZEN');
    const down = source.snapshot().devices.find(({ id }) => id === 'wan-rt-02')!;
    source.change({ devices: [{ ...down, reachability: 'up', since: NOW }], events: [] });
    vi.advanceTimersByTime(5_000);
    expect(ui.lineWith('10.2.0.1 ')).toContain('down');
    await ui.press(' ');
    vi.advanceTimersByTime(1_000);
    expect(ui.lineWith('10.2.0.1 ')).toContain('up');
    ui.close();
  });

  it('gives the table the room of the events with z', async () => {
    const ui = openUi();
    await ui.press('z');
    expect(ui.lineWith('── events')).toBe('');
    await ui.press('z');
    expect(ui.lineWith('── events')).not.toBe('');
    ui.close();
  });
});

describe('the file of saved views', () => {
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'netheal-views-'));
    onTestFinished(() => rmSync(path, { recursive: true }));
    return path;
  };
  const view = {
    name: 'night',
    filter: '!',
    sort: 'rtt',
    reverse: true,
    groupBy: 'tag:site',
    columns: null,
  } as const;

  it('stands where the XDG base directories say', () => {
    expect(savedViewsFile({ XDG_STATE_HOME: '/x', HOME: '/home/a' })).toBe('/x/netheal/views.json');
    expect(savedViewsFile({ HOME: '/home/a' })).toBe('/home/a/.local/state/netheal/views.json');
  });

  it('gives back what was written, and is readable by its owner alone', () => {
    const file = join(folder(), 'new', 'views.json');
    expect(loadViews(file)).toEqual([]);
    storeViews(file, [view]);
    expect(loadViews(file)).toEqual([view]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves out what it does not understand', () => {
    const file = join(folder(), 'views.json');
    writeFileSync(file, JSON.stringify([{ name: 'a', sort: 'colour', columns: ['label', 'smell'] }, 7, {}]));
    expect(loadViews(file)).toEqual([
      { name: 'a', filter: '', sort: 'state', reverse: false, groupBy: null, columns: ['label'] },
    ]);
    writeFileSync(file, '[{');
    expect(() => loadViews(file)).toThrow();
    expect(readFileSync(file, 'utf8')).toBe('[{');
  });
});
