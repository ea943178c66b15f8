import { expect, it } from 'vitest';
import { FaultTeller } from '../../../src/core/engine/fault-teller.ts';
import type { NewEvent } from '../../../src/core/store.ts';

function setUp() {
  const told: string[] = [];
  const time = { monoMs: 0 };
  const store = { addEvent: ({ message }: NewEvent) => told.push(message), pluginsChanged: () => undefined };
  const teller = new FaultTeller(store as never, () => time.monoMs);
  const fault = (plugin: string, what: string, hook = 'beforePing', timedOut = false) =>
    teller.tell({ plugin, hook, what, timedOut });
  return { told, time, fault };
}

it('a plugin that fails with every check is told of once a minute, with how often since', () => {
  const { told, time, fault } = setUp();
  for (; time.monoMs < 60_000; time.monoMs += 1_000) fault('p', 'p fails');
  expect(told).toEqual(['p fails']);
  fault('p', 'p fails');
  expect(told).toEqual(['p fails', 'p fails (and 59 times more since)']);
});

it('another plugin, another hook and another kind of fault are each told at once', () => {
  const { told, fault } = setUp();
  fault('p', 'first');
  fault('q', 'other plugin');
  fault('p', 'other hook', 'afterPing');
  fault('p', 'too slow', 'beforePing', true);
  expect(told).toEqual(['first', 'other plugin', 'other hook', 'too slow']);
});

it('that a plugin was disabled is never left out', () => {
  const { told, fault } = setUp();
  fault('p', 'p fails');
  fault('p', 'plugin p is disabled after repeated faults');
  expect(told).toHaveLength(2);
});
