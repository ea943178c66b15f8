/** The screen of a fleet that is not in the picture whole. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FleetCounts, Search } from '../../src/core/api/types.ts';
import { deviceOf, FakeSource, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

const counts = (down: number): FleetCounts => ({
  total: 100_000,
  states: { down, healing: 0, degraded: 0, unreachable: 0, unknown: 0, downtime: 0, up: 100_000 - down },
});
const device = (index: number, change = {}) => ({
  ...deviceOf(`dev-${index}`, '10.0.0.1', 'hall'),
  ...change,
});
const down = Array.from({ length: 1_000 }, (_, index) => device(index, { reachability: 'down' as const }));

const words = (text: string): Search => ({ words: text, device: null });

class LargeSource extends FakeSource {
  readonly searched: Search[] = [];
  search(search: Search): void {
    this.searched.push(search);
  }
}
const open = (devices = down) => {
  const source = new LargeSource({
    snapshot: {
      ...snapshot({ devices, incidents: [], heals: [], events: [] }),
      fleet: counts(devices.length),
    },
  });
  return { ...openUi({ source }), source };
};

describe('the screen of a hundred thousand devices', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('counts all of them, and says that it shows a part', () => {
    const ui = open();
    expect(ui.lineWith('netheal')).toMatch(/99000 up .*1000 down/);
    expect(ui.lineWith('Fleet')).toContain('1000 of 100000 (what needs a look, and what a filter finds)');
    expect(ui.store.frame.lines).toHaveLength(35);
    ui.close();
  });

  it('says so where nothing needs a look', () => {
    const ui = open([]);
    expect(ui.text()).toContain('All 100000 devices are well. / finds one by its name, address or group.');
    ui.close();
  });

  it('has the source look for what is typed, once, when the person has stopped typing', async () => {
    const ui = open();
    await ui.press('/', ...'dev-77');
    vi.advanceTimersByTime(199);
    expect(ui.source.searched).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ui.source.searched).toEqual([words('dev-77')]);
    await ui.press('enter', 'j', 'k');
    vi.advanceTimersByTime(1_000);
    expect(ui.source.searched).toEqual([words('dev-77')]);
    ui.close();
  });

  it('has the source look for nothing again when the filter is cleared', async () => {
    const ui = open();
    await ui.press('/', ...'dev-7', 'enter');
    vi.advanceTimersByTime(200);
    await ui.press('escape');
    vi.advanceTimersByTime(200);
    expect(ui.source.searched).toEqual([words('dev-7'), words('')]);
    ui.close();
  });

  it('shows what was found as it comes', async () => {
    const ui = open();
    await ui.press('/', ...'dev-77777', 'enter');
    expect(ui.text()).toContain('None of those that are listed matches.');
    ui.source.change({ devices: [device(77_777)] });
    vi.advanceTimersByTime(250);
    expect(ui.lineWith('Fleet')).toContain('1 of 100000');
    expect(ui.store.selectedDevice()).toBe(device(77_777).id);
    ui.close();
  });

  it('keeps the device in detail in the picture though it gets well', async () => {
    const ui = open();
    await ui.press('enter');
    vi.advanceTimersByTime(200);
    expect(ui.source.searched).toEqual([{ words: '', device: ui.store.ui.device }]);
    ui.close();
  });

  it('asks nothing any more when it is closed', async () => {
    const ui = open();
    await ui.press('/', 'x');
    ui.close();
    vi.advanceTimersByTime(1_000);
    expect(ui.source.searched).toEqual([]);
  });
});
