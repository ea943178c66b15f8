import { describe, expect, test } from 'vitest';
import { createApi } from '../../../src/core/api/app.ts';
import { lensSource, NO_SEARCH, throughLens, WHOLE_FLEET } from '../../../src/core/api/lens.ts';
import type { Delta, DeviceView } from '../../../src/core/api/types.ts';
import { deviceView, fakeSource, incident, snapshotWith } from './fake-source.ts';

const SIZE = WHOLE_FLEET + 1_000;
const fleet = (size = SIZE, change: (index: number) => Partial<DeviceView> = () => ({})) =>
  fakeSource(
    snapshotWith({
      devices: Array.from({ length: size }, (_, index) =>
        deviceView(`host-${index}`, { group: index % 2 === 0 ? 'berlin' : 'paris', ...change(index) }),
      ),
    }),
  );
const ids = (devices: readonly DeviceView[] = []) => devices.map(({ id }) => id);
const down = { reachability: 'down' } as const;
const degraded = { reachability: 'degraded' } as const;
const search = (words: string, device: string | null = null) => ({ words, device });

describe('a fleet that is too large to be shown whole, through the lens', () => {
  test('is what needs a look, with the counts of all', () => {
    const { devices, fleet: counts } = throughLens(
      fleet(SIZE, (index) => (index === 7 ? down : {})),
      NO_SEARCH,
    ).snapshot();
    expect(ids(devices)).toEqual(['host-7']);
    expect(counts).toMatchObject({ total: SIZE, states: { down: 1, up: SIZE - 1 } });
  });

  test('is also what is searched for, by id, label, address or group, every word of it', () => {
    expect(ids(throughLens(fleet(), search('BERLIN host-123')).snapshot().devices)).toEqual(
      ids(fleet().snapshot().devices).filter(
        (id) => id.includes('host-123') && Number(id.slice(5)) % 2 === 0,
      ),
    );
  });

  test('shows a thousand problems at most, in a mass outage too', () => {
    const { devices, fleet: counts } = throughLens(
      fleet(SIZE, () => down),
      NO_SEARCH,
    ).snapshot();
    expect(devices).toHaveLength(1_000);
    expect(counts!.states.down).toBe(SIZE);
  });

  test('tells of a device when it fails, and that it is gone from the picture when it is well', () => {
    const source = fleet();
    const deltas: Delta[] = [];
    const stop = throughLens(source, NO_SEARCH).subscribe((delta) => deltas.push(delta!));
    source.patch('host-1', { rttMs: 3 });
    source.patch('host-2', down);
    source.patch('host-2', { reachability: 'up' });
    expect(deltas.map(({ devices, removed }) => [ids(devices), removed])).toEqual([
      [[], undefined],
      [['host-2'], undefined],
      [[], ['host-2']],
    ]);
    stop();
    expect(source.listeners).toBe(0);
  });

  test('is searched anew by a view in the same process, which then gets the new picture', () => {
    const view = lensSource(fleet());
    const deltas: Delta[] = [];
    view.subscribe((delta) => deltas.push(delta));
    expect(view.snapshot().devices).toEqual([]);
    view.search!(search('host-4321'));
    expect(ids(view.snapshot().devices)).toEqual(['host-4321']);
    expect(ids(deltas.at(-1)!.devices)).toEqual(['host-4321']);
  });

  test('lets the gravest in first: what is down is seen however many are only slow', () => {
    const source = fleet(SIZE, (index) => (index < 3_000 ? degraded : index >= SIZE - 5 ? down : {}));
    const { devices } = throughLens(source, NO_SEARCH).snapshot();
    expect(devices).toHaveLength(1_000);
    expect(devices.filter(({ reachability }) => reachability === 'down')).toHaveLength(5);
  });

  test('shows a new outage however much was found by a search', () => {
    const source = fleet();
    const deltas: Delta[] = [];
    throughLens(source, search('host')).subscribe((delta) => deltas.push(delta!));
    for (let index = 0; index < SIZE; index++) source.patch(`host-${index}`, { rttMs: 2 });
    source.patch('host-5999', down);
    expect(ids(deltas.at(-1)!.devices)).toEqual(['host-5999']);
  });

  test('keeps the device in detail in the picture, and only that one of its name', () => {
    const { devices } = throughLens(fleet(), search('', 'host-12')).snapshot();
    expect(ids(devices)).toEqual(['host-12']);
  });

  test('holds the parents and the root cause of the device in detail, whose states it shows', () => {
    const related = { parents: ['host-8', 'host-9'], rootCause: 'host-5' };
    const source = fleet(SIZE, (index) => (index === 7 ? related : {}));
    const { devices } = throughLens(source, search('', 'host-7')).snapshot();
    expect(ids(devices).sort()).toEqual(['host-5', 'host-7', 'host-8', 'host-9']);
  });

  test('shows the newest thousand incidents', () => {
    const devices = fleet().snapshot().devices;
    const incidents = Array.from({ length: 1_500 }, (_, index) =>
      incident(`i-${index}`, { openedAt: index }),
    );
    const seen = throughLens(fakeSource(snapshotWith({ devices, incidents })), NO_SEARCH).snapshot()
      .incidents;
    expect(seen.map(({ openedAt }) => openedAt)).toEqual(Array.from({ length: 1_000 }, (_, i) => 1_499 - i));
  });

  test('is a new picture where a reload has made the fleet small enough to be shown whole, or too large for it', () => {
    const source = fleet();
    const deltas: (Delta | null)[] = [];
    throughLens(source, NO_SEARCH).subscribe((delta) => deltas.push(delta));
    source.publish({ removed: Array.from({ length: 2_000 }, (_, index) => `host-${index}`) });
    expect(deltas).toEqual([null]);
  });
});

test('a fleet that is not that large is shown whole, whatever is searched for', () => {
  const source = fleet(WHOLE_FLEET);
  const view = lensSource(source);
  const deltas: Delta[] = [];
  view.subscribe((delta) => deltas.push(delta));
  view.search!(search('host-1'));
  expect(view.snapshot().devices).toHaveLength(WHOLE_FLEET);
  expect(view.snapshot().fleet).toBeUndefined();
  source.patch('host-9', { rttMs: 3 });
  expect(ids(deltas[0]!.devices)).toEqual(['host-9']);
});

describe('a list of devices', () => {
  const api = (source = fleet(60, (index) => (index < 5 ? down : {}))) =>
    createApi({ source, pluginRoutes: () => [], ready: () => true });
  const get = async (path: string, from = api()) =>
    (await from(new Request(`http://localhost${path}`))).json();

  test.each(['/api/devices', '/api/status', '/api/stats'])('%s can be had in pages', async (path) => {
    const page = await get(`${path}?offset=10&limit=3`);
    expect(page.devices.map(({ id }: { id: string }) => id)).toEqual(['host-10', 'host-11', 'host-12']);
    expect(page).toMatchObject({ matching: 60, total: 60 });
  });

  test.each([
    ['state=down', 5],
    ['problems=true', 5],
    ['group=paris', 30],
    ['q=host-5', 11],
    ['state=down&group=berlin', 3],
    ['limit=0', 0],
  ])('can be asked for by %s', async (query, count) => {
    expect((await get(`/api/devices?${query}`)).devices).toHaveLength(count);
  });

  test.each(['limit=-1', 'limit=ten', 'offset=1e3', 'state=sad', 'problems=maybe'])(
    '%s is refused with the parameter',
    async (query) => {
      const response = await api()(new Request(`http://localhost/api/devices?${query}`));
      expect(response.status).toBe(400);
      expect((await response.json()).errors[0].path).toBe(query.split('=')[0]);
    },
  );

  test('of any length is whole and valid JSON', async () => {
    const source = fleet(SIZE);
    for (const path of ['/api/devices', '/api/status', '/api/stats', '/api/snapshot']) {
      const { devices } = await get(path, api(source));
      expect(ids(devices)).toEqual(ids(source.snapshot().devices));
    }
  });

  test('has its counts alone in the summary', async () => {
    expect(await get('/api/summary')).toMatchObject({
      fleet: { total: 60, states: { down: 5, up: 55 } },
      openIncidents: 0,
      waitingApprovals: 0,
    });
  });
});
