import type { ColumnId } from './columns.ts';
import { type Choice, choices, columnsOf } from './fleet-choices.ts';
import { groupings } from './fleet-rows.ts';
import type { SavedView } from './saved-views.ts';
import type { Shell } from './shell.ts';
import type { UiStore } from './store.ts';
import type { Choices } from './ui.ts';

/** Opens a list of choices. */
export function openChoices(store: UiStore, kind: Choices['kind']): void {
  if (kind === 'views' && store.ui.savedViews.length === 0) {
    store.say('No view is saved yet: w saves the present one.');
    return;
  }
  store.set({ overlay: { kind, index: 0, top: 0 }, message: null });
}

/** The next way of grouping: by group, by each tag, not at all. */
export function cycleGrouping(store: UiStore): void {
  const ways = groupings(store.scene.data);
  const groupBy = ways[(ways.indexOf(store.ui.groupBy) + 1) % ways.length] ?? null;
  store.set({ groupBy, collapsed: new Set() });
}

/** Shows or hides the column under the cursor; the last one stays. */
export function chooseColumn(store: UiStore): void {
  withChoice(store, 'columns', ({ id, on }) => {
    const used = columnsOf(store.ui);
    if (!on) {
      store.set({ columns: [...used, id as ColumnId] });
      followChoice(store, id);
    } else if (used.length > 1) store.set({ columns: used.filter((one) => one !== id) });
    else store.say('One column has to stay.');
  });
}

/** Moves the column under the cursor to the left or to the right. */
export function moveColumn(store: UiStore, by: -1 | 1): void {
  withChoice(store, 'columns', ({ id, on }) => {
    const columns = [...columnsOf(store.ui)];
    const from = columns.indexOf(id as ColumnId);
    const to = from + by;
    if (!on || to < 0 || to >= columns.length) return;
    columns.splice(from, 1);
    columns.splice(to, 0, id as ColumnId);
    store.set({ columns });
    followChoice(store, id);
  });
}

/** All columns, in the order they have from the start. */
export function resetColumns(store: UiStore): void {
  store.set({ columns: null });
}

/** Sorts by the column under the cursor; a second time the other way round. */
export function sortByColumn(store: UiStore): void {
  withChoice(store, 'columns', ({ id }) => {
    const reverse = store.ui.sort === id && !store.ui.reverse;
    store.set({ sort: id as ColumnId, reverse });
  });
}

/** Opens the saved view under the cursor. */
export function chooseView(store: UiStore): void {
  withChoice(store, 'views', ({ id }) => {
    const { filter, sort, reverse, groupBy, columns } = store.ui.savedViews.find(({ name }) => name === id)!;
    const filters = { ...store.ui.filters, fleet: filter };
    store.set({ filters, sort, reverse, groupBy, columns, viewName: id, overlay: null });
  });
}

/** Forgets the saved view under the cursor. */
export function dropView(shell: Shell): void {
  const { store } = shell;
  withChoice(store, 'views', ({ id }) => {
    keep(
      shell,
      store.ui.savedViews.filter(({ name }) => name !== id),
    );
    if (store.ui.savedViews.length === 0) store.set({ overlay: null });
  });
}

/** Keeps how the fleet is looked at now, under a name; one of the same name is replaced. */
export function saveView(shell: Shell, name: string): void {
  const { filters, sort, reverse, groupBy, columns, savedViews } = shell.store.ui;
  if (name === '') {
    shell.store.say('Not saved: it needs a name.', 'bad');
    return;
  }
  const view: SavedView = { name, filter: filters.fleet, sort, reverse, groupBy, columns };
  if (!keep(shell, [...savedViews.filter((one) => one.name !== name), view])) return;
  shell.store.set({ viewName: name, message: { text: `saved as "${name}": v opens it`, level: 'good' } });
}

function keep({ store, storeViews }: Shell, savedViews: readonly SavedView[]): boolean {
  try {
    storeViews(savedViews);
  } catch (error) {
    store.say(`The views cannot be saved: ${error instanceof Error ? error.message : error}`, 'bad');
    return false;
  }
  store.set({ savedViews });
  return true;
}

function withChoice(store: UiStore, kind: Choices['kind'], run: (choice: Choice) => void): void {
  const { overlay } = store.ui;
  if (overlay?.kind !== kind) return;
  const choice = choices(store.ui, kind)[overlay.index];
  if (choice) run(choice);
}

/** The cursor stays on what it was on. */
function followChoice(store: UiStore, id: string): void {
  const { overlay } = store.ui;
  if (overlay?.kind !== 'columns') return;
  const index = choices(store.ui, 'columns').findIndex((choice) => choice.id === id);
  store.set({ overlay: { ...overlay, index } });
}
