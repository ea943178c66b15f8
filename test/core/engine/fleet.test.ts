import { describe, expect, it } from 'vitest';
import { Fleet } from '../../../src/core/engine/fleet.ts';
import type { Monitored } from '../../../src/core/engine/monitored.ts';
import { initialState } from '../../../src/core/model/state.ts';
import type { DeviceState } from '../../../src/core/model/types.ts';
import type { ProbeResult } from '../../../src/core/plugin.ts';

type Sketch = {
  id: string;
  parents?: readonly string[];
  state?: Partial<DeviceState>;
  lastResults?: readonly ProbeResult[];
};

function fleetOf(...sketches: readonly Sketch[]): Fleet {
  const fleet = new Fleet();
  fleet.replace(
    sketches.map(
      ({ id, parents = [], state, lastResults = [] }) =>
        ({
          id,
          device: { id, parents },
          primaryProbe: 'icmp',
          lastResults,
          state: { ...initialState(0, 0), ...state },
        }) as unknown as Monitored,
    ),
  );
  return fleet;
}
const up = { reachability: 'up' } as const;
const down = { reachability: 'down', hardness: 'hard', failing: ['icmp'] } as const;
const unreachable = { reachability: 'unreachable', hardness: 'hard' } as const;
const peers = (fleet: Fleet, limit = 8) => fleet.peers(limit).map(({ id }) => id);

describe('whom to ask whether we are cut off, where there are no witnesses', () => {
  it('is nobody in a fleet of one to three: it heals its failures', () => {
    expect(peers(fleetOf({ id: 'a' }, { id: 'b' }, { id: 'c' }))).toEqual([]);
    expect(peers(fleetOf({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }))).toHaveLength(4);
  });

  it('is nobody where one root explains the silence of all', () => {
    const children = ['c1', 'c2', 'c3', 'c4'].map((id) => ({ id, parents: ['sw'] }));
    expect(peers(fleetOf({ id: 'sw' }, ...children))).toEqual([]);
    expect(peers(fleetOf({ id: 'sw' }, { id: 'sw2' }, ...children))).toEqual(['sw', 'sw2']);
  });

  it('is those that answered last before those that are down anyhow, and not all of a large fleet', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ id: `d${i}`, state: i < 15 ? down : up }));
    expect(peers(fleetOf(...many), 5)).toEqual(['d15', 'd16', 'd17', 'd18', 'd19']);
    expect(peers(fleetOf(...many), 3)).toHaveLength(3);
  });

  it('is also those that gave a wrong answer last: they prove that packets come back', () => {
    const wrong = { ok: false, reason: 'failed', message: 'status 500', rttMs: 3 } as const;
    const many = Array.from({ length: 20 }, (_, i) => ({ id: `d${i}`, state: down }));
    expect(peers(fleetOf(...many, { id: 'web', state: down, lastResults: [wrong] }), 3)).toEqual([
      'web',
      'd0',
      'd1',
    ]);
  });
});

describe('the root cause of an unreachable device', () => {
  const fleet = fleetOf(
    { id: 'core', state: down },
    { id: 'sw', parents: ['core'], state: unreachable },
    { id: 'ap', parents: ['sw'], state: unreachable },
    { id: 'well', state: up },
  );

  it('is the top-most that is down', () => {
    expect(fleet.rootCauseOf('ap')).toBe('core');
    expect(fleet.rootCauseOf('sw')).toBe('core');
  });

  it('is none for everybody else', () => {
    expect(['core', 'well', 'nobody'].map((id) => fleet.rootCauseOf(id))).toEqual([null, null, null]);
  });
});
