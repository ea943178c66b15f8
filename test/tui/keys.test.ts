import { describe, expect, it } from 'vitest';
import { keyNames } from '../../src/tui/key-names.ts';
import { BINDINGS, bindingsOf, type CommandName, type Place } from '../../src/tui/keys.ts';
import { FakeSource, planOf } from './fake-source.ts';
import { openUi } from './scene.ts';

const WAY: Readonly<Record<Place, readonly string[]>> = {
  fleet: [],
  events: ['2'],
  incidents: ['3'],
  heals: ['4'],
  plugins: ['5'],
  device: ['j', 'enter'],
  help: ['?'],
  confirm: ['j', 'H'],
  approval: ['a'],
  columns: ['c'],
  views: ['w', 'o', 'n', 'e', 'enter', 'w', 't', 'w', 'o', 'enter', 'v'],
  palette: [':'],
};

/** What has to be so before a key can show that it does something. */
const BEFORE: Readonly<Partial<Record<CommandName, Partial<Record<Place | 'all', readonly string[]>>>>> = {
  up: { all: ['j', 'j'] },
  first: { all: ['j', 'j'] },
  pageUp: { all: ['G'] },
  back: { fleet: ['/', 'a', 'enter'] },
  expand: { fleet: ['h'], incidents: ['j'] },
  collapse: { incidents: ['j', 'l'] },
  zoomIn: { device: [']'] },
  open: { events: ['j'] },
  columnEarlier: { columns: ['j'] },
  allColumns: { columns: [' '] },
};

const lines = Array.from({ length: 30 }, (_, index) => `command ${index}`);
const plan = planOf('ap-lobby', { steps: [{ kind: 'ssh', target: 'ap-lobby', lines }] });
const planning = () =>
  new FakeSource({ answer: (action) => ({ ok: true, message: `ok ${action.type}`, plan, gates: [] }) });

describe('the key table', () => {
  const cases = BINDINGS.flatMap(({ keys, places, command }) =>
    keys.flatMap((key) => places.map((place) => ({ key, place, command }))),
  ).filter(({ key, place }) => WAY[place][0] !== key && !(place === 'fleet' && key === '1'));

  it.each(cases)('$key does $command in $place', async ({ key, place, command }) => {
    // Small, so that everything can scroll.
    const ui = openUi({ source: planning(), columns: 80, rows: 16 });
    await ui.press(...WAY[place], ...(BEFORE[command]?.[place] ?? BEFORE[command]?.all ?? []));
    const before = ui.text();
    const asked = ui.source.asked.length;
    await ui.press(key);
    const effects = ui.calls.quit + ui.calls.redraw + ui.calls.suspend + (ui.source.asked.length - asked);
    expect(ui.text() !== before || effects > 0).toBe(true);
    ui.close();
  });

  it('gives each key one meaning in a place', () => {
    for (const place of Object.keys(WAY) as Place[]) {
      const keys = bindingsOf(BINDINGS, place, false).flatMap((binding) => binding.keys);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    }
  });

  it('offers nothing that acts in a read-only session', () => {
    expect(bindingsOf(BINDINGS, 'fleet', true).map(({ command }) => command)).not.toContain('heal');
  });
});

describe('names of keys', () => {
  it('takes a burst apart, as key repeat over SSH sends it', () => {
    expect(keyNames('jjj')).toEqual(['j', 'j', 'j']);
    expect(keyNames('/ab\r')).toEqual(['/', 'a', 'b', 'enter']);
    expect(keyNames('j\x04')).toEqual(['j', 'ctrl+d']);
  });

  it('names what has no letter, whatever the terminal and the modifiers', () => {
    expect(['\x1b[B', '\x1bOB', '\x1b[1;5B'].flatMap(keyNames)).toEqual(['down', 'down', 'down']);
    expect(['\x1b[5~', '\x1b[6;2~', '\x1b[H', '\x1b[1~'].flatMap(keyNames)).toEqual([
      'pageup',
      'pagedown',
      'home',
      'home',
    ]);
  });

  it('knows the function keys, however a terminal sends them', () => {
    expect(['\x1bOP', '\x1b[15~', '\x1b[24~', '\x1b[11~'].flatMap(keyNames)).toEqual([
      'f1',
      'f5',
      'f12',
      'f1',
    ]);
  });

  it('has no name for what means nothing', () => {
    expect(['\x1b[25~', '\x1b[<0;3;4M', '\x9b'].flatMap(keyNames)).toEqual([]);
  });
});
