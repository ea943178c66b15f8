/** One open incident in full: its cause, what is silent because of it, what was tried, who is on it, and what can be done. */
import { MAY_ACT } from './actions.ts';
import { openApprovals } from './approval.ts';
import { acknowledge, heal as healDevice, note, pingNow } from './device-actions.ts';
import { button, el, setText } from './dom.ts';
import { clock, duration } from './format.ts';
import { healLook } from './heal-looks.ts';
import type { PastEvent } from './history.ts';
import { healingNote, lookOf } from './looks.ts';
import { deviceHref, healHref } from './route.ts';
import type { DeviceRow, HealRow, Incident } from './wire.ts';

/** Of a mass outage so many names are enough. */
const NAMED = 12;

/** What is known of an incident. */
export type CaseItem = Readonly<{
  incident: Incident;
  device: DeviceRow | undefined;
  /** Devices that cannot be reached because of it. */
  behind: readonly DeviceRow[];
  heals: readonly HealRow[];
  notes: readonly PastEvent[];
}>;

/** Everything that `drawCase` shows, but not what changes with every check. */
export function keyOfCase({ incident, device, behind, heals, notes }: CaseItem): string {
  return JSON.stringify([
    incident,
    device && [device.label, device.address, lookOf(device).word, device.healing, device.flags],
    behind.map(({ id }) => id),
    heals.map((heal) => [heal.id, heal.phase, heal.outcome]),
    notes.map(({ at }) => at),
  ]);
}

/** How an incident looks: as its device does, until that is up again. */
export function incidentLook({ recoveredAt }: Incident, device: DeviceRow | undefined) {
  const look = device === undefined ? { glyph: '✖', word: 'down', className: 'down' } : lookOf(device);
  return recoveredAt === null ? look : { glyph: '●', word: 'up again', className: 'up' };
}

/** An incident as an item of a list; `current` is the device that the buttons act on. */
export function drawCase(item: CaseItem, current: () => DeviceRow | undefined): HTMLElement {
  const { incident, device } = item;
  const { glyph, word, className } = incidentLook(incident, device);
  const isMild = word === 'up again' || word === 'healing';
  return el('li', isMild ? 'is-healing' : '', [
    el('span', `state ${className}`, [el('span', 'glyph', [glyph], { 'aria-hidden': 'true' }), word]),
    el('span', 'what', [
      el('a', 'name', [device?.label ?? incident.device], { href: deviceHref(incident.device) }),
      el('span', 'more-words', [
        [device?.address, incident.failure.message].filter((words) => words !== undefined).join(' · '),
        ' · ',
        since(incident),
      ]),
    ]),
    el('div', 'about', about(item)),
    MAY_ACT && device !== undefined ? actions(item, current) : null,
  ]);
}

/** Lengths of time go on, while nothing is drawn again. */
export function ticked(list: Element, now: number): void {
  for (const time of list.querySelectorAll<HTMLElement>('time[data-since]')) {
    setText(time, duration(now - Number(time.dataset.since)));
  }
}

/** The time since it began, or since the device came back; `ticked` keeps it current. */
export function since({ openedAt, recoveredAt }: Incident): HTMLElement {
  const time = el('time', 'soft', [], { 'aria-live': 'off' });
  time.dataset.since = String(recoveredAt ?? openedAt);
  return time;
}

function about({ incident, device, behind, heals, notes }: CaseItem): HTMLElement[] {
  const { acknowledged, needsHuman } = incident;
  // What runs or waits stands below, with its address.
  const isTold = needsHuman !== null || heals.some(({ phase }) => phase !== 'done');
  const healing = device === undefined || isTold ? null : healingNote(device.healing);
  const now = Date.now();
  return [
    behind.length === 0
      ? null
      : el('p', '', [
          `Root cause of ${behind.length} more, which ${behind.length === 1 ? 'is' : 'are'} neither told nor healed: `,
          ...links(behind),
        ]),
    needsHuman === null ? null : el('p', 'down', [`Needs a person: ${needsHuman}`]),
    healing === null ? null : el('p', '', [healing]),
    ...heals.map(healLine),
    acknowledged === null
      ? null
      : el('p', '', [
          `Acknowledged by ${acknowledged.by} at ${clock(acknowledged.at, now)}: ${acknowledged.reason}`,
          acknowledged.until === null ? null : `; until ${clock(acknowledged.until, now)}`,
        ]),
    ...notes.map(({ at, message }) => el('p', 'soft', [`${clock(at, now)} ${message}`])),
  ].filter((part) => part !== null);
}

function links(devices: readonly DeviceRow[]): (Node | string)[] {
  const named = devices
    .slice(0, NAMED)
    .flatMap(({ id, label }, index) => [
      index === 0 ? '' : ', ',
      el('a', '', [label], { href: deviceHref(id) }),
    ]);
  const more = devices.length - NAMED;
  return more > 0 ? [...named, ` and ${more.toLocaleString('en')} more`] : named;
}

function healLine(heal: HealRow): HTMLElement {
  const { glyph, word, className } = healLook(heal);
  return el('p', '', [
    el('a', '', [`Heal ${heal.attempt} of ${heal.maxAttempts}, ${heal.strategy}`], {
      href: healHref(heal.id),
    }),
    ': ',
    el('span', className, [`${glyph} ${word}`]),
    heal.reason === null ? null : ` · ${heal.reason}`,
  ]);
}

function actions({ incident, heals }: CaseItem, current: () => DeviceRow | undefined): HTMLElement {
  const about = (action: (device: DeviceRow) => Promise<void>) => () => {
    const device = current();
    if (device !== undefined) void action(device);
  };
  const waiting = heals.find(({ phase }) => phase === 'waiting-approval');
  const hasRecovered = incident.recoveredAt !== null;
  return el('p', 'buttons', [
    button('Ping now', about(pingNow)),
    hasRecovered
      ? null
      : button(incident.acknowledged === null ? 'Acknowledge…' : 'Unacknowledge', about(acknowledge)),
    button('Note…', about(note)),
    waiting === undefined ? null : button('Review…', () => openApprovals(waiting.id)),
    waiting !== undefined || hasRecovered ? null : button('Heal…', about(healDevice)),
  ]);
}
