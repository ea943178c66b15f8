/** The view of the incidents: those that are open, with all that is known about each, and those that were. */
import { byId, el, keyedList, setText } from './dom.ts';
import { clock, duration } from './format.ts';
import { eventsOf, incidentsOf, type PastEvent } from './history.ts';
import { type CaseItem, drawCase, keyOfCase, ticked } from './incident-case.ts';
import type { Picture } from './picture.ts';
import { deviceHref, type View } from './route.ts';
import { whileOpen } from './while-open.ts';
import type { Incident } from './wire.ts';

const REFRESH_MS = 5_000;
const ASKED = 100;
/** Notes are looked for among so many of the last events. */
const EVENTS = 1_000;

/** Follows the incidents while it is open. */
export function incidentsPage(): View {
  const open = el('ul', 'incidents cases');
  const calm = el('p', 'calm', ['None: nothing is wrong.']);
  const past = el('ol', 'activity');
  const none = el('p', 'soft');
  byId('incidents-page').append(
    el('section', '', [el('h2', '', ['Open incidents']), calm, open]),
    el('section', '', [el('h2', '', ['Before']), none, past]),
  );
  let picture: Picture | null = null;
  let notes: readonly PastEvent[] = [];
  const asking = whileOpen(load, REFRESH_MS);
  const draw = keyedList<CaseItem>(
    open,
    (item) => drawCase(item, () => picture?.devices.get(item.incident.device)),
    ({ incident }) => incident.id,
    keyOfCase,
  );
  const drawPast = keyedList<Readonly<{ incident: Incident; label: string }>>(
    past,
    drawOne,
    ({ incident }) => incident.id,
    ({ incident }) => incident.closedAt,
  );

  function show(next: Picture, now: number): void {
    picture = next;
    if (!asking.isOpen()) return;
    const items = casesOf(next, notes);
    calm.hidden = items.length > 0;
    draw(items);
    ticked(open, now);
  }

  async function load(): Promise<void> {
    if (picture === null) return;
    const [incidents, events] = await Promise.all([incidentsOf(ASKED), eventsOf(null, EVENTS)]);
    if (!asking.isOpen()) return;
    const { devices } = picture;
    const closed = (incidents?.incidents ?? []).filter(({ closedAt }) => closedAt !== null);
    drawPast(
      closed.map((incident) => ({ incident, label: devices.get(incident.device)?.label ?? incident.device })),
    );
    none.hidden = closed.length > 0;
    setText(none, incidents === null ? 'There is no history: its plugin is off.' : 'None so far.');
    notes = (events?.events ?? []).filter(({ type }) => type === 'note');
    show(picture, Date.now());
  }

  return {
    open() {
      asking.open();
      if (picture !== null) show(picture, Date.now());
      void load();
    },
    close: asking.close,
    show(next, now) {
      const isFirst = picture === null;
      show(next, now);
      if (isFirst && asking.isOpen()) void load();
    },
    tick(now) {
      ticked(open, now);
    },
  };
}

function casesOf({ incidents, devices, heals }: Picture, notes: readonly PastEvent[]): CaseItem[] {
  return [...incidents.values()]
    .sort((a, b) => b.openedAt - a.openedAt)
    .map((incident) => ({
      incident,
      device: devices.get(incident.device),
      behind: [...devices.values()].filter(({ rootCause }) => rootCause === incident.device),
      heals: [...heals.values()].filter((heal) => heal.incident === incident.id),
      notes: notes.filter(({ device, at }) => device === incident.device && at >= incident.openedAt),
    }));
}

function drawOne({ incident, label }: Readonly<{ incident: Incident; label: string }>): HTMLElement {
  const { openedAt, recoveredAt, closedAt, failure, attempts, acknowledged } = incident;
  const words = [
    failure.message,
    `lasted ${duration((recoveredAt ?? closedAt ?? openedAt) - openedAt)}`,
    attempts === 0 ? null : `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} to heal it`,
    acknowledged === null ? null : `acknowledged by ${acknowledged.by}: ${acknowledged.reason}`,
  ];
  return el('li', '', [
    el('time', '', [clock(openedAt, Date.now())], { datetime: new Date(openedAt).toISOString() }),
    el('span', '', [
      el('a', 'name', [label], { href: deviceHref(incident.device) }),
      ` · ${words.filter((word) => word !== null).join(' · ')}`,
    ]),
  ]);
}
