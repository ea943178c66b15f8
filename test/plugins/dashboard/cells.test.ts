import { describe, expect, test } from 'vitest';
import type { DeviceView } from '../../../src/core/api/types.ts';
import { SEVERITY, shownState } from '../../../src/core/model/shown-state.ts';
import { Cells } from '../../../src/plugins/dashboard/page/cells.ts';
import { parseFilter } from '../../../src/plugins/dashboard/page/filter.ts';
import { ALL_LOOKS, lookOf } from '../../../src/plugins/dashboard/page/looks.ts';
import type { GridBlock, NamesBlock } from '../../../src/plugins/dashboard/page/wire.ts';
import { parseFilter as parseInTerminal } from '../../../src/tui/filter.ts';
import { deviceView } from '../../core/api/fake-source.ts';
import { manyDevices } from './many.ts';

const names: NamesBlock = {
  ids: ['b', 'a10', 'a2'],
  labels: ['b', 'a10', 'a2'],
  addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
  groups: ['x', 'y', 'x'],
  tags: [{}, { site: 'hamburg' }, {}],
};
const columns: GridBlock = {
  states: '650',
  rttMs: [1, null, 2],
  lossPercent: [0, 5, 100],
  uptimePercent: [100, null, 90],
  since: [1, 2, 3],
};

describe('what the page says of a device', () => {
  test('is the word that the terminal and the API have for it, whatever the state', () => {
    expect(ALL_LOOKS.map(({ word }) => word)).toEqual([...SEVERITY]);
    for (const reachability of ['unknown', 'up', 'degraded', 'down', 'unreachable'] as const) {
      for (const phase of [
        'idle',
        'waiting-approval',
        'running',
        'settling',
        'verifying',
        'cooling-down',
        'needs-human',
      ] as const) {
        for (const downtime of [null, 'new firmware']) {
          const device = deviceView('a', {
            reachability,
            healing: { phase, attempts: 0, maxAttempts: 2, reason: null },
            flags: { flapping: false, downtime, acknowledged: null, paused: false },
          });
          expect(lookOf(device).word).toBe(shownState(device));
        }
      }
    }
  });
});

describe('a filter of the page', () => {
  const { devices } = manyDevices(400, 1_700_000_000_000);
  const cells = new Cells();
  cells.begin(devices, false);

  test.each([
    '',
    'state:down',
    'state:un',
    'group:lille state:unreachable',
    'tag:kind',
    'tag:kind=cam rtt<5',
    'rtt>=180',
    'loss>0 !',
    'up<99.5',
    'heal>0',
    'ap-berlin-1',
    '10.3.0 BRISTOL',
    '!',
    '2001:db8::1',
    'constructor:x',
  ])('"%s" finds what it finds in the terminal', (query) => {
    const filter = parseInTerminal(query);
    if (!filter.ok) throw new Error(filter.message);
    const expected = devices.filter((device: DeviceView) => filter.matches(device)).map(({ id }) => id);
    const found = cells.all.filter(parseFilter(query).matches).map(({ id }) => id);
    expect(found.sort()).toEqual(expected.sort());
  });

  test.each(['state:x', 'state:', 'rtt>fast'])('"%s" is said to be wrong, and lets all through', (query) => {
    const filter = parseFilter(query);
    expect(filter.problem).not.toBeNull();
    expect(cells.all.every(filter.matches)).toBe(true);
  });
});

describe('the cells of a fleet that is not sent whole', () => {
  test('come from the columns of the grid, by name, and from the picture where that knows more', () => {
    const cells = new Cells();
    cells.begin([deviceView('a2', { label: 'a2', rttMs: 7, reachability: 'degraded' })], true);
    cells.takeNames([names]);
    cells.takeColumns([columns]);
    expect(cells.all.map(({ id, look, rttMs }) => `${id} ${look.word} ${rttMs}`)).toEqual([
      'a2 degraded 7',
      'a10 downtime null',
      'b up 1',
    ]);
    cells.drop('a2');
    cells.takeColumns([columns]);
    expect(cells.find('a2')).toMatchObject({ rttMs: 2, lossPercent: 100, device: null });
    expect(cells.size).toBe(3);
  });

  test('are those of the new names after a reload', () => {
    const cells = new Cells();
    cells.begin([], true);
    cells.takeNames([names]);
    const before = cells.members;
    cells.takeNames([
      { ids: ['b', 'c'], labels: ['B', 'C'], addresses: ['1', '2'], groups: ['x', 'x'], tags: [{}, {}] },
    ]);
    expect(cells.all.map(({ label }) => label)).toEqual(['B', 'C']);
    expect(cells.members).toBeGreaterThan(before);
  });
});

test('a fleet that is sent whole loses who is removed, and a new picture replaces all', () => {
  const cells = new Cells();
  cells.begin([deviceView('a'), deviceView('b')], false);
  cells.drop('a');
  expect(cells.all.map(({ id }) => id)).toEqual(['b']);
  cells.begin([deviceView('c')], false);
  expect(cells.all.map(({ id }) => id)).toEqual(['c']);
});
