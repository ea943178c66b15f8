import { describe, expect, it } from 'vitest';
import { FakeSource, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

const NOTHING = snapshot({ devices: [], incidents: [], heals: [], events: [], plugins: [] });

describe('a view of nothing says so', () => {
  it.each([
    ['1', 'The config names no device.'],
    ['2', 'Nothing has happened since the daemon started.'],
    ['3', 'No incident is known. Good.'],
    ['4', 'Nothing had to be healed yet.'],
    ['5', 'No plugin is loaded.'],
  ])('view %s: %s', async (key, words) => {
    const ui = openUi({ source: new FakeSource({ snapshot: NOTHING }) });
    await ui.press(key);
    expect(ui.text()).toContain(words);
    expect(ui.store.frame.lines[0]).toContain('no devices');
    ui.close();
  });
});
