import { expect, test } from 'vitest';
import type { RunEvent } from './netheal-run.ts';
import { judgeEvents } from './outages.ts';

const outages = [
  { device: 'd1', from: 10_000, to: 70_000 },
  { device: 'd2', from: 10_000, to: 70_000 },
];

const change = (at: number, device: string, to: string): RunEvent => ({
  at,
  type: 'status-change',
  device,
  to,
  message: `${device} is ${to}`,
});

test('an outage that is told while it lasts is detected, and one that nobody tells of is missed', () => {
  const verdict = judgeEvents(outages, [change(25_000, 'd1', 'down'), change(90_000, 'd1', 'up')]);
  expect(verdict).toMatchObject({ missed: 1, falseAlarms: [], notRecovered: 0 });
  expect(verdict.detectionP50Ms).toBe(15_000);
  expect(verdict.recoveryP50Ms).toBe(20_000);
});

test('a device that is called down while it answers is a false alarm', () => {
  const told = [
    change(9_000, 'd1', 'down'),
    change(25_000, 'd2', 'down'),
    change(74_000, 'd2', 'down'),
    change(25_000, 'd3', 'down'),
  ];
  const { missed, falseAlarms } = judgeEvents(outages, told);
  expect(falseAlarms).toEqual(['d1 is down', 'd2 is down', 'd3 is down']);
  expect(missed).toBe(1);
});

test('a device that is called up while it is silent is a false alarm too, and not seen well again', () => {
  const told = ['d1', 'd2'].map((device) => change(30_000, device, 'down'));
  const verdict = judgeEvents(outages, [...told, change(40_000, 'd2', 'up')]);
  expect(verdict.falseAlarms).toEqual(['d2 is up']);
  expect(verdict.notRecovered).toBe(2);
});
