import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { initialState } from '../../../src/core/model/state.ts';
import {
  buildTopology,
  findCycle,
  type Node,
  parentsVerdict,
  rootCause,
} from '../../../src/core/model/topology.ts';
import type { DeviceState } from '../../../src/core/model/types.ts';

const nodes = (tree: Record<string, string[]>): Node[] =>
  Object.entries(tree).map(([id, parents]) => ({ id, parents }));

const timeout = { kind: 'timeout', probe: 'icmp', message: 'no answer' } as const;
const base: DeviceState = { ...initialState(0, 0), hardness: 'hard' };
const STATES = {
  unknown: initialState(0, 0),
  up: { ...base, reachability: 'up' },
  'soft failing': { ...base, reachability: 'up', hardness: 'soft', failure: timeout, failing: ['icmp'] },
  degraded: { ...base, reachability: 'degraded' },
  down: { ...base, reachability: 'down', failure: timeout, failing: ['icmp', 'http'] },
  'down, only http fails': {
    ...base,
    reachability: 'down',
    failure: { ...timeout, probe: 'http' },
    failing: ['http'],
  },
  'first answer after an outage': {
    ...base,
    reachability: 'down',
    hardness: 'soft',
    failure: timeout,
    failing: [],
  },
  unreachable: { ...base, reachability: 'unreachable', failure: timeout, failing: ['icmp'] },
} satisfies Record<string, DeviceState>;
type Name = keyof typeof STATES;

function fleet(tree: Record<string, string[]>, named: Record<string, Name>) {
  const topology = buildTopology(nodes(tree));
  const states = (id: string): DeviceState | undefined => (named[id] ? STATES[named[id]] : undefined);
  const primary = () => 'icmp';
  return {
    parents: (id: string) => parentsVerdict(id, topology, states, primary),
    cause: (id: string) => rootCause(id, topology, states, primary),
  };
}

describe('a loop of parents', () => {
  test('is named from one device round to the same', () => {
    expect(findCycle(nodes({ gw: [], a: ['b'], b: ['c'], c: ['a'] }))).toEqual(['a', 'b', 'c', 'a']);
  });

  test('may be a device that is its own parent', () => {
    expect(findCycle(nodes({ a: ['a'] }))).toEqual(['a', 'a']);
  });

  test('is named without the devices that only hang under it', () => {
    expect(findCycle(nodes({ leaf: ['x'], x: ['gw', 'y'], y: ['x'], gw: [] }))).toEqual(['x', 'y', 'x']);
  });

  test('is not made by two ways to the same parent, nor by parents that are not there', () => {
    expect(findCycle(nodes({ gw: [], a: ['gw'], b: ['gw', 'gone'], c: ['a', 'b', 'b'] }))).toBeNull();
    expect(findCycle([])).toBeNull();
  });

  test('is found exactly where no order of parents before children exists', () => {
    const graph = fc.array(fc.array(fc.nat(7), { maxLength: 2 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(graph, (edges) => {
        const devices = edges.map((parents, i) => ({ id: `d${i}`, parents: parents.map((n) => `d${n}`) }));
        const loop = findCycle(devices);
        const { order, parents } = buildTopology(devices);
        if (loop === null) {
          expect([...order].sort()).toEqual(devices.map(({ id }) => id).sort());
          for (const id of order) {
            for (const parent of parents(id)) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(id));
          }
          return;
        }
        expect(order.length).toBeLessThan(devices.length);
        expect(loop.at(-1)).toBe(loop[0]);
        expect(new Set(loop).size).toBe(loop.length - 1);
        for (let i = 1; i < loop.length; i++) expect(parents(loop[i - 1]!)).toContain(loop[i]);
      }),
    );
  });

  test('is searched for in deep chains without running out of stack', () => {
    const chain = Array.from({ length: 50_000 }, (_, i) => ({
      id: `d${i}`,
      parents: i === 0 ? [] : [`d${i - 1}`],
    }));
    expect(findCycle(chain)).toBeNull();
    expect(buildTopology(chain).descendants('d0')).toHaveLength(49_999);
  });
});

describe('a topology', () => {
  const topology = buildTopology(
    nodes({ ap: ['sw1', 'sw2'], sw1: ['gw'], sw2: ['gw', 'gone'], gw: [], nas: [] }),
  );

  test('knows parents, children and all descendants, each once', () => {
    expect(topology.parents('sw2')).toEqual(['gw']);
    expect(topology.children('gw')).toEqual(['sw1', 'sw2']);
    expect(topology.descendants('gw')).toEqual(['sw1', 'sw2', 'ap']);
    expect(topology.descendants('nas')).toEqual([]);
  });

  test('puts parents before children', () => {
    expect(topology.order).toEqual(['gw', 'nas', 'sw1', 'sw2', 'ap']);
  });

  test('has no relatives for a device it does not know', () => {
    expect([topology.parents('x'), topology.children('x'), topology.descendants('x')]).toEqual([[], [], []]);
  });
});

describe('the parents of a device', () => {
  test('are no question for a device without any', () => {
    expect(fleet({ gw: [] }, { gw: 'up' }).parents('gw')).toBeNull();
  });

  test.each<{ state: Name; verdict: string }>([
    { state: 'unknown', verdict: 'reachable' },
    { state: 'up', verdict: 'reachable' },
    { state: 'soft failing', verdict: 'reachable' },
    { state: 'degraded', verdict: 'reachable' },
    { state: 'down', verdict: 'blocked' },
    { state: 'down, only http fails', verdict: 'reachable' },
    { state: 'first answer after an outage', verdict: 'blocked' },
    { state: 'unreachable', verdict: 'blocked' },
  ])('are $verdict when the only one is: $state', ({ state, verdict }) => {
    expect(fleet({ gw: [], ap: ['gw'] }, { gw: state }).parents('ap')).toBe(verdict);
  });

  test('block only when all of them do', () => {
    const tree = { a: [], b: [], c: ['a', 'b'] };
    expect(fleet(tree, { a: 'down', b: 'up' }).parents('c')).toBe('reachable');
    expect(fleet(tree, { a: 'down', b: 'unreachable' }).parents('c')).toBe('blocked');
  });

  test('block when they are down and it is not known by which probe', () => {
    const topology = buildTopology(nodes({ gw: [], ap: ['gw'] }));
    const noProbe = () => undefined;
    expect(parentsVerdict('ap', topology, () => STATES['down, only http fails'], noProbe)).toBe('blocked');
  });

  test('count as reachable while nothing is known of them', () => {
    expect(fleet({ gw: [], ap: ['gw'] }, {}).parents('ap')).toBe('reachable');
  });
});

describe('the root cause', () => {
  const tree = { gw: [], sw: ['gw'], ap: ['sw'], cam: ['ap'] };

  test('is the top-most broken device', () => {
    const { cause } = fleet(tree, { gw: 'down', sw: 'unreachable', ap: 'unreachable', cam: 'unreachable' });
    expect(['cam', 'ap', 'sw', 'gw'].map(cause)).toEqual(['gw', 'gw', 'gw', null]);
  });

  test('is above a parent that broke by itself before its own parent did', () => {
    expect(fleet(tree, { gw: 'down', sw: 'down', ap: 'unreachable' }).cause('ap')).toBe('gw');
  });

  test('is the nearest broken device when what is above it works', () => {
    expect(fleet(tree, { gw: 'up', sw: 'down', ap: 'unreachable' }).cause('ap')).toBe('sw');
  });

  test('is none for a device that is not unreachable, and none when its parents are back', () => {
    expect(fleet(tree, { gw: 'down', sw: 'down' }).cause('sw')).toBeNull();
    expect(fleet(tree, { gw: 'up', sw: 'up', ap: 'unreachable' }).cause('ap')).toBeNull();
  });

  test('of a device behind two broken parents is found through the first named', () => {
    const { cause } = fleet({ a: [], b: [], c: ['a', 'b'] }, { a: 'down', b: 'down', c: 'unreachable' });
    expect(cause('c')).toBe('a');
  });
});
