import type { DeviceView, HealView } from '../core/api/types.ts';
import type { Shell } from './shell.ts';
import type { UiStore } from './store.ts';
import type { Approval, Overlay } from './ui.ts';

/** A key that was on its way when a question opened must not answer it. */
export const DEAF_MS = 300;

export function withDevice(store: UiStore, run: (device: DeviceView, store: UiStore) => void): void {
  const device = store.scene.data.byId.get(store.selectedDevice() ?? '');
  if (device) run(device, store);
  else store.say('No device is selected.');
}

export function ask(
  store: UiStore,
  about: Pick<Extract<Overlay, { kind: 'confirm' }>, 'title' | 'question' | 'run' | 'plan'>,
) {
  store.set({
    overlay: { kind: 'confirm', openedMs: store.options.monoMs(), top: 0, ...about },
    message: null,
  });
}

/** Says what each gate thinks of the heal on the screen. Opens no connection. */
export async function dryRun(store: UiStore): Promise<void> {
  const { overlay } = store.ui;
  const heal = shownHeal(store);
  if (overlay?.kind !== 'approval' || !heal) return;
  const by = store.options.user;
  const result = await store.act({ type: 'dry-run', device: heal.device, by }, 'asking the gates ...');
  const now = store.ui.overlay;
  if (!result?.ok || now?.kind !== 'approval' || now.heal !== heal.id) return;
  const gates = result.gates ?? [];
  const against = gates.filter(({ ok }) => !ok);
  const verdict = [
    `dry run: ${gates.length - against.length} of ${gates.length} gates let a heal pass`,
    ...against.map(({ gate, reason }) => `gate "${gate}" is against it: ${reason ?? 'no reason given'}`),
  ];
  store.set({ overlay: { ...now, verdict } });
}

/** The heal in the window, as long as it waits. */
export function shownHeal({ ui, scene }: UiStore): HealView | undefined {
  const { overlay } = ui;
  if (overlay?.kind !== 'approval') return undefined;
  return scene.data.waiting.find(({ id }) => id === overlay.heal);
}

/** Shows what a heal would do and which gates are against it, then asks. */
export async function askHeal(store: UiStore, { id, label }: DeviceView): Promise<void> {
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

export function openApproval(store: UiStore, heal: HealView): void {
  store.set({ overlay: freshApproval(store, heal), message: null });
}

/** A window about a heal as it opens: deaf, and with nothing typed. */
export function freshApproval(store: UiStore, heal: HealView): Approval {
  return {
    kind: 'approval',
    heal: heal.id,
    hash: heal.plan.hash,
    openedMs: store.options.monoMs(),
    typed: null,
    verdict: [],
    top: 0,
  };
}

export function answer({ store, quit }: Shell, yes: boolean): void {
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
