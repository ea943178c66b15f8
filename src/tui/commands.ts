import type { DeviceView } from '../core/api/types.ts';
import { answer, ask, askHeal, dryRun, openApproval, shownHeal, withDevice } from './acting.ts';
import { WINDOWS_MS, wholeWindow } from './chart.ts';
import { COLUMNS } from './columns.ts';
import { editHeal } from './edit-heal.ts';
import { choices } from './fleet-choices.ts';
import {
  chooseColumn,
  chooseView,
  cycleGrouping,
  dropView,
  moveColumn,
  openChoices,
  resetColumns,
  sortByColumn,
} from './fleet-look.ts';
import { groupNameOf } from './fleet-rows.ts';
import { VIEWS } from './frame.ts';
import type { CommandName } from './keys.ts';
import { clamp, move } from './list.ts';
import { copySelected, editConfig, openSsh } from './outside.ts';
import { openPalette } from './palette.ts';
import type { Shell } from './shell.ts';
import type { UiStore } from './store.ts';
import { THEMES } from './theme.ts';
import {
  bodyHeight,
  EVENT_LEVELS,
  EVENT_SOURCES,
  filteredView,
  isCutDown,
  VIEW_NAMES,
  type ViewName,
} from './ui.ts';
import { lastDetailTop, nextDetailPane } from './views/device.ts';

type Command = (shell: Shell) => void;

// One table of commands and the few helpers each needs: split, it would be harder to see what a key can do.
/** Every command by the name that the key table uses. */
export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  down: ({ store }) => step(store, 1),
  up: ({ store }) => step(store, -1),
  pageDown: ({ store }) => step(store, bodyHeight(store.scene.size) - 4),
  pageUp: ({ store }) => step(store, 4 - bodyHeight(store.scene.size)),
  first: ({ store }) => step(store, Number.NEGATIVE_INFINITY),
  last: ({ store }) => step(store, Number.MAX_SAFE_INTEGER),
  open: ({ store }) => open(store),
  back: ({ store }) => back(store),
  expand: ({ store }) => collapse(store, false),
  collapse: ({ store }) => collapse(store, true),
  filter: ({ store }) => {
    const view = filteredView(store.ui);
    if (view) store.set({ prompt: { kind: 'filter', text: store.ui.filters[view], view }, message: null });
  },
  problems: ({ store }) => {
    const words = store.ui.filters.fleet.split(/\s+/).filter(Boolean);
    const others = words.filter((word) => word !== '!');
    const fleet = (words.length === others.length ? ['!', ...others] : others).join(' ');
    store.set({ filters: { ...store.ui.filters, fleet } });
  },
  sort: ({ store }) => {
    const index = COLUMNS.findIndex(({ id }) => id === store.ui.sort);
    store.set({ sort: COLUMNS[(index + 1) % COLUMNS.length]!.id, reverse: false });
  },
  reverse: ({ store }) => store.set({ reverse: !store.ui.reverse }),
  group: ({ store }) => cycleGrouping(store),
  columns: ({ store }) => openChoices(store, 'columns'),
  views: ({ store }) => openChoices(store, 'views'),
  toggleColumn: ({ store }) => chooseColumn(store),
  columnEarlier: ({ store }) => moveColumn(store, -1),
  columnLater: ({ store }) => moveColumn(store, 1),
  allColumns: ({ store }) => resetColumns(store),
  sortByColumn: ({ store }) => sortByColumn(store),
  openView: ({ store }) => chooseView(store),
  dropView: (shell) => dropView(shell),
  saveView: ({ store }) =>
    store.set({ prompt: { kind: 'save-view', text: store.ui.viewName ?? '' }, overlay: null, message: null }),
  freeze: ({ store }) => store.set({ frozenAt: store.ui.frozenAt === null ? store.options.now() : null }),
  full: ({ store }) => {
    const isFull = !store.ui.isFull;
    store.set({ isFull, message: { text: isFull ? 'the main pane alone' : 'all panes', level: 'info' } });
  },
  palette: ({ store }) => openPalette(store),
  level: ({ store }) => {
    const at = EVENT_LEVELS.indexOf(store.ui.eventLevel);
    store.set({ eventLevel: EVENT_LEVELS[(at + 1) % EVENT_LEVELS.length]! });
  },
  source: ({ store }) => {
    const at = EVENT_SOURCES.indexOf(store.ui.eventSource);
    store.set({ eventSource: EVENT_SOURCES[(at + 1) % EVENT_SOURCES.length]! });
  },
  onlyDevice: ({ store }) => {
    const device = store.ui.eventDevice === null ? store.selectedDevice() : null;
    if (store.ui.eventDevice === null && device === null) store.say('This event is about no device.');
    else store.set({ eventDevice: device });
  },
  problemsLog: ({ store }) => {
    const isOpen = store.ui.view === 'events' && store.ui.device === null && store.ui.eventLevel === 'warn';
    store.set({ view: 'events', device: null, eventLevel: isOpen ? 'all' : 'warn', message: null });
  },
  follow: ({ store }) => store.set({ follow: !store.ui.follow }),
  zoomIn: ({ store }) => zoom(store, -1),
  zoomOut: ({ store }) => zoom(store, 1),
  transcripts: ({ store }) => withDevice(store, showTranscripts),
  view1: ({ store }) => show(store, 'fleet'),
  view2: ({ store }) => show(store, 'events'),
  view3: ({ store }) => show(store, 'incidents'),
  view4: ({ store }) => show(store, 'heals'),
  view5: ({ store }) => show(store, 'plugins'),
  nextView: ({ store }) => {
    const index = VIEW_NAMES.indexOf(store.ui.view);
    show(store, VIEW_NAMES[(index + 1) % VIEW_NAMES.length]!);
  },
  nextPane: ({ store }) => store.set(nextDetailPane(store.scene)),
  theme: ({ store }) => {
    const theme = THEMES[(THEMES.indexOf(store.ui.theme) + 1) % THEMES.length]!;
    store.set({ theme, message: { text: `theme: ${theme}`, level: 'info' } });
  },
  mouse: ({ store, trackMouse }) => {
    const hasMouse = !store.ui.hasMouse;
    trackMouse(hasMouse);
    const text = hasMouse
      ? 'mouse on: click and wheel; text is selected with Shift held'
      : 'mouse off: it selects text';
    store.set({ hasMouse, message: { text, level: 'info' } });
  },
  help: ({ store }) => store.set({ overlay: { kind: 'help', top: 0 } }),
  redraw: ({ redraw }) => redraw(),
  suspend: ({ store, suspend }) => {
    if (!store.source.inProcess) suspend();
    else store.say('Suspended, the engine inside would watch nothing: quit instead.', 'bad');
  },
  quit: ({ store, quit }) => {
    if (!store.source.inProcess) {
      quit();
      return;
    }
    ask(store, {
      title: 'QUIT',
      question: ['Monitoring and healing run in this window and end with it. Quit?'],
      run: 'quit',
    });
  },
  approvals: ({ store }) => {
    const { waiting } = store.scene.data;
    if (waiting.length === 0) {
      store.say('No heal waits for approval.');
      return;
    }
    const device = store.selectedDevice();
    openApproval(store, waiting.find((heal) => heal.device === device) ?? waiting[0]!);
  },
  nextApproval: ({ store }) => {
    const { overlay } = store.ui;
    const { waiting } = store.scene.data;
    if (overlay?.kind !== 'approval' || waiting.length === 0) return;
    const index = waiting.findIndex(({ id }) => id === overlay.heal);
    openApproval(store, waiting[(index + 1) % waiting.length]!);
  },
  yes: (shell) => answer(shell, true),
  no: (shell) => answer(shell, false),
  heal: ({ store }) => withDevice(store, (device) => void askHeal(store, device)),
  ping: ({ store }) =>
    withDevice(store, ({ id, label }) => {
      void store.act({ type: 'ping', device: id }, `checking ${label} ...`);
    }),
  ack: ({ store }) =>
    withDevice(store, ({ id, label, flags }) => {
      if (flags.acknowledged) {
        void store.act({ type: 'unack', device: id, by: store.options.user }, 'taking it back ...');
        return;
      }
      store.set({ prompt: { kind: 'ack', text: '', device: id, label }, message: null });
    }),
  note: ({ store }) =>
    withDevice(store, ({ id, label }) => {
      store.set({ prompt: { kind: 'note', text: '', device: id, label }, message: null });
    }),
  edit: (shell) => {
    const heal = shownHeal(shell.store);
    const { overlay } = shell.store.ui;
    if (heal && overlay?.kind === 'approval') void editHeal(shell, heal, overlay.hash);
  },
  dryRun: ({ store }) => void dryRun(store),
  editConfig: (shell) => void editConfig(shell),
  ssh: (shell) => withDevice(shell.store, (device) => void openSsh(shell, device)),
  copy: (shell) => copySelected(shell),
  downtime: ({ store }) =>
    withDevice(store, ({ id, label, flags }) => {
      if (flags.downtime !== null) {
        ask(store, {
          title: 'END DOWNTIME',
          question: [
            `${label} is in downtime${flags.downtime === '' ? '' : `: ${flags.downtime}`}.`,
            'End it now?',
          ],
          run: { type: 'end-downtime', device: id, by: store.options.user },
        });
        return;
      }
      store.set({ prompt: { kind: 'downtime', text: '', device: id, label }, message: null });
    }),
  pause: ({ store }) => {
    const { paused, healingStopped } = store.scene.data.snapshot.monitor;
    const by = store.options.user;
    if (paused || healingStopped !== null) {
      const why = healingStopped ?? `paused by ${paused?.by}`;
      ask(store, {
        title: 'RESUME ALL HEALING',
        question: [`Healing stands still: ${why}.`, 'Resume it for the whole fleet?'],
        run: { type: 'resume', by },
      });
      return;
    }
    ask(store, {
      title: 'PAUSE ALL HEALING',
      question: ['No heal will start in the whole fleet until somebody resumes it. Checks go on.'],
      run: { type: 'pause', by },
    });
  },
};

// ---- moving

function step(store: UiStore, by: number): void {
  const { ui, scene } = store;
  const { overlay } = ui;
  if (overlay?.kind === 'columns' || overlay?.kind === 'views') {
    const index = clamp(overlay.index + by, 0, Math.max(0, choices(ui, overlay.kind).length - 1));
    store.set({ overlay: { ...overlay, index } });
    return;
  }
  if (overlay) {
    const top = clamp(overlay.top + by, 0, store.frame.box?.lastTop ?? 0);
    store.set({ overlay: { ...overlay, top } });
    return;
  }
  if (ui.device !== null) {
    store.set({ detailTop: clamp(ui.detailTop + by, 0, lastDetailTop(scene)) });
    return;
  }
  const rows = store.rows(scene);
  const list = move(ui.lists[ui.view], rows, by);
  const follow = ui.view === 'events' ? list.index === 0 && by < 0 : ui.follow;
  store.set({ lists: { ...ui.lists, [ui.view]: list }, follow, message: null });
}

function show(store: UiStore, view: ViewName): void {
  store.set({ view, device: null, message: null });
}

function open(store: UiStore): void {
  const row = store.rows()[store.ui.lists[store.ui.view].index];
  if (!row) return;
  const device = VIEWS[store.ui.view].deviceOf(row);
  if (device !== null && store.scene.data.byId.has(device))
    store.set({ device, detailTop: 0, detailPane: 'chart', zoom: null, message: null });
  else if (row.key.startsWith('group ')) toggleGroup(store, row.key.slice('group '.length));
}

function back(store: UiStore): void {
  const { ui } = store;
  if (ui.overlay) {
    store.set({ overlay: null });
    return;
  }
  if (ui.device !== null) {
    store.set({ device: null, message: null });
    return;
  }
  const view = filteredView(ui);
  if (view && ui.filters[view] !== '') {
    store.set({ filters: { ...ui.filters, [view]: '' }, message: null });
    return;
  }
  if (view === 'events' && isCutDown(ui)) {
    store.set({ eventLevel: 'all', eventDevice: null, eventSource: 'all', message: null });
    return;
  }
  store.set({ view: 'fleet', message: null });
}

function toggleGroup(store: UiStore, name: string): void {
  const collapsed = new Set(store.ui.collapsed);
  if (!collapsed.delete(name)) collapsed.add(name);
  store.set({ collapsed });
}

function collapse(store: UiStore, shut: boolean): void {
  const { ui, scene } = store;
  const row = store.rows(scene)[ui.lists[ui.view].index];
  if (!row) return;
  if (ui.view === 'incidents') {
    const expanded = new Set(ui.expanded);
    if (shut) expanded.delete(row.key);
    else expanded.add(row.key);
    store.set({ expanded });
    return;
  }
  const group = row.key.startsWith('group ')
    ? row.key.slice('group '.length)
    : groupOf(scene.data.byId.get(row.key), ui.groupBy);
  if (group === undefined || ui.collapsed.has(group) === shut) return;
  const collapsed = new Set(ui.collapsed);
  if (shut) collapsed.add(group);
  else collapsed.delete(group);
  const list = shut ? { ...ui.lists.fleet, key: `group ${group}` } : ui.lists.fleet;
  store.set({ collapsed, lists: { ...ui.lists, fleet: list } });
}

function groupOf(device: DeviceView | undefined, groupBy: string | null): string | undefined {
  return device && groupBy !== null ? groupNameOf(device, groupBy) : undefined;
}

function zoom(store: UiStore, by: number): void {
  const { samples, now } = store.scene;
  const current = store.ui.zoom ?? wholeWindow(samples, now);
  store.set({ zoom: clamp(current + by, 0, WINDOWS_MS.length - 1) });
}

function showTranscripts(device: DeviceView, store: UiStore): void {
  const heal = store.scene.data.snapshot.heals
    .filter((one) => one.device === device.id)
    .toSorted((a, b) => b.startedAt - a.startedAt)[0];
  if (!heal) {
    store.say(`${device.label} was never healed.`);
    return;
  }
  const heals = { ...store.ui.lists.heals, key: heal.id };
  store.set({ view: 'heals', device: null, lists: { ...store.ui.lists, heals }, message: null });
}
