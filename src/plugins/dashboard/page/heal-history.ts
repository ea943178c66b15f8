/** Heals, of one device or of all: those the page follows live, and the older ones of the history, read when opened. */
import { el, keyedList } from './dom.ts';
import { clock, duration } from './format.ts';
import { healLook } from './heal-looks.ts';
import { drawHeal } from './heals.ts';
import { healOf, healsOf, type PastHeal } from './history.ts';
import type { Picture } from './picture.ts';
import { planView } from './plan.ts';
import { healHref } from './route.ts';
import { transcriptView } from './transcript.ts';
import type { HealRow } from './wire.ts';

const ASKED = 50;

type Live = Readonly<{ heal: HealRow; label: string; now: number }>;
type Past = Readonly<{ heal: PastHeal; label: string | null }>;

/** The two lists. Of one device they need not say which. */
export function healHistory() {
  const live = el('ul', 'heals');
  const older = el('ul', 'heals');
  const none = el('p', 'soft', ['None so far.']);
  const element = el('section', '', [el('h2', '', ['Heals']), none, live, older]);
  const opened = new Set<string>();
  const draw = keyedList<Live>(
    live,
    (item) => drawHeal(item, opened),
    ({ heal }) => heal.id,
    ({ heal }) => heal,
  );
  const drawOlder = keyedList<Past>(
    older,
    drawPast,
    ({ heal }) => heal.id,
    ({ heal: { outcome, phase } }) => `${outcome} ${phase}`,
  );

  return {
    element,
    /** Of what the page follows; of this device, or of all. */
    show(device: string | null, { heals, devices }: Picture, now: number): void {
      const own = [...heals.values()].filter((heal) => device === null || heal.device === device);
      own.sort((a, b) => b.startedAt - a.startedAt);
      draw(own.map((heal) => ({ heal, label: devices.get(heal.device)?.label ?? heal.device, now })));
    },
    /** Of what was before. */
    async load(device: string | null, { heals, devices }: Picture, isStill: () => boolean): Promise<void> {
      const answer = await healsOf(device, ASKED);
      if (!isStill()) return;
      const before = (answer?.heals ?? []).filter(({ id }) => !heals.has(id));
      const labelOf = (id: string) => (device === null ? (devices.get(id)?.label ?? id) : null);
      drawOlder(before.map((heal) => ({ heal, label: labelOf(heal.device) })));
      none.hidden = live.childElementCount + older.childElementCount > 0;
    },
  };
}

function drawPast({ heal, label }: Past): HTMLElement {
  const look = healLook(heal);
  const took = heal.finishedAt === null ? '' : `, ${duration(heal.finishedAt - heal.startedAt)}`;
  const attempt = heal.attempt === null ? '' : `, attempt ${heal.attempt} of ${heal.maxAttempts}`;
  const detail = el('div', 'detail', [heal.reason === '' ? null : el('p', '', [heal.reason])]);
  const details = el('details', '', [
    el('summary', '', [
      el('time', '', [clock(heal.startedAt, Date.now())]),
      ' ',
      el('span', look.className, [el('span', 'glyph', [look.glyph], { 'aria-hidden': 'true' }), look.word]),
      ...(label === null ? [] : [' ', el('b', '', [label])]),
      el('span', 'soft', [` · ${heal.strategy ?? 'unknown'}${attempt}${took}`]),
    ]),
    detail,
  ]);
  details.addEventListener('toggle', () => void fill(), { once: true });
  return el('li', '', [details]);

  async function fill(): Promise<void> {
    const found = await healOf(heal.id);
    if (found === null) {
      detail.append(el('p', 'soft', ['The history has no more about it.']));
      return;
    }
    detail.append(
      ...found.gates.map(({ at, gate, message }) =>
        el('p', 'soft', [`${clock(at, Date.now())} ⊘ ${gate}: ${message}`]),
      ),
      ...[found.plan === null ? null : planView(found.plan), transcriptView(found.transcript)].filter(
        (part) => part !== null,
      ),
      el('p', '', [el('a', 'soft', [`heal ${heal.id} alone`], { href: healHref(heal.id) })]),
    );
  }
}
