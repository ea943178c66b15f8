/** The view of one heal: who wanted it, what held it, what ran, and what came of it. */
import { openApprovals } from './approval.ts';
import { button, byId, el, setText } from './dom.ts';
import { duration } from './format.ts';
import { healLook } from './heal-looks.ts';
import { healOf, type PastHealDetail } from './history.ts';
import type { Picture } from './picture.ts';
import { planView } from './plan.ts';
import { deviceHref, type View } from './route.ts';
import { transcriptView } from './transcript.ts';
import type { HealRow } from './wire.ts';

/** Follows the heal that `open` names; one of long ago is read from the history. */
export function healPage(): View {
  const title = el('h2');
  const body = el('div', 'heal');
  byId('heal-page').append(el('header', 'device-head', [title]), body);
  let id: string | null = null;
  let picture: Picture | null = null;
  let drawn: HealRow | PastHealDetail | null = null;

  function draw(heal: HealRow | PastHealDetail): void {
    if (drawn === heal) return;
    drawn = heal;
    const label = picture?.devices.get(heal.device)?.label ?? heal.device;
    title.replaceChildren(
      el('a', '', [label], { href: deviceHref(heal.device) }),
      `: ${heal.strategy ?? 'a heal'}`,
    );
    body.replaceChildren(...parts(heal));
  }

  async function find(wanted: string): Promise<void> {
    const found = await healOf(wanted);
    if (id !== wanted || picture?.heals.has(wanted)) return;
    if (found !== null) draw(found);
    else setText(title, `Nothing is known of a heal "${wanted}".`);
  }

  return {
    open(next) {
      id = next;
      drawn = null;
      setText(title, '');
      body.replaceChildren();
      const heal = picture?.heals.get(next);
      if (heal !== undefined) draw(heal);
      else if (picture !== null) void find(next);
    },
    close() {
      id = null;
    },
    show(next) {
      const isFirst = picture === null;
      picture = next;
      const heal = id === null ? undefined : next.heals.get(id);
      if (heal !== undefined) draw(heal);
      else if (isFirst && id !== null) void find(id);
    },
    tick: () => undefined,
  };
}

function parts(heal: HealRow | PastHealDetail): HTMLElement[] {
  const { glyph, word, className } = healLook(heal);
  const took = heal.finishedAt === null ? '' : ` after ${duration(heal.finishedAt - heal.startedAt)}`;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Began', new Date(heal.startedAt).toLocaleString('en-GB')],
    ['Attempt', heal.attempt === null ? null : `${heal.attempt} of ${heal.maxAttempts}`],
    ['By', heal.by === 'auto' ? 'netheal itself' : heal.by],
    ['Edited by', heal.editedBy ?? null],
  ];
  const gates = 'gates' in heal ? heal.gates : [];
  return [
    el('p', 'verdict', [
      el('span', className, [el('span', 'glyph', [glyph], { 'aria-hidden': 'true' }), `${word}${took}`]),
      heal.reason === null || heal.reason === '' ? null : ` · ${heal.reason}`,
    ]),
    heal.phase === 'waiting-approval'
      ? el('p', 'buttons', [button('Review…', () => openApprovals(heal.id))])
      : null,
    el(
      'dl',
      'facts',
      facts.flatMap(([name, words]) => (words === null ? [] : [el('dt', '', [name]), el('dd', '', [words])])),
    ),
    ...gates.map(({ at, gate, message }) =>
      el('p', 'soft', [`${new Date(at).toLocaleTimeString('en-GB')} ⊘ ${gate}: ${message}`]),
    ),
    heal.plan === null ? null : planView(heal.plan),
    transcriptView(heal.transcript),
  ].filter((part) => part !== null);
}
