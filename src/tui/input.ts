import { DEAF_MS } from './acting.ts';
import { COMMANDS } from './commands.ts';
import { saveView } from './fleet-look.ts';
import { placeOf } from './frame.ts';
import { type Binding, bindingOf } from './keys.ts';
import { addToPalette, typeIntoPalette } from './palette.ts';
import type { Shell } from './shell.ts';
import type { UiStore } from './store.ts';
import { isTiny, type Prompt } from './ui.ts';

/** One key, by name. */
export function press(shell: Shell, key: string): void {
  const { store } = shell;
  if (key === 'ctrl+c') {
    shell.quit();
    return;
  }
  const { prompt, overlay } = store.ui;
  // What cannot be read must not be answered: a small screen shows no question but the one about quitting.
  if (isTiny(store.scene.size) && !isQuitting(store, key)) return;
  if (prompt) {
    type(shell, prompt, key);
    return;
  }
  if (overlay?.kind === 'palette') {
    const chosen = typeIntoPalette(store, overlay, key);
    if (chosen) perform(shell, chosen);
    return;
  }
  if (overlay?.kind === 'approval' && overlay.typed !== null && isTypingLabel(store)) {
    typeLabel(store, key);
    return;
  }
  const binding = bindingOf(store.options.bindings, key, placeOf(store));
  if (!binding) return;
  if ((binding.acts || binding.command === 'yes' || binding.command === 'no') && isDeaf(store)) return;
  perform(shell, binding);
}

function perform(shell: Shell, binding: Binding): void {
  const { store } = shell;
  if (binding.acts && store.options.readOnly) {
    store.say('This session is read-only: actions are off.', 'bad');
    return;
  }
  COMMANDS[binding.command](shell);
}

/** Pasted text goes where text is typed, and nowhere else: it must never act as keys. */
export function paste({ store }: Shell, text: string): void {
  const { prompt, overlay } = store.ui;
  if (isTiny(store.scene.size)) return;
  // Nothing but what could have been typed.
  const line = text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
  if (prompt) edit(store, { ...prompt, text: prompt.text + line });
  else if (overlay?.kind === 'palette') addToPalette(store, overlay, line);
}

function isDeaf({ ui, options }: UiStore): boolean {
  return ui.overlay !== null && 'openedMs' in ui.overlay && options.monoMs() - ui.overlay.openedMs < DEAF_MS;
}

function isQuitting(store: UiStore, key: string): boolean {
  const { overlay } = store.ui;
  if (overlay === null) return bindingOf(store.options.bindings, key, placeOf(store))?.command === 'quit';
  return overlay?.kind === 'confirm' && overlay.run === 'quit';
}

// ---- a line of text

function type(shell: Shell, prompt: Prompt, key: string): void {
  const { store } = shell;
  if (key === 'escape') {
    edit(store, { ...prompt, text: '' });
    store.set({ prompt: null });
  } else if (key === 'enter') {
    store.set({ prompt: null });
    submit(shell, prompt);
  } else if (key === 'backspace') {
    edit(store, { ...prompt, text: [...prompt.text].slice(0, -1).join('') });
  } else if (key === 'ctrl+u') {
    edit(store, { ...prompt, text: '' });
  } else if ([...key].length === 1) {
    edit(store, { ...prompt, text: prompt.text + key });
  }
}

function edit(store: UiStore, prompt: Prompt): void {
  const { filters } = store.ui;
  store.set({
    prompt,
    ...(prompt.kind === 'filter' && { filters: { ...filters, [prompt.view]: prompt.text } }),
  });
}

const SPAN = /^(\d+)\s*([mhd])\b\s*(.*)$/;
const SPAN_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function submit(shell: Shell, prompt: Prompt): void {
  const { store } = shell;
  if (prompt.kind === 'save-view') saveView(shell, prompt.text.trim());
  const by = store.options.user;
  if (prompt.kind === 'ack') {
    const reason = prompt.text.trim();
    if (reason === '') {
      store.say('Not acknowledged: it needs a reason.', 'bad');
      return;
    }
    void store.act({ type: 'ack', device: prompt.device, by, reason }, `acknowledging ${prompt.label} ...`);
  }
  if (prompt.kind === 'note') {
    const text = prompt.text.trim();
    if (text === '') store.say('Nothing was noted.');
    else
      void store.act({ type: 'note', device: prompt.device, by, text }, `noting it for ${prompt.label} ...`);
  }
  if (prompt.kind === 'downtime') {
    const [, amount, unit, reason = ''] = SPAN.exec(prompt.text.trim()) ?? [];
    if (!amount || !unit) {
      store.say('No downtime: begin with how long, as in 30m, 2h or 1d.', 'bad');
      return;
    }
    const durationMs = Number(amount) * SPAN_MS[unit]!;
    void store.act(
      { type: 'downtime', device: prompt.device, by, reason, durationMs },
      `setting a downtime for ${prompt.label} ...`,
    );
  }
}

// ---- the label, before something of high risk

function isTypingLabel(store: UiStore): boolean {
  const { overlay } = store.ui;
  return overlay?.kind === 'approval' && overlay.typed !== labelToType(store);
}

function labelToType(store: UiStore): string | null {
  const { overlay } = store.ui;
  if (overlay?.kind !== 'approval') return null;
  const { data } = store.scene;
  const heal = data.waiting.find(({ id }) => id === overlay.heal);
  return heal ? data.labelOf(heal.device) : null;
}

function typeLabel(store: UiStore, key: string): void {
  const { overlay } = store.ui;
  if (overlay?.kind !== 'approval' || overlay.typed === null) return;
  if (key === 'escape') {
    store.set({ overlay: { ...overlay, typed: null } });
    return;
  }
  const typed =
    key === 'backspace'
      ? [...overlay.typed].slice(0, -1).join('')
      : [...key].length === 1
        ? overlay.typed + key
        : overlay.typed;
  // The last letter must not run over into the answer.
  const openedMs = typed === labelToType(store) ? store.options.monoMs() : overlay.openedMs;
  store.set({ overlay: { ...overlay, typed, openedMs } });
}
