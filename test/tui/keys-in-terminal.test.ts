import { afterEach, describe, expect, it } from 'vitest';
import { BINDINGS, type Place } from '../../src/tui/keys.ts';
import { loadPty, startFixture, type TestTerminal } from './terminal.ts';

/** What a terminal sends for the keys that have a name. */
const BYTES: Readonly<Record<string, string>> = {
  enter: '\r',
  tab: '\t',
  escape: '\x1b',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
};

/** How one gets to a place, and what the screen says there. */
const WAY: Readonly<Record<Exclude<Place, 'palette'>, readonly [keys: string, shows: string | RegExp]>> = {
  fleet: ['', 'Fleet'],
  events: ['2', 'Events'],
  incidents: ['3', 'Incidents'],
  heals: ['4', 'Heals'],
  plugins: ['5', 'Plugins'],
  device: ['\r', /Esc back/],
  help: ['?', 'HELP'],
  confirm: ['P', 'PAUSE ALL HEALING'],
  approval: ['a', 'APPROVE'],
  columns: ['c', 'COLUMNS'],
  views: ['wone\rwtwo\rv', 'SAVED VIEWS'],
};

/** Keys that need something to undo, or to go back from. */
const BEFORE: Readonly<Record<string, string>> = {
  'up fleet': 'jjj',
  'first fleet': 'jjj',
  'pageUp fleet': 'G',
  'back fleet': '/a\r',
  'expand fleet': 'h',
  'expand incidents': 'j',
  'collapse incidents': 'jl',
  'zoomIn device': ']]',
  'columnEarlier columns': 'j',
  'allColumns columns': ' ',
};

/** They end or stop the program, or draw the same again: restore.test.ts and terminal.test.ts have them. */
const ELSEWHERE: ReadonlySet<string> = new Set(['quit', 'suspend', 'redraw']);

const pty = await loadPty();

describe.skipIf(!pty)('every action of the key table, pressed in a terminal', () => {
  let terminal: TestTerminal | undefined;
  afterEach(() => terminal?.close());

  const cases = BINDINGS.filter(({ command }) => !ELSEWHERE.has(command)).flatMap(
    ({ command, keys, places }) =>
      places
        .filter((place) => place !== 'palette')
        // The key that leads to a place leads nowhere from there.
        .flatMap((place) => keys.map((key) => ({ command, key, place })))
        .filter(({ key, place }) => WAY[place][0] !== key && !(place === 'fleet' && key === '1'))
        .slice(0, 1),
  );

  it('is tried at least once', () => {
    const tried = new Set(cases.map(({ command }) => command));
    expect(BINDINGS.filter(({ command }) => !tried.has(command) && !ELSEWHERE.has(command))).toEqual([]);
  });

  it.each(cases)('$key does $command in $place', async ({ key, place, command }) => {
    const opened = await startFixture({}, { columns: 100, rows: 20 });
    terminal = opened;
    await opened.waitForText('q quit');
    const [way, shows] = WAY[place];
    if (way !== '') opened.press(way);
    await opened.waitForText(shows);
    const before = BEFORE[`${command} ${place}`] ?? '';
    for (const one of before) opened.press(one);
    const bytes = BYTES[key] ?? (key.startsWith('ctrl+') ? String.fromCharCode(key.charCodeAt(5) - 96) : key);
    let was = opened.screen();
    if (before !== '') {
      await opened.waitFor(() => opened.screen() !== was, `what ${JSON.stringify(before)} does`);
      was = opened.screen();
    }
    // Windows are deaf at first.
    const again = setInterval(() => opened.press(bytes), 120);
    opened.press(bytes);
    await opened
      .waitFor(() => opened.screen() !== was, `another screen than\n${was}`)
      .finally(() => clearInterval(again));
  });
});
