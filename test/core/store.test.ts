import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Delta, DeviceView, HealView, MonitorView } from '../../src/core/api/types.ts';
import type { Incident } from '../../src/core/model/types.ts';
import type { EventRecord } from '../../src/core/plugin.ts';
import { Store } from '../../src/core/store.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const ids = new Set(['a', 'b']);
  const made: string[] = [];
  const store = new Store({
    now: () => Date.UTC(2026, 10, 23),
    deviceIds: () => ids,
    briefs: () => [],
    glances: () => [],
    deviceView: (id) => {
      if (!ids.has(id)) return null;
      made.push(id);
      return { id, label: id.toUpperCase() } as DeviceView;
    },
    samples: () => [],
    plugins: () => [],
    monitor: { paused: null, selfOffline: false } as MonitorView,
  });
  const deltas: Delta[] = [];
  const stop = store.subscribe((delta) => deltas.push(delta));
  return { ids, made, store, deltas, stop };
}

const note = (message: string) => ({ type: 'notice', level: 'info', message }) as const;
const incident = (id: number, closedAt: number | null = null) =>
  ({ id: String(id), device: 'a', closedAt }) as Incident;
const heal = (id: number, phase: HealView['phase'] = 'done') =>
  ({ id: String(id), device: 'a', phase }) as HealView;

describe('events', () => {
  it('are numbered without a gap, dated, and told at once and in order', () => {
    const { store } = setUp();
    const told: EventRecord[] = [];
    store.onEvent((event) => told.push(event));
    for (const word of ['one', 'two', 'three']) store.addEvent(note(word));
    expect(told.map(({ seq, message }) => [seq, message])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
    expect(told[0]!.at).toBe('2026-11-23T00:00:00.000Z');
  });

  it('hold no control characters, wherever their words come from', () => {
    expect(setUp().store.addEvent(note('a\x1b[31m\nb\x07')).message).toBe('a b·');
  });

  it('are kept to the last thousand, the newest last', () => {
    const { store } = setUp();
    for (let i = 1; i <= 2_500; i++) store.addEvent(note(String(i)));
    const { events, seq } = store.snapshot();
    expect(events).toHaveLength(1_000);
    expect([events[0]!.seq, events.at(-1)!.seq, seq]).toEqual([1_501, 2_500, 2_500]);
  });
});

describe('views', () => {
  it('of a device are made once until it changes', () => {
    const { store, made } = setUp();
    store.device('a');
    const { devices } = store.snapshot();
    expect(devices).toHaveLength(2);
    expect(made).toEqual(['a', 'b']);
    store.deviceChanged('a');
    expect(store.device('a')).toBe(store.device('a'));
    expect(made).toEqual(['a', 'b', 'a']);
  });

  it('hear of all changes of a tenth of a second in one delta, each thing once and as it is now', () => {
    const { store, deltas } = setUp();
    for (let i = 0; i < 50; i++) store.deviceChanged('a');
    store.putIncident(incident(1));
    store.putIncident(incident(1, 99));
    store.putHeal(heal(7, 'running'));
    store.addEvent(note('one'));
    store.updateMonitor({ selfOffline: true });
    expect(deltas).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(deltas).toMatchObject([
      {
        seq: 1,
        devices: [{ id: 'a' }],
        incidents: [{ id: '1', closedAt: 99 }],
        heals: [{ id: '7' }],
        events: [{ message: 'one' }],
        monitor: { selfOffline: true, paused: null },
      },
    ]);
    expect(deltas[0]!.devices).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(deltas).toHaveLength(1);
  });

  it('hear only of what changed', () => {
    const { store, deltas } = setUp();
    store.deviceChanged('b');
    vi.advanceTimersByTime(100);
    expect(Object.keys(deltas[0]!).sort()).toEqual(['at', 'devices', 'seq']);
  });

  it('hear which devices are gone', () => {
    const { ids, store, deltas } = setUp();
    ids.delete('b');
    store.deviceChanged('b');
    vi.advanceTimersByTime(100);
    expect(deltas[0]).toMatchObject({ removed: ['b'] });
    expect(deltas[0]).not.toHaveProperty('devices');
    expect(store.snapshot().devices.map(({ id }) => id)).toEqual(['a']);
  });

  it('hear at once what is still untold when netheal ends, and nothing twice', () => {
    const { store, deltas } = setUp();
    store.addEvent(note('bye'));
    store.flush();
    expect(deltas).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(deltas).toHaveLength(1);
  });

  it('that unsubscribe hear nothing more', () => {
    const { store } = setUp();
    const listener = vi.fn();
    store.subscribe(listener)();
    store.addEvent(note('x'));
    vi.advanceTimersByTime(1_000);
    expect(listener).not.toHaveBeenCalled();
  });

  it('cost nothing where nobody listens: ten thousand changes leave no timer, no view and nothing to tell', () => {
    const { store, made, deltas, stop } = setUp();
    stop();
    for (let i = 0; i < 10_000; i++) store.deviceChanged(i % 2 === 0 ? 'a' : 'b');
    expect(vi.getTimerCount()).toBe(0);
    store.subscribe((delta) => deltas.push(delta));
    store.addEvent(note('x'));
    vi.advanceTimersByTime(100);
    expect(deltas[0]).not.toHaveProperty('devices');
    expect(made).toEqual([]);
  });

  it('that come by delta and by snapshot show the same', () => {
    const { store, deltas } = setUp();
    store.putIncident(incident(1));
    store.addEvent(note('x'));
    vi.advanceTimersByTime(100);
    const { incidents, events, seq } = store.snapshot();
    expect(deltas[0]).toMatchObject({ incidents, events, seq });
  });
});

describe('memory', () => {
  it('keeps two hundred incidents that are over, the last ones, and an open one in any case', () => {
    const { store } = setUp();
    store.putIncident(incident(0));
    for (let id = 1; id <= 500; id++) store.putIncident(incident(id, 1));
    expect([...store.incidents()]).toHaveLength(201);
    expect(store.incident('0')).toBeDefined();
    expect(store.incident('1')).toBeUndefined();
    expect(store.incident('500')).toBeDefined();
  });

  it('keeps two hundred heals that are over, and one that still runs in any case', () => {
    const { store } = setUp();
    store.putHeal(heal(0, 'waiting-approval'));
    for (let id = 1; id <= 500; id++) store.putHeal(heal(id));
    expect([...store.heals()]).toHaveLength(201);
    expect(store.heal('0')).toBeDefined();
  });
});
