import { COLUMNS, type ColumnId } from './columns.ts';
import type { Choices, Ui } from './ui.ts';

/** A line of a list of choices: what it is about, and whether it is in use. */
export type Choice = Readonly<{ id: string; on: boolean }>;

/** The lines of a list of choices: columns in use come first, in their order. */
export function choices(ui: Ui, kind: Choices['kind']): Choice[] {
  if (kind === 'views') return ui.savedViews.map(({ name }) => ({ id: name, on: name === ui.viewName }));
  const used = columnsOf(ui);
  const others = COLUMNS.map(({ id }) => id).filter((id) => !used.includes(id));
  return [...used.map((id) => ({ id, on: true })), ...others.map((id) => ({ id, on: false }))];
}

/** The columns in use, in their order. */
export function columnsOf({ columns }: Ui): readonly ColumnId[] {
  return columns ?? COLUMNS.map(({ id }) => id);
}
