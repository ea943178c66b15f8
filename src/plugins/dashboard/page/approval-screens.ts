/** What the approval dialog shows: the question, the editor of the commands, and what came of it. */
import { MAY_ACT } from './actions.ts';
import { approvalFacts } from './approval-facts.ts';
import { button, el, setText } from './dom.ts';
import { duration } from './format.ts';
import { healLook } from './heal-looks.ts';
import type { Picture } from './picture.ts';
import { planView } from './plan.ts';
import { planEditor } from './plan-editor.ts';
import { transcriptView } from './transcript.ts';
import type { HealRow } from './wire.ts';

/** One thing that the dialog shows. */
export type Screen = Readonly<{
  title: string;
  content: readonly Node[];
  buttons: readonly HTMLButtonElement[];
  /** Time has gone on, or what may be pressed has changed. */
  update?(now: number): void;
}>;

/** What a screen needs of its dialog. */
export type Desk = Readonly<{
  picture(): Picture;
  /** Asks the API for something about the heal; true where it was done. */
  ask(heal: HealRow, what: string, body: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** Nothing is to be pressed now. */
  isShut(): boolean;
  /** Why this person may not answer; null where it may. */
  whyNot(): string | null;
  edit(heal: HealRow): void;
  /** Away from the editor. */
  back(): void;
  close(): void;
}>;

/** May it run? */
export function questionScreen(heal: HealRow, desk: Desk): Screen {
  const { plan } = heal;
  const label = labelOf(heal, desk.picture());
  const facts = approvalFacts(heal);
  const isGrave = plan.risk === 'high';
  const typed = el('input', '', [], { autocomplete: 'off', spellcheck: 'false', placeholder: label });
  const field = el('label', 'field', [el('span', '', [`This is grave: type ${label} to approve it`]), typed]);
  const hint = el('p', 'soft');
  const reject = button('Reject', () => desk.ask(heal, 'reject', {}), 'n');
  const edit = button('Edit…', () => desk.edit(heal), 'e');
  const approve = button('Approve', () => desk.ask(heal, 'approve', yes()), 'y');
  approve.className = 'primary';
  typed.addEventListener('input', () => update(Date.now()));

  const yes = () => ({ hash: plan.hash, ...(isGrave ? { typedLabel: typed.value } : {}) });
  const update = (now: number) => {
    // One that has expired by the clock of this machine is left to netheal, whose clock counts.
    const isShut = desk.isShut() || desk.whyNot() !== null;
    approve.disabled = isShut || (isGrave && typed.value !== label);
    edit.disabled = isShut;
    reject.disabled = isShut;
    setText(hint, desk.whyNot() ?? '');
    facts.tick(desk.picture(), now);
  };
  const later = button('Later', desk.close);
  return {
    title: `May netheal heal ${label}?`,
    content: [facts.element, planView(plan), ...(isGrave && MAY_ACT ? [field] : []), hint],
    buttons: MAY_ACT ? [reject, edit, later, approve] : [later],
    update,
  };
}

/** Other commands: they are judged anew, and have to be approved like any. */
export function editorScreen(heal: HealRow, desk: Desk): Screen {
  const editor = planEditor(heal.plan);
  const keep = button('Show the new plan', async () => {
    const changed = { hash: heal.plan.hash, steps: editor.steps() };
    if (await desk.ask(heal, 'edit', changed)) desk.back();
  });
  keep.className = 'primary';
  return {
    title: `Other commands for ${labelOf(heal, desk.picture())}`,
    content: [
      editor.element,
      el('p', 'soft', ['Nothing runs by this: the new plan gets a risk of its own and waits for approval.']),
    ],
    buttons: [button('Back', desk.back), keep],
    update: () => {
      keep.disabled = desk.isShut();
    },
  };
}

/** It was decided, here or elsewhere: by whom, and what is becoming of it. */
export function answerScreen(heal: HealRow, desk: Desk): Screen {
  const { glyph, word, className } = healLook(heal);
  const wasRefused = heal.outcome === 'refused';
  const took = heal.finishedAt === null ? '' : ` after ${duration(heal.finishedAt - heal.startedAt)}`;
  const verdict = el('p', 'verdict', [
    el('span', className, [
      el('span', 'glyph', [glyph], { 'aria-hidden': 'true' }),
      wasRefused ? word : `${word}${took}`,
    ]),
    ` · ${wasRefused ? heal.reason : `approved by ${heal.by}`}`,
  ]);
  const reason = wasRefused || heal.reason === null ? null : el('p', 'soft', [heal.reason]);
  return {
    title: `${labelOf(heal, desk.picture())}: ${heal.strategy}`,
    content: [verdict, reason, transcriptView(heal.transcript)].filter((part) => part !== null),
    buttons: [button('Close', desk.close)],
  };
}

/** It has left the picture. */
export function unknownScreen(desk: Desk): Screen {
  return {
    title: 'It is no longer here',
    content: [el('p', 'soft', ['netheal was started again, or this was long ago.'])],
    buttons: [button('Close', desk.close)],
  };
}

/** The label of the device of a heal. */
export function labelOf({ device }: HealRow, { devices }: Picture): string {
  return devices.get(device)?.label ?? device;
}
