import { describe, expect, test } from 'vitest';
import {
  cellAt,
  type Group,
  labelAt,
  layOut,
  neighbour,
  placeOf,
} from '../../../src/plugins/dashboard/page/grid-layout.ts';

const ROOM = { width: 1_000, height: 400, largest: 22, label: 16 };
const groups = (...counts: number[]): Group[] => counts.map((count, index) => ({ name: `g${index}`, count }));

describe('where the cells stand', () => {
  test.each([
    ['one group', groups(5_000)],
    ['equal groups', groups(...Array<number>(24).fill(200))],
    ['groups of any size', groups(1, 900, 3, 60, 2_000, 17)],
    ['more groups than have room for a name', groups(...Array<number>(3_000).fill(2))],
    ['a handful', groups(3, 4)],
  ])('%s: each has a place of its own, within the width, and is found there', (_, some) => {
    const layout = layOut(some, ROOM);
    const total = some.reduce((sum, { count }) => sum + count, 0);
    const places = new Set<string>();
    for (let cell = 0; cell < total; cell++) {
      const { x, y } = placeOf(layout, cell);
      expect(x + layout.size).toBeLessThanOrEqual(ROOM.width);
      expect(y + layout.size).toBeLessThanOrEqual(layout.height);
      expect(cellAt(layout, x + layout.size / 2, y + layout.size / 2)).toBe(cell);
      places.add(`${x} ${y}`);
    }
    expect(places.size).toBe(total);
  });

  test('they are as large as fits: fewer are larger, and never larger than wished for', () => {
    const sizes = [20_000, 5_000, 1_000, 100].map((count) => layOut(groups(count), ROOM).size);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizes.at(-1)).toBe(22);
    expect(layOut(groups(5_000), ROOM).height).toBeLessThanOrEqual(400);
  });

  test('a hundred thousand are small, and the grid is as high as they need', () => {
    const layout = layOut(groups(...Array<number>(200).fill(500)), ROOM);
    expect(layout.size).toBe(4);
    expect(layout.height).toBeGreaterThan(400);
  });

  test('between two cells there is none, and above a group is its name', () => {
    const layout = layOut(groups(10, 10), ROOM);
    expect(cellAt(layout, layout.size + 1, layout.top + 1)).toBeNull();
    expect(cellAt(layout, 2, 2)).toBeNull();
    expect(labelAt(layout, 2, 2)?.name).toBe('g0');
    expect(cellAt(layout, 5_000, 5_000)).toBeNull();
  });

  test('arrows lead to the neighbours, and never out of the grid', () => {
    const layout = layOut(groups(100), { ...ROOM, width: 250 });
    const { columns } = layout.blocks[0]!;
    expect(neighbour(layout, 0, 'ArrowRight')).toBe(1);
    expect(neighbour(layout, 0, 'ArrowDown')).toBe(columns);
    expect(neighbour(layout, columns, 'ArrowUp')).toBe(0);
    expect(neighbour(layout, 0, 'ArrowUp')).toBe(0);
    expect(neighbour(layout, 99, 'ArrowRight')).toBe(99);
    expect(neighbour(layout, 5, 'x')).toBe(5);
  });
});
