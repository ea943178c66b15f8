import { expect, it } from 'vitest';
import { createRowTexts } from '../../../src/core/api/row-texts.ts';
import type { DeviceView } from '../../../src/core/api/types.ts';
import { deviceView } from './fake-source.ts';

function counted() {
  const devices = new Map<string, DeviceView>([
    ['a', deviceView('a')],
    ['b', deviceView('b')],
  ]);
  const made: string[] = [];
  const rows = createRowTexts({ device: (id) => devices.get(id) ?? null }, ({ id, rttMs }) => {
    made.push(id);
    return { id, rttMs };
  });
  return { devices, made, rows };
}

it('makes a row anew only where the device has changed', () => {
  const { devices, made, rows } = counted();
  const before = ['a', 'b'].map(rows(2));
  devices.set('b', deviceView('b', { rttMs: 77 }));
  const after = ['a', 'b'].map(rows(2));
  expect(made).toEqual(['a', 'b', 'b']);
  expect(after[0]).toBe(before[0]);
  expect(JSON.parse(after[1]!)).toEqual({ id: 'b', rttMs: 77 });
});

it('has no row for a device that is gone', () => {
  expect(counted().rows(2)('c')).toBeNull();
});

it('keeps nothing of a fleet whose views are not kept either', () => {
  const { made, rows } = counted();
  rows(100_000)('a');
  rows(100_000)('a');
  expect(made).toEqual(['a', 'a']);
});
