import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { COLUMNS, type ColumnId } from './columns.ts';

/** How the fleet is looked at, under a name. */
export type SavedView = Readonly<{
  name: string;
  filter: string;
  sort: ColumnId;
  reverse: boolean;
  groupBy: string | null;
  columns: readonly ColumnId[] | null;
}>;

/** The file in which a person's views are kept, as the XDG base directories say. */
export function savedViewsFile(env: Readonly<Record<string, string | undefined>>): string {
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state');
  return join(state, 'netheal', 'views.json');
}

/** The views of a file; none where there is no file. Throws where it cannot be read. */
export function loadViews(file: string): SavedView[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.flatMap((one) => viewOf(one) ?? []) : [];
}

/** Replaces the file as a whole: half a file would lose all views. */
export function storeViews(file: string, views: readonly SavedView[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(views, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** A file may be of another version or edited by hand: what is not understood is left out. */
function viewOf(value: unknown): SavedView | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, filter, sort, reverse, groupBy, columns } = value as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') return null;
  const known = Array.isArray(columns) ? columns.filter(isColumn) : [];
  return {
    name,
    filter: typeof filter === 'string' ? filter : '',
    sort: isColumn(sort) ? sort : 'state',
    reverse: reverse === true,
    groupBy: typeof groupBy === 'string' ? groupBy : null,
    columns: known.length > 0 ? known : null,
  };
}

function isColumn(id: unknown): id is ColumnId {
  return COLUMNS.some((column) => column.id === id);
}
