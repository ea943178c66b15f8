/** Where a list stands. The key is what the cursor holds on to while rows come, go and change places. */
export type ListState = Readonly<{ key: string | null; index: number; top: number }>;

export const LIST_START: ListState = { key: null, index: 0, top: 0 };

type Keyed = Readonly<{ key: string }>;

/** The list on these rows: the cursor on its row (or its place, where the row is gone) and in sight. */
export function settle(list: ListState, rows: readonly Keyed[], height: number): ListState {
  if (rows.length === 0) return LIST_START;
  const found =
    rows[list.index]?.key === list.key ? list.index : rows.findIndex(({ key }) => key === list.key);
  const index = clamp(found === -1 ? list.index : found, 0, rows.length - 1);
  const lastTop = Math.max(0, rows.length - height);
  const top = clamp(clamp(list.top, index - height + 1, index), 0, lastTop);
  return { key: rows[index]!.key, index, top };
}

/** The cursor `by` rows further, as far as there are any. */
export function move(list: ListState, rows: readonly Keyed[], by: number): ListState {
  const index = clamp(list.index + by, 0, Math.max(0, rows.length - 1));
  return { ...list, index, key: rows[index]?.key ?? null };
}

/** A number held within limits; the lower one wins. */
export function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
