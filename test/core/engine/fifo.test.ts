import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fifo } from '../../../src/core/engine/fifo.ts';

it('gives back what was put in, in its order, whatever the turns', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ put: fc.nat(3_000), take: fc.nat(3_000) }), { maxLength: 8 }),
      (turns) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        let next = 0;
        for (const { put, take } of turns) {
          for (let i = 0; i < put; i++) {
            fifo.push(next);
            model.push(next++);
          }
          expect(fifo.take(take)).toEqual(model.splice(0, take));
          expect(fifo.length).toBe(model.length);
        }
      },
    ),
    { numRuns: 50 },
  );
});
