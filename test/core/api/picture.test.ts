import { expect, test } from 'vitest';
import { applyDelta, hasGap, pictureOf, replacement, snapshotOf } from '../../../src/core/api/picture.ts';
import { deviceView, healView, incident, snapshotWith, T0 } from './fake-source.ts';

const event = (seq: number) => ({
  seq,
  at: new Date(T0).toISOString(),
  type: 'notice' as const,
  level: 'info' as const,
  message: `event ${seq}`,
});

test('a picture and its snapshot are the same thing', () => {
  const snapshot = snapshotWith({ heals: [healView('h1')], incidents: [incident('i1')] });
  expect(snapshotOf(pictureOf(snapshot))).toEqual(snapshot);
});

test('a changed device keeps its place, and a snapshot that was taken stays as it was', () => {
  const picture = pictureOf(snapshotWith());
  const before = snapshotOf(picture);
  const after = applyDelta(picture, { seq: 1, at: T0, devices: [deviceView('core-gw', { rttMs: 9 })] });
  expect(snapshotOf(after).devices.map(({ id, rttMs }) => [id, rttMs])).toEqual([
    ['core-gw', 9],
    ['sw-01', 1.25],
  ]);
  expect(before.devices.find(({ id }) => id === 'core-gw')!.rttMs).toBe(1.25);
});

test('devices that a reload took away are gone', () => {
  const after = applyDelta(pictureOf(snapshotWith()), { seq: 1, at: T0, removed: ['sw-01'] });
  expect([...after.devices.keys()]).toEqual(['core-gw']);
});

test('a delta that comes twice changes nothing', () => {
  const delta = { seq: 2, at: T0, events: [event(2)] };
  const once = applyDelta(pictureOf(snapshotWith()), delta);
  expect(applyDelta(once, delta)).toEqual(once);
});

test('a missing event is a gap, with and without events in the delta', () => {
  const picture = pictureOf(snapshotWith());
  expect(hasGap(picture, { seq: 2, at: T0, events: [event(2)] })).toBe(false);
  expect(hasGap(picture, { seq: 3, at: T0, events: [event(1), event(2), event(3)] })).toBe(false);
  expect(hasGap(picture, { seq: 1, at: T0 })).toBe(false);
  expect(hasGap(picture, { seq: 3, at: T0, events: [event(3)] })).toBe(true);
  expect(hasGap(picture, { seq: 2, at: T0 })).toBe(true);
});

test('a replacement turns any picture into the other one', () => {
  const before = pictureOf(snapshotWith());
  const after = pictureOf(snapshotWith({ seq: 5, devices: [deviceView('nas')], events: [event(5)] }));
  const result = applyDelta(before, replacement(before, after));
  expect(snapshotOf(result).devices).toEqual(snapshotOf(after).devices);
});

test('what is over is forgotten in the end, what is open never', () => {
  let picture = pictureOf(snapshotWith({ incidents: [incident('open')] }));
  for (let seq = 2; seq < 1_500; seq++) {
    picture = applyDelta(picture, {
      seq,
      at: T0,
      events: [event(seq)],
      incidents: [incident(`i${seq}`, { closedAt: T0 })],
      heals: [healView(`h${seq}`)],
    });
  }
  expect(picture.events).toHaveLength(1_000);
  expect(picture.events.at(-1)!.seq).toBe(1_499);
  expect(picture.incidents.size).toBe(201);
  expect(picture.incidents.has('open')).toBe(true);
  expect(picture.heals.size).toBe(200);
});
