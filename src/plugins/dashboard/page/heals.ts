import type { TranscriptLine } from 'netheal/plugin';
import { actionButton, MAY_ACT } from './actions.ts';
import { byId, el, keyedList } from './dom.ts';
import { clock, duration } from './format.ts';
import type { Picture } from './picture.ts';
import type { HealRow } from './wire.ts';

const SHOWN = 20;

/** Every outcome and phase as glyph, word and colour. */
export const HEAL_LOOKS: Readonly<
  Record<string, Readonly<{ glyph: string; word: string; className: string }>>
> = {
  'waiting-approval': { glyph: '!', word: 'waits for approval', className: 'degraded' },
  running: { glyph: '✚', word: 'running', className: 'healing' },
  settling: { glyph: '✚', word: 'settling', className: 'healing' },
  verifying: { glyph: '✚', word: 'verifying', className: 'healing' },
  healed: { glyph: '✔', word: 'healed', className: 'up' },
  failed: { glyph: '✖', word: 'failed', className: 'down' },
  refused: { glyph: '⊘', word: 'refused', className: 'quiet' },
  interrupted: { glyph: '⊘', word: 'interrupted', className: 'degraded' },
};

type Item = Readonly<{ heal: HealRow; label: string; now: number }>;

/** The last heals, those that wait for a person first; each opens to its plan and transcript. */
export function healList() {
  const opened = new Set<string>();
  const draw = keyedList<Item>(
    byId('heals'),
    (item) => drawHeal(item, opened),
    ({ heal }) => heal.id,
    ({ heal }) => heal,
  );
  const none = el('li', 'empty', ['None so far.']);
  return {
    show({ heals, devices }: Picture, now: number): void {
      const items = [...heals.values()]
        .sort((a, b) => Number(isWaiting(b)) - Number(isWaiting(a)) || b.startedAt - a.startedAt)
        .slice(0, SHOWN)
        .map((heal) => ({ heal, label: devices.get(heal.device)?.label ?? heal.device, now }));
      draw(items);
      if (items.length === 0) byId('heals').replaceChildren(none);
    },
  };
}

const isWaiting = (heal: HealRow) => heal.phase === 'waiting-approval';

/** One heal: a line that opens to its plan, its approval and its transcript. */
export function drawHeal({ heal, label, now }: Item, opened: Set<string>): HTMLElement {
  const look = HEAL_LOOKS[heal.outcome ?? heal.phase] ?? HEAL_LOOKS.running!;
  const took = heal.finishedAt === null ? '' : `, ${duration(heal.finishedAt - heal.startedAt)}`;
  const details = el('details', '', [
    el('summary', '', [
      el('time', '', [clock(heal.startedAt, now)]),
      ' ',
      el('span', look.className, [el('span', 'glyph', [look.glyph], { 'aria-hidden': 'true' }), look.word]),
      ' ',
      el('b', '', [label]),
      el('span', 'soft', [` · ${heal.strategy}, attempt ${heal.attempt} of ${heal.maxAttempts}${took}`]),
    ]),
    el('div', 'detail', [
      heal.reason === null ? null : el('p', '', [heal.reason]),
      isWaiting(heal) ? approval(heal, label) : null,
      transcriptView(heal.transcript),
    ]),
  ]);
  details.open = opened.has(heal.id) || isWaiting(heal);
  details.addEventListener('toggle', () => {
    if (details.open) opened.add(heal.id);
    else opened.delete(heal.id);
  });
  return el('li', '', [details]);
}

/** What is approved is what is read here: the hash of exactly this plan goes along. */
function approval(heal: HealRow, label: string): HTMLElement {
  const { plan } = heal;
  const commands = plan.steps.flatMap((step) => [
    el('div', 'info', [`on ${step.target} (${step.kind})`]),
    ...step.lines.map((line) => el('div', 'command', [line])),
  ]);
  const base = `/api/heals/${encodeURIComponent(heal.id)}`;
  const isGrave = plan.risk === 'high';
  const typed = el('input', '', [], {
    'aria-label': `Type ${label} to approve`,
    placeholder: `type ${label}`,
    autocomplete: 'off',
  });
  const approve = actionButton('Approve', `${base}/approve`, () => ({
    hash: plan.hash,
    ...(isGrave ? { typedLabel: typed.value } : {}),
  }));
  approve.disabled = isGrave;
  typed.addEventListener('input', () => {
    approve.disabled = typed.value !== label;
  });
  return el('div', '', [
    el('p', 'soft', [`Asked by ${heal.by} · risk ${plan.risk} · plan ${plan.hash}`]),
    el('div', 'transcript', commands),
    MAY_ACT
      ? el('p', 'buttons', [isGrave ? typed : null, approve, actionButton('Reject', `${base}/reject`)])
      : null,
  ]);
}

/** What was said, line by line; null where nothing was. */
export function transcriptView(lines: readonly TranscriptLine[]): HTMLElement | null {
  if (lines.length === 0) return null;
  return el(
    'div',
    'transcript',
    lines.map(({ kind, text }) => el('div', kind, [text])),
    { role: 'log', 'aria-label': 'Transcript', tabindex: '0' },
  );
}
