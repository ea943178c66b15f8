import { describe, expect, it, vi } from 'vitest';
import { FakeSource, NOW } from './fake-source.ts';
import { openUi } from './scene.ts';

const TO_LOBBY = ['/', ...'lobby', 'enter', 'j', 'enter'];

describe('the detail of a device', () => {
  it('goes from pane to pane with Tab, each of them in sight, and round', async () => {
    const ui = openUi({ columns: 80, rows: 24 });
    await ui.press(...TO_LOBBY);
    const seen: string[] = [];
    for (const title of ['states', 'last heal', 'how it is checked', 'events of this device', 'RTT 30m']) {
      await ui.press('tab');
      expect(ui.lineWith(title)).toMatch(/^╭─ /);
      seen.push(ui.store.ui.detailPane);
    }
    expect(seen).toEqual(['states', 'heal', 'facts', 'events', 'chart']);
    ui.close();
  });

  it('leaves out the pane of heals where there was none', async () => {
    const ui = openUi();
    await ui.press('/', ...'fw-01', 'enter', 'j', 'enter', 'tab', 'tab');
    expect(ui.store.ui.detailPane).toBe('facts');
    ui.close();
  });

  it('gives the whole screen to the pane that Tab has come to with z', async () => {
    const ui = openUi({ columns: 80, rows: 24 });
    await ui.press(...TO_LOBBY, 'tab', 'tab', 'z');
    expect(ui.text()).toContain('no shutdown');
    expect(ui.text()).not.toContain('RTT 30m');
    await ui.press('z');
    expect(ui.text()).toContain('no shutdown');
    ui.close();
  });

  it('begins with the chart again for the next device', async () => {
    const ui = openUi();
    await ui.press(...TO_LOBBY, 'tab', 'escape', 'enter');
    expect(ui.store.ui.detailPane).toBe('chart');
    ui.close();
  });

  it('shows the last 24 hours and the uptime of 30 days where a history is kept', async () => {
    const ui = openUi();
    await ui.press(...TO_LOBBY);
    const line = ui.lineWith('24h');
    expect(line).toMatch(/24h {2}·+●+✖✖●+◐●+✖ {2}today 95\.40% {2}7d 99\.\d\d% {2}30d 99\.\d\d%/);
    ui.close();
  });

  it('squeezes them into a narrow screen, and shows the worst of each part', async () => {
    const ui = openUi({ columns: 80, rows: 24 });
    await ui.press(...TO_LOBBY);
    expect(ui.lineWith('24h')).toMatch(/24h {2}··●{10}✖●{9}◐✖ {2}today/);
    ui.close();
  });

  it('has no such line where no history is kept, or nobody to ask', async () => {
    const source = new FakeSource();
    source.askPlugin = async () => null;
    const ui = openUi({ source });
    await ui.press(...TO_LOBBY);
    expect(ui.lineWith('24h')).toBe('');
    ui.close();
  });

  it('asks the history once a minute and not after every check', async () => {
    const source = new FakeSource();
    const asked: string[] = [];
    let samples = 0;
    const answer = source.askPlugin.bind(source);
    const answerSamples = source.samples.bind(source);
    source.samples = async (id) => {
      samples++;
      return answerSamples(id);
    };
    source.askPlugin = async (address) => {
      asked.push(address.split('?')[0]!);
      return answer(address);
    };
    const ui = openUi({ source });
    await ui.press(...TO_LOBBY);
    const device = source.device('ap-lobby')!;
    source.change({ devices: [{ ...device, lastCheckAt: NOW }] });
    await vi.waitFor(() => expect(samples).toBe(2));
    expect(asked).toEqual(['history/series', 'history/days']);
    ui.close();
  });

  it('says that nothing has happened where nothing has', async () => {
    const ui = openUi();
    await ui.press('/', ...'fw-01', 'enter', 'j', 'enter', 'G');
    expect(ui.text()).toContain('nothing has happened to it since the daemon started');
    ui.close();
  });
});
