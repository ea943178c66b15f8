/**
 * The dialog that asks whether a heal may run. Only what was read can be approved: the answer carries the hash of the plan
 * that is shown, a plan that changes is shown anew, and for a moment after that nothing can be pressed.
 */
import { act, MAY_ACT, tell } from './actions.ts';
import { answerOf } from './answers.ts';
import {
  answerScreen,
  type Desk,
  editorScreen,
  labelOf,
  questionScreen,
  type Screen,
  unknownScreen,
} from './approval-screens.ts';
import { button, byId, el, setText } from './dom.ts';
import { waitingHeals } from './heal-looks.ts';
import type { Picture } from './picture.ts';
import { storedToken } from './token.ts';
import type { HealRow } from './wire.ts';

/** A click in this time was meant for what was there before. */
const DEAF_MS = 300;

type Me = Readonly<{ name: string | null; role: string; may: readonly string[] }>;

const title = el('h2', '', [], { id: 'approval-title', tabindex: '-1' });
const queue = el('ul', 'queue', [], { 'aria-label': 'Other heals that wait' });
const content = el('div', 'content');
const message = el('p', 'message', [], { role: 'status' });
const buttons = el('p', 'buttons');
const dialog = el('dialog', 'question approval', [title, queue, content, message, buttons], {
  'aria-labelledby': 'approval-title',
});

let picture: Picture | null = null;
let me: Me | null = null;
let shown: string | null = null;
/** The heal as it was drawn. */
let drawn: HealRow | undefined;
let screen: Screen | null = null;
let isEditing = false;
let isDeaf = false;
let isBusy = false;
let hear: ReturnType<typeof setTimeout> | undefined;

const desk: Desk = {
  picture: () => picture!,
  ask,
  isShut: () => isDeaf || isBusy,
  whyNot,
  edit(heal) {
    isEditing = true;
    setText(message, '');
    put(editorScreen(heal, desk));
    content.querySelector('textarea')?.focus();
  },
  back() {
    draw();
    title.focus();
  },
  close: () => dialog.close(),
};

byId('approvals').addEventListener('click', () => openApprovals());

/** Opens the question about this heal, or about the one that expires first. */
export function openApprovals(id?: string): void {
  const waiting = waitingHeals(picture?.heals.values() ?? []);
  const heal = waiting.find((one) => one.id === id) ?? waiting[0];
  if (heal === undefined) {
    tell('No heal waits for approval.');
    return;
  }
  if (!dialog.isConnected) prepare();
  if (!dialog.open) dialog.showModal();
  turnTo(heal);
  void askWhoIAm();
}

/** Takes up what changed: in the dialog, and in the button at the top that opens it. */
export function showApprovals(next: Picture, now: number): void {
  picture = next;
  const { length } = waitingHeals(next.heals.values());
  const opener = byId('approvals');
  opener.hidden = length === 0;
  setText(opener, length === 1 ? '! 1 approval' : `! ${length} approvals`);
  if (dialog.open) refresh(now);
}

/** Time goes on in the dialog. */
export function tickApprovals(now: number): void {
  if (dialog.open) screen?.update?.(now);
}

function prepare(): void {
  document.body.append(dialog);
  // Esc leaves the editor first, so that one key does not lose what was typed.
  dialog.addEventListener('cancel', (event) => {
    if (!isEditing) return;
    event.preventDefault();
    desk.back();
  });
  dialog.addEventListener('close', () => {
    shown = null;
    // What opened it may be gone, once the question is answered: then the focus has nowhere to go back to.
    const { activeElement } = document;
    if (activeElement === document.body || dialog.contains(activeElement)) byId('home').focus();
  });
  dialog.addEventListener('keydown', ({ key, target, repeat, ctrlKey, metaKey, altKey }) => {
    if (repeat || ctrlKey || metaKey || altKey || (target as Element).matches('input, textarea')) return;
    dialog.querySelector<HTMLButtonElement>(`button[aria-keyshortcuts="${CSS.escape(key)}"]`)?.click();
  });
}

function turnTo(heal: HealRow): void {
  shown = heal.id;
  setText(message, '');
  draw();
  title.focus();
}

/** Draws again what is no longer as it was drawn; but what somebody types stays until the heal is decided. */
function refresh(now: number): void {
  const heal = shown === null ? undefined : picture?.heals.get(shown);
  drawQueue();
  const waits = isWaiting(heal) && isWaiting(drawn);
  const isOther = waits ? heal.plan.hash !== drawn?.plan.hash && !isEditing : heal !== drawn;
  if (isOther) {
    const by = heal?.editedBy ?? 'somebody';
    setText(message, waits ? `The commands were changed by ${by}: this is the new plan.` : '');
    draw();
  }
  screen?.update?.(now);
}

function draw(): void {
  drawn = shown === null ? undefined : picture?.heals.get(shown);
  isEditing = false;
  drawQueue();
  if (drawn === undefined) put(unknownScreen(desk));
  else if (isWaiting(drawn)) put(questionScreen(drawn, desk));
  else put(answerScreen(drawn, desk));
}

function put(next: Screen): void {
  screen = next;
  setText(title, next.title);
  content.replaceChildren(...next.content);
  buttons.replaceChildren(...next.buttons);
  const lines = content.querySelector('[role=log]');
  lines?.scrollTo(0, lines.scrollHeight);
  isDeaf = true;
  clearTimeout(hear);
  hear = setTimeout(() => {
    isDeaf = false;
    next.update?.(Date.now());
  }, DEAF_MS);
  next.update?.(Date.now());
}

/** The other heals that wait, where there are any. */
function drawQueue(): void {
  const others = waitingHeals(picture?.heals.values() ?? []).filter(({ id }) => id !== shown);
  const key = others.map(({ id }) => id).join(' ');
  queue.hidden = others.length === 0;
  if (queue.dataset.key === key) return;
  queue.dataset.key = key;
  queue.replaceChildren(
    el('li', 'soft', ['Also waiting:']),
    ...others.map((heal) =>
      el('li', '', [button(`${labelOf(heal, desk.picture())}: ${heal.strategy}`, () => turnTo(heal))]),
    ),
  );
}

/** Asks once at a time, and says in the dialog, which is above all else, what came of it. */
async function ask({ id }: HealRow, what: string, body: Readonly<Record<string, unknown>>): Promise<boolean> {
  isBusy = true;
  screen?.update?.(Date.now());
  const outcome = await act(`/api/heals/${encodeURIComponent(id)}/${what}`, body);
  isBusy = false;
  // Who has answered another question since does not want to hear about this one.
  if (shown === id) setText(message, outcome.message);
  await askWhoIAm();
  return outcome.ok;
}

async function askWhoIAm(): Promise<void> {
  me = storedToken() === null ? null : await answerOf<Me>('/api/me');
  screen?.update?.(Date.now());
}

function whyNot(): string | null {
  if (!MAY_ACT)
    return 'Nobody can answer here, because no token is configured: netheal approve on its own machine can.';
  if (me === null || me.may.includes('approve')) return null;
  return `${me.name ?? 'This token'} has the role "${me.role}": to answer takes the role "approve".`;
}

function isWaiting(heal: HealRow | undefined): heal is HealRow {
  return heal?.phase === 'waiting-approval';
}
