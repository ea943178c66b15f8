import type { ListState } from '../list.ts';
import type { Scene } from '../ui.ts';

/** A row of any view. */
export type AnyRow = Readonly<{ key: string }>;

/** A screen with a list: what its rows are and how they are drawn. Pure. */
export type View<R extends Readonly<{ key: string }> = AnyRow> = Readonly<{
  rows: (scene: Scene) => readonly R[];
  /** What the rows depend on beside the data: the same values, the same rows. */
  dependsOn?: (scene: Scene) => readonly unknown[];
  /** How many rows of the list are on the screen. */
  listHeight: (scene: Scene) => number;
  /** Index of the row on a line of the view (0: its first); null where there is none. */
  rowAt: (scene: Scene, rows: readonly R[], list: ListState, line: number) => number | null;
  /** Where the cursor is before anybody moved it. Default: the first row. */
  start?: (rows: readonly R[]) => number;
  /** All lines between the head and the last two lines of the screen. */
  lines: (scene: Scene, rows: readonly R[], list: ListState) => string[];
  /** The device a row is about. */
  deviceOf: (row: R) => string | null;
}>;

/** `rowAt` of a list whose rows are a line each and begin on this line of the view. */
export function rowsFrom<R extends AnyRow>(
  first: number,
  listHeight: View<R>['listHeight'],
): View<R>['rowAt'] {
  return (scene, rows, list, line) => {
    const index = list.top + line - first;
    return line >= first && line < first + listHeight(scene) && index < rows.length ? index : null;
  };
}

/** Types a view by its own rows and gives it out as one that works on any: it only ever gets its own back. */
export function defineView<R extends Readonly<{ key: string }>>(view: View<R>): View {
  return view as unknown as View;
}
