import type { DeviceView, HealView } from '../core/api/types.ts';
import { WINDOWS_MS, wholeWindow } from './chart.ts';
import { COLUMNS } from './columns.ts';
import { VIEWS } from './frame.ts';
import { clamp, move } from './list.ts';
import type { UiStore } from './store.ts';
import { THEMES } from './theme.ts';
import { type Approval, bodyHeight, filteredView, type Overlay, VIEW_NAMES, type ViewName } from './ui.ts';
import { lastDetailTop } from './views/device.ts';

/** What a command may use beside the store: the terminal, and the ways out of the program. */
export type Shell = Readonly<{
  store: UiStore;
  quit: () => void;
  redraw: () => void;
  /** Stops this program as ^z does, until a shell wakes it. */
  suspend: () => void;
  /** Gives the terminal to another program, and takes it back when that has ended. */
  lend: (run: () => Promise<void>) => Promise<void>;
}>;
type Command = (shell: Shell) => void;

/** A key that was on its way when a question opened must not answer it. */
export const DEAF_MS = 300;

// One table of commands and the few helpers each needs: split, it would be harder to see what a key can do.
/** Every command by the name that the key table uses. */
export const COMMANDS = {
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
  group: ({ store }) => store.set({ grouped: !store.ui.grouped }),
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
  theme: ({ store }) => {
    const theme = THEMES[(THEMES.indexOf(store.ui.theme) + 1) % THEMES.length]!;
    store.set({ theme, message: { text: `theme: ${theme}`, level: 'info' } });
  },
  help: ({ store }) => store.set({ overlay: { kind: 'help', top: 0 } }),
  redraw: ({ redraw }) => redraw(),
  suspend: ({ store, suspend }) => {
    if (!store.source.inProcess) suspend();
    else store.say('Suspended, the engine inside would watch nothing: q quits.', 'bad');
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
  downtime: ({ store }) =>
    withDevice(store, ({ id, label }) => {
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
} satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

// ---- moving

function step(store: UiStore, by: number): void {
  const { ui, scene } = store;
  if (ui.overlay) {
    const top = clamp(ui.overlay.top + by, 0, store.frame.box?.lastTop ?? 0);
    store.set({ overlay: { ...ui.overlay, top } });
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
    store.set({ device, detailTop: 0, zoom: null, message: null });
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
  store.set({ view: 'fleet', message: null });
}

function toggleGroup(store: UiStore, name: string): void {
  const collapsed = new Set(store.ui.collapsed);
  if (!collapsed.delete(name)) collapsed.add(name);
  store.set({ collapsed });
}

function collapse(store: UiStore, shut: boolean): void {
  const { ui, scene } = store;
  const row = store.rows(scene)[ui.lists.fleet.index];
  if (!row) return;
  const group = row.key.startsWith('group ')
    ? row.key.slice('group '.length)
    : scene.data.byId.get(row.key)?.group;
  if (group === undefined || !ui.grouped || ui.collapsed.has(group) === shut) return;
  const collapsed = new Set(ui.collapsed);
  if (shut) collapsed.add(group);
  else collapsed.delete(group);
  const list = shut ? { ...ui.lists.fleet, key: `group ${group}` } : ui.lists.fleet;
  store.set({ collapsed, lists: { ...ui.lists, fleet: list } });
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

// ---- acting

function withDevice(store: UiStore, run: (device: DeviceView, store: UiStore) => void): void {
  const device = store.scene.data.byId.get(store.selectedDevice() ?? '');
  if (device) run(device, store);
  else store.say('No device is selected.');
}

function ask(
  store: UiStore,
  about: Pick<Extract<Overlay, { kind: 'confirm' }>, 'title' | 'question' | 'run' | 'plan'>,
) {
  store.set({
    overlay: { kind: 'confirm', openedMs: store.options.monoMs(), top: 0, ...about },
    message: null,
  });
}

/** Shows what a heal would do and which gates are against it, then asks. */
async function askHeal(store: UiStore, { id, label }: DeviceView): Promise<void> {
  const by = store.options.user;
  const before = store.ui;
  store.say(`planning a heal of ${label} ...`);
  const answer = await store.source.act({ type: 'dry-run', device: id, by }).catch((thrown: unknown) => ({
    ok: false as const,
    message: thrown instanceof Error ? thrown.message : String(thrown),
  }));
  if (!answer.ok) {
    store.say(answer.message, 'bad');
    return;
  }
  // The person has gone on to something else: a question about the past would be in the way.
  if (
    store.ui.view !== before.view ||
    store.ui.device !== before.device ||
    store.ui.overlay ||
    store.ui.prompt
  )
    return;
  const against = (answer.gates ?? []).filter(({ ok }) => !ok);
  ask(store, {
    title: 'HEAL NOW',
    question: [
      `Heal ${label} now?`,
      ...against.map(({ gate, reason }) => `Gate "${gate}" is against it: ${reason ?? 'no reason given'}`),
    ],
    ...(answer.plan && { plan: answer.plan }),
    run: { type: 'heal', device: id, by },
  });
}

function openApproval(store: UiStore, heal: HealView): void {
  store.set({ overlay: freshApproval(store, heal), message: null });
}

function freshApproval(store: UiStore, heal: HealView): Approval {
  return {
    kind: 'approval',
    heal: heal.id,
    hash: heal.plan.hash,
    openedMs: store.options.monoMs(),
    typed: null,
    top: 0,
  };
}

function answer({ store, quit }: Shell, yes: boolean): void {
  const { overlay } = store.ui;
  if (overlay?.kind === 'confirm') {
    store.set({ overlay: null });
    if (!yes) return;
    if (overlay.run === 'quit') {
      quit();
      return;
    }
    const about =
      'device' in overlay.run && overlay.run.device
        ? ` of ${store.scene.data.labelOf(overlay.run.device)}`
        : '';
    void store.act(overlay.run, `${overlay.run.type}${about}: asked for`);
    return;
  }
  if (overlay?.kind === 'approval') decide(store, overlay, yes);
}

function decide(store: UiStore, overlay: Approval, yes: boolean): void {
  const heal = store.scene.data.waiting.find(({ id }) => id === overlay.heal);
  if (!heal) {
    store.set({ overlay: null });
    return;
  }
  const by = store.options.user;
  const { label } = store.scene.data.byId.get(heal.device) ?? { label: heal.device };
  if (!yes) {
    store.set({ overlay: null });
    void store.act({ type: 'reject', heal: heal.id, by }, `refusing the heal of ${label} ...`);
    return;
  }
  if (heal.plan.hash !== overlay.hash) {
    store.set({
      overlay: freshApproval(store, heal),
      message: { text: 'The plan has changed since it was shown. Look again.', level: 'bad' },
    });
    return;
  }
  if (heal.plan.risk === 'high' && overlay.typed !== label) {
    store.set({ overlay: { ...overlay, typed: '' } });
    return;
  }
  store.set({ overlay: null });
  const typedLabel = overlay.typed === null ? {} : { typedLabel: overlay.typed };
  void store.act(
    { type: 'approve', heal: heal.id, hash: overlay.hash, by, ...typedLabel },
    `running the heal of ${label} ...`,
  );
}
