import { describe, expect, it } from 'vitest';
import { dataOf } from '../../src/tui/data.ts';
import { parseFilter } from '../../src/tui/filter.ts';
import { type Arrangement, fleetRows } from '../../src/tui/fleet-rows.ts';
import { deviceOf, snapshot } from './fake-source.ts';

const data = dataOf(snapshot());
const start: Arrangement = {
  filter: parseFilter(''),
  sort: 'state',
  reverse: false,
  groupBy: 'group',
  collapsed: new Set(),
};
const keys = (change: Partial<Arrangement>) => fleetRows(data, { ...start, ...change }).map(({ key }) => key);

describe('the rows of the fleet', () => {
  it('puts groups with a problem first, and in them the gravest device', () => {
    const rows = keys({});
    expect(rows.filter((key) => key.startsWith('group'))).toEqual([
      'group berlin',
      'group hamburg',
      'group munich',
      'group paris',
    ]);
    expect(rows.slice(0, 3)).toEqual(['group berlin', 'wan-rt-02', 'ap-b-01']);
  });

  it('hides the devices of a collapsed group, but still counts them', () => {
    const rows = fleetRows(data, { ...start, collapsed: new Set(['berlin']) });
    expect(rows[0]).toMatchObject({ name: 'berlin', total: 12, collapsed: true });
    expect(rows[1]).toMatchObject({ name: 'hamburg' });
    expect(rows[0]).toHaveProperty('counts', [
      ['down', 1],
      ['unreachable', 4],
      ['up', 7],
    ]);
  });

  it('needs no heads for one group', () => {
    const one = dataOf(
      snapshot({ devices: [deviceOf('a', '10.0.0.1', 'x'), deviceOf('b', '10.0.0.2', 'x')] }),
    );
    expect(fleetRows(one, start).map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it.each([
    ['label', false, 'ap-b-01'],
    ['label', true, 'wan-rt-02'],
    ['rtt', false, 'edge-rt-01'],
    ['uptime', false, 'ap-lobby'],
    ['heal', false, 'cam-gate'],
    ['since', false, 'cam-gate'],
    ['address', false, 'core-sw-01'],
  ] as const)('sorts by %s (reversed: %s), the interesting end first', (sort, reverse, first) => {
    expect(keys({ sort, reverse, groupBy: null })[0]).toBe(first);
  });

  it('sorts addresses as numbers', () => {
    const rows = keys({ sort: 'address', groupBy: null });
    expect(rows.indexOf('srv-h-09')).toBeLessThan(rows.indexOf('srv-b-01'));
    expect(rows.indexOf('srv-p-02')).toBeLessThan(rows.indexOf('srv-p-11'));
  });
});
