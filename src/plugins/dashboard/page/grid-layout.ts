/** Where the cells of the grid stand. Pure: numbers in, numbers out; all of them CSS pixels. */

/** A group of devices: its name, and how many there are. */
export type Group = Readonly<{ name: string; count: number }>;

/** A group as it is drawn; its cells are those from `from` on, row by row. */
export type Block = Group & Readonly<{ x: number; y: number; width: number; columns: number; from: number }>;

export type Layout = Readonly<{
  /** Side of a cell, and from one to the next. */
  size: number;
  pitch: number;
  height: number;
  /** Where the cells begin below the name of their group. */
  top: number;
  blocks: readonly Block[];
}>;

export type Room = Readonly<{
  width: number;
  height: number;
  largest: number;
  /** Height of the name of a group. */
  label: number;
}>;

const SMALLEST = 4;
const BETWEEN_X = 16;
const BETWEEN_Y = 12;
/** Narrower than so many times its height, no name could be read. */
const NARROWEST = 5.5;
/** So much higher than wished for is still better than no names. */
const TOLERANCE = 1.6;

/** The largest cells with which everything fits into the room; where nothing does, the smallest. */
export function layOut(groups: readonly Group[], room: Room): Layout {
  const named = groups.length > 1 ? fitted(groups, room, room.label) : null;
  if (named !== null && named.height <= room.height * TOLERANCE) return named;
  // One group has no need of a name; too many have no room for theirs, and follow each other.
  const all = { name: '', count: groups.reduce((sum, { count }) => sum + count, 0) };
  return fitted([all], room, 0);
}

/** The number of the cell at a place; null where there is none. */
export function cellAt({ blocks, size, pitch, top }: Layout, x: number, y: number): number | null {
  for (const block of blocks) {
    const column = Math.floor((x - block.x) / pitch);
    const row = Math.floor((y - block.y - top) / pitch);
    if (column < 0 || row < 0 || column >= block.columns) continue;
    const index = row * block.columns + column;
    const isBetween = x - block.x - column * pitch > size || y - block.y - top - row * pitch > size;
    if (index < block.count && !isBetween) return block.from + index;
  }
  return null;
}

/** The block whose name stands at a place. */
export function labelAt({ blocks, top }: Layout, x: number, y: number): Block | null {
  return (
    blocks.find((block) => x >= block.x && x < block.x + block.width && y >= block.y && y < block.y + top) ??
    null
  );
}

/** Where a cell stands. */
export function placeOf(layout: Layout, cell: number): Readonly<{ x: number; y: number }> {
  const block = blockOf(layout, cell);
  const index = cell - block.from;
  return {
    x: block.x + (index % block.columns) * layout.pitch,
    y: block.y + layout.top + Math.floor(index / block.columns) * layout.pitch,
  };
}

/** The cell that an arrow key leads to. */
export function neighbour(layout: Layout, cell: number, key: string): number {
  const last = layout.blocks.at(-1)!;
  const { columns } = blockOf(layout, cell);
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key] ?? 0;
  return Math.max(0, Math.min(last.from + last.count - 1, cell + by));
}

function blockOf({ blocks }: Layout, cell: number): Block {
  let [low, high] = [0, blocks.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (blocks[middle]!.from <= cell) low = middle;
    else high = middle - 1;
  }
  return blocks[low]!;
}

function fitted(groups: readonly Group[], room: Room, top: number): Layout {
  const most =
    top === 0 ? 1 : Math.max(1, Math.floor((room.width + BETWEEN_X) / (NARROWEST * top + BETWEEN_X)));
  for (let size = room.largest; ; size--) {
    const pitch = size + gapOf(size);
    let best = shelves(groups, room.width, 1, size, pitch, top);
    for (let abreast = 2; abreast <= Math.min(most, groups.length); abreast++) {
      const layout = shelves(groups, room.width, abreast, size, pitch, top);
      if (layout.height < best.height) best = layout;
    }
    if (best.height <= room.height || size <= SMALLEST) return best;
  }
}

/** So many groups abreast, all of the same width; a shelf is as high as the highest group on it. */
function shelves(
  groups: readonly Group[],
  width: number,
  abreast: number,
  size: number,
  pitch: number,
  top: number,
): Layout {
  const blockWidth = Math.floor((width - (abreast - 1) * BETWEEN_X) / abreast);
  const columns = Math.max(1, Math.floor((blockWidth + pitch - size) / pitch));
  const blocks: Block[] = [];
  let y = 0;
  let highest = 0;
  let from = 0;
  groups.forEach((group, index) => {
    const place = index % abreast;
    if (place === 0 && index > 0) {
      y += highest + BETWEEN_Y;
      highest = 0;
    }
    blocks.push({ ...group, x: place * (blockWidth + BETWEEN_X), y, width: blockWidth, columns, from });
    highest = Math.max(highest, top + Math.ceil(group.count / columns) * pitch);
    from += group.count;
  });
  return { size, pitch, top, height: y + highest, blocks };
}

function gapOf(size: number): number {
  return size >= 40 ? 6 : size >= 12 ? 3 : size >= 7 ? 2 : 1;
}
