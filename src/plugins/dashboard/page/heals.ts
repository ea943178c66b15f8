import { openApprovals } from './approval.ts';
import { byId, el, keyedList } from './dom.ts';
import { clock, duration } from './format.ts';
import { healLook } from './heal-looks.ts';
import type { Picture } from './picture.ts';
import { planView } from './plan.ts';
import { healHref } from './route.ts';
import { transcriptView } from './transcript.ts';
import type { HealRow } from './wire.ts';

const SHOWN = 20;

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
  const look = healLook(heal);
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
      isWaiting(heal) ? waiting(heal) : null,
      transcriptView(heal.transcript),
      el('p', '', [el('a', 'soft', [`heal ${heal.id} alone`], { href: healHref(heal.id) })]),
    ]),
  ]);
  details.open = opened.has(heal.id) || isWaiting(heal);
  details.addEventListener('toggle', () => {
    if (details.open) opened.add(heal.id);
    else opened.delete(heal.id);
  });
  return el('li', '', [details]);
}

/** What would run, and the way to the dialog in which a person answers. */
function waiting(heal: HealRow): HTMLElement {
  const review = el('button', '', ['Review…'], { type: 'button' });
  review.addEventListener('click', () => openApprovals(heal.id));
  return el('div', '', [planView(heal.plan), el('p', 'buttons', [review])]);
}
