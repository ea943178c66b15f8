import { describe, expect, it } from 'vitest';
import { deviceOf, FakeSource, fleet, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

const many = Array.from({ length: 500 }, (_, index) =>
  deviceOf(`dev-${String(index).padStart(3, '0')}`, `10.0.${index >> 8}.${index & 255}`, 'all'),
);

describe('the store of the screen', () => {
  it('tells nobody of a change that cannot be seen', async () => {
    const ui = openUi({ source: new FakeSource({ snapshot: snapshot({ devices: many }) }) });
    const before = ui.frames();
    ui.source.change({ devices: [{ ...many[499]!, rttMs: 77 }] });
    // It waits for the clock, which ticks once a second.
    await expect.poll(() => ui.store.scene.data.byId.get('dev-499')!.rttMs, { timeout: 5_000 }).toBe(77);
    expect(ui.frames()).toBe(before);
    ui.source.change({ devices: [{ ...many[0]!, rttMs: 77 }] });
    await expect.poll(() => ui.frames()).toBe(before + 1);
    ui.close();
  });

  it('draws a burst of changes once', async () => {
    const ui = openUi({ source: new FakeSource({ snapshot: snapshot({ devices: many }) }) });
    const before = ui.frames();
    for (let rttMs = 1; rttMs <= 50; rttMs++) ui.source.change({ devices: [{ ...many[0]!, rttMs }] });
    await expect.poll(() => ui.store.scene.data.byId.get('dev-000')!.rttMs).toBe(50);
    expect(ui.frames()).toBe(before + 1);
    ui.close();
  });

  it('draws a key at once', async () => {
    const ui = openUi();
    const before = ui.frames();
    await ui.press('j');
    expect(ui.frames()).toBe(before + 1);
    ui.close();
  });

  it('tells a change of a figure from one of what is around the rows', async () => {
    const ui = openUi({ source: new FakeSource({ snapshot: snapshot({ devices: many }) }) });
    const before = ui.store.chromeVersion();
    const frames = ui.frames();
    ui.source.change({ devices: [{ ...many[0]!, rttMs: 77 }] });
    await expect.poll(() => ui.frames()).toBe(frames + 1);
    expect(ui.store.chromeVersion()).toBe(before);
    await ui.press('?');
    expect(ui.store.chromeVersion()).toBe(before + 1);
    ui.close();
  });

  it('keeps the cursor near where its device was when that is gone', async () => {
    const ui = openUi();
    await ui.press('j');
    const gone = ui.store.selectedDevice()!;
    ui.source.change({ removed: [gone] });
    await expect.poll(() => ui.store.scene.data.byId.has(gone)).toBe(false);
    expect(ui.store.selectedDevice()).toBe(fleet().find(({ label }) => label === 'ap-b-02')!.id);
    ui.close();
  });

  it('shows what plugins write to the console among the events', async () => {
    const ui = openUi();
    ui.store.addConsoleLine('a plugin speaks', 'info');
    await expect.poll(() => ui.text()).toContain('a plugin speaks');
    ui.close();
  });
});
