import { beforeEach, describe, expect, test } from 'vitest';
import { createApi } from '../../../src/core/api/app.ts';
import { deviceView, type FakeSource, fakeSource, snapshotWith } from './fake-source.ts';
import { LARGE, largeSource } from './large-source.ts';

type Grid = { names: string; blocks: Record<string, unknown[] & string>[] };

let source: FakeSource;
let get: (path: string, headers?: Record<string, string>) => Promise<Response>;
const ask = async (path: string) => (await (await get(path)).json()) as Grid;

beforeEach(() => {
  source = fakeSource(
    snapshotWith({
      devices: [
        deviceView('a', { group: 'north', tags: { site: 'hamburg' }, rttMs: 1.239, lossPercent: 4.6 }),
        deviceView('b', {
          reachability: 'down',
          rttMs: null,
          stats: { uptimePercent: 99.999, averageRttMs: null, totalChecks: 0, onlineChecks: 0, since: 0 },
        }),
      ],
    }),
  );
  const api = createApi({ source, pluginRoutes: () => [], ready: () => true });
  get = (path, headers = {}) => api(new Request(`http://localhost${path}`, { headers }));
});

describe('the grid', () => {
  test('says how every device is in columns, in the order of the names', async () => {
    const [names, grid] = [await ask('/api/grid/names'), await ask('/api/grid')];
    expect(names.blocks).toEqual([
      {
        ids: ['a', 'b'],
        labels: ['a', 'b'],
        addresses: ['10.0.0.1', '10.0.0.1'],
        groups: ['north', 'default'],
        tags: [{ site: 'hamburg' }, {}],
      },
    ]);
    expect(grid.blocks).toMatchObject([
      { states: '60', rttMs: [1.23, null], lossPercent: [5, 0], uptimePercent: [99.98, 99.99] },
    ]);
    expect(grid.names).toBe(names.names);
  });

  test('has other names when one of them, a group or a tag has changed, and not when a state has', async () => {
    const before = (await ask('/api/grid')).names;
    source.turn('a', 'down');
    expect((await ask('/api/grid')).names).toBe(before);
    const seen = new Set([before]);
    for (const change of [{ label: 'A' }, { group: 'south' }, { tags: { site: 'berlin' } }]) {
      source.patch('a', change);
      seen.add((await ask('/api/grid')).names);
    }
    expect(seen.size).toBe(4);
  });

  test('of a hundred thousand devices comes in blocks, is made once for all who ask, and is small', async () => {
    const large = Object.assign(largeSource(), { revision: () => 1 });
    large.check(70_000, 70_001, { reachability: 'down', rttMs: null });
    let glances = 0;
    const counted = {
      ...large,
      *glances() {
        for (const glance of large.glances()) {
          glances++;
          yield glance;
        }
      },
    };
    const api = createApi({ source: counted, pluginRoutes: () => [], ready: () => true });
    const answers = await Promise.all(
      [1, 2, 3].map(() =>
        api(new Request('http://localhost/api/grid', { headers: { 'accept-encoding': 'zstd' } })),
      ),
    );
    expect(glances).toBe(LARGE);
    expect(Number(answers[0]!.headers.get('content-length'))).toBeLessThan(1_000_000);
    const grid = (await (await api(new Request('http://localhost/api/grid'))).json()) as Grid;
    expect(grid.blocks.length).toBe(100);
    expect(
      grid.blocks
        .map(({ states }) => states)
        .join('')
        .indexOf('0'),
    ).toBe(70_000);
    expect(large.views).toBeLessThan(10);
    const tag = answers[0]!.headers.get('etag')!;
    const again = await api(new Request('http://localhost/api/grid', { headers: { 'if-none-match': tag } }));
    expect(again.status).toBe(304);
  });
});
