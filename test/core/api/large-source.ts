/** A fleet of a hundred thousand devices that takes no memory: views are made when somebody asks, and counted. */
import { type DeviceBrief, select } from '../../../src/core/api/select.ts';
import type { Delta, DeviceView, Source } from '../../../src/core/api/types.ts';
import { deviceView, snapshotWith, T0 } from './fake-source.ts';

export const LARGE = 100_000;
/** RTTs as a device has them after some time; their digits are what makes a picture large. */
const RECENT = Array.from({ length: 20 }, (_, index) => 0.123 + index / 7);

export type LargeSource = Source & {
  /** Views that were made so far. */
  readonly views: number;
  readonly listeners: number;
  /** Checks these devices, each with what came of it, and tells it in one delta. */
  check(from: number, to: number, change?: Partial<DeviceView>): void;
};

export const idOf = (index: number) => `device-${index}`;

export function largeSource(): LargeSource {
  const changes = new Map<string, Partial<DeviceView>>();
  const listeners = new Set<(delta: Delta) => void>();
  const { devices: _, ...rest } = snapshotWith();
  const up = deviceView('');
  let views = 0;

  function* briefs(): Generator<DeviceBrief> {
    for (let index = 0; index < LARGE; index++) yield brief(index);
  }
  const brief = (index: number) => {
    const id = idOf(index);
    const { reachability, healing, flags } = { ...up, ...changes.get(id) };
    return { id, label: `Device ${index}`, ...placeOf(index), reachability, healing, flags };
  };
  const device = (id: string): DeviceView | null => {
    const index = Number(id.slice('device-'.length));
    if (!(index >= 0 && index < LARGE)) return null;
    views++;
    return deviceView(id, {
      label: `Device ${index}`,
      ...placeOf(index),
      recent: RECENT,
      ...changes.get(id),
    });
  };
  return {
    inProcess: true,
    get views() {
      return views;
    },
    get listeners() {
      return listeners.size;
    },
    check(from, to, change = {}) {
      const ids = Array.from({ length: to - from }, (_, index) => idOf(from + index));
      for (const id of ids) changes.set(id, { ...changes.get(id), ...change });
      const delta: Delta = { seq: rest.seq, at: T0, devices: ids.map((id) => device(id)!) };
      for (const listener of [...listeners]) listener(delta);
    },
    snapshot: () => ({
      ...rest,
      get devices(): never {
        throw new Error('nobody may ask for the whole of a large fleet at once');
      },
    }),
    select: (query) => select(briefs(), query),
    *glances() {
      for (const each of briefs()) yield { ...up, ...each, ...changes.get(each.id) };
    },
    device,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    act: async () => ({ ok: true, message: 'done' }),
    samples: async () => [],
    connection: () => ({ state: 'live', since: T0 }),
    close: async () => listeners.clear(),
  };
}

function placeOf(index: number) {
  return {
    address: `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    group: `site-${index % 200}`,
  };
}
