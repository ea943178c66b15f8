import { expect, it } from 'vitest';
import { SampleStore } from '../../../src/core/engine/samples.ts';

it('a ring keeps the last samples, oldest first, lost and unknown ones included', () => {
  const ring = new SampleStore(3).ring();
  expect(ring.last(10)).toEqual([]);
  ring.add(1, 5, true);
  ring.add(2, null, false);
  ring.add(3, null, null);
  ring.add(4, 0.5, true);
  expect(ring.last(10)).toEqual([
    { at: 2, ok: false, rttMs: null },
    { at: 3, ok: null, rttMs: null },
    { at: 4, ok: true, rttMs: 0.5 },
  ]);
  expect(ring.last(1)).toEqual([{ at: 4, ok: true, rttMs: 0.5 }]);
});

it('the rings of a large fleet do not know each other', () => {
  const store = new SampleStore(4);
  const rings = Array.from({ length: 1_000 }, () => store.ring());
  for (let round = 0; round < 6; round++) {
    for (const [index, ring] of rings.entries()) ring.add(round * 10_000 + index, index, true);
  }
  for (const [index, ring] of rings.entries()) {
    expect(ring.last(9).map(({ at }) => at)).toEqual([2, 3, 4, 5].map((round) => round * 10_000 + index));
    expect(ring.last(1)[0]!.rttMs).toBe(index);
  }
});
